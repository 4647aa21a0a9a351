import type { Json } from '../../language/index.ts';

/** What a certificate shows in a table or report. Parts that a box did not tell are absent. */
export interface CertificateSummary {
  readonly subject?: string;
  readonly serial?: string;
  readonly fingerprint?: string;
  readonly notBefore?: string;
  readonly notAfter?: string;
}

/** Reads a certificate summary from a column; undefined when the value is none. */
export function asCertificate(value: Json | undefined): CertificateSummary | undefined {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return undefined;
  const text = (key: string): string | undefined => {
    const found = value[key];
    return typeof found === 'string' && found !== '' ? found : undefined;
  };
  const found = {
    subject: text('subject'),
    serial: text('serial'),
    fingerprint: text('fingerprint') ?? text('fingerprint256') ?? text('sha256'),
    notBefore: text('notBefore'),
    notAfter: text('notAfter'),
  };
  if (found.fingerprint === undefined && found.notAfter === undefined) return undefined;
  // `sha256` alone may also be a file (a backup); only dates or a serial make it a certificate.
  if (found.notAfter === undefined && found.serial === undefined && found.subject === undefined)
    return undefined;
  return Object.fromEntries(Object.entries(found).filter(([, part]) => part !== undefined));
}
