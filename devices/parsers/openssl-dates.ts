import { readTimestamp } from './timestamps.ts';

export interface OpensslDates {
  /** ISO instants. */
  readonly notBefore: string;
  readonly notAfter: string;
}

/** Reads `openssl x509 -dates`. Undefined unless both dates are there and readable: half an answer is none. */
export function parseOpensslDates(text: string): OpensslDates | undefined {
  const before = /^\s*notBefore=(.+)$/m.exec(text)?.[1];
  const after = /^\s*notAfter=(.+)$/m.exec(text)?.[1];
  const notBefore = before === undefined ? undefined : readTimestamp(before);
  const notAfter = after === undefined ? undefined : readTimestamp(after);
  return notBefore === undefined || notAfter === undefined ? undefined : { notBefore, notAfter };
}
