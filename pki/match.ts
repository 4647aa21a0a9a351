import { RunbookError } from '../errors/index.ts';
import { isIssuedBy, pemOf } from './chain.ts';
import { publicKeySha256OfKey, readCertificate, type CertificateFacts } from './read.ts';

/** Does the private key belong to the certificate? Throws PKI_UNREADABLE. */
export function keyFits(privateKeyPem: string, cert: CertificateFacts | string): boolean {
  const facts = readCertificate(pemOf(cert));
  return facts.keyType !== 'unknown' && publicKeySha256OfKey(privateKeyPem) === facts.publicKeySha256;
}

export type SetProblemCode =
  | 'unreadable'
  | 'unknown-key-type'
  | 'not-a-ca'
  | 'key-does-not-fit'
  | 'not-signed-by-ca'
  | 'expired'
  | 'not-yet-valid'
  | 'weak-digest';

export interface SetProblem {
  readonly code: SetProblemCode;
  readonly text: string;
}

/** The three files of a peer, as text. Without `key` its fit is not judged. */
export interface CertificateSet {
  readonly cacert: string;
  readonly cert: string;
  readonly key?: string;
  /** The time at which the set must be valid: the clock of the box that will use it. */
  readonly now: Date;
}

/** Everything that is wrong with a set, all at once. No problem means: a peer that presents it will be believed by who has its CA. */
export function checkSet(set: CertificateSet): { problems: SetProblem[] } {
  const problems: SetProblem[] = [];
  const unreadable = (file: string) => (text: string) =>
    void problems.push({ code: 'unreadable', text: `${file}: ${text}` });
  const ca = attempt(() => readCertificate(set.cacert), unreadable('cacert.pem'));
  const certificate = attempt(() => readCertificate(set.cert), unreadable('sftunnel-cert.pem'));
  const { key } = set;
  const keyPublicSha256 =
    key === undefined ? undefined : attempt(() => publicKeySha256OfKey(key), unreadable('sftunnel-key.pem'));
  return { problems: [...problems, ...partProblems({ ca, certificate, keyPublicSha256 }, set.now)] };
}

/** What is wrong with, and between, the parts that could be read. */
export function partProblems(
  parts: {
    readonly ca: CertificateFacts | undefined;
    readonly certificate: CertificateFacts | undefined;
    readonly keyPublicSha256: string | undefined;
  },
  now: Date,
): SetProblem[] {
  const { ca, certificate, keyPublicSha256 } = parts;
  const problems: SetProblem[] = [];
  const add = (code: SetProblemCode, text: string): void => void problems.push({ code, text });
  for (const [name, one] of [
    ['cacert.pem', ca],
    ['sftunnel-cert.pem', certificate],
  ] as const) {
    if (one === undefined) continue;
    if (one.keyType === 'unknown') add('unknown-key-type', `${name} has a key of a type that is not known`);
    if (Date.parse(one.notAfter) < now.getTime()) add('expired', `${name} expired at ${one.notAfter}`);
    if (Date.parse(one.notBefore) > now.getTime())
      add('not-yet-valid', `${name} is valid only from ${one.notBefore}`);
    // OpenSSL refuses these with error 68, seen on boxes after an upgrade (CSCwa10423); what a CA signed itself with it never checks.
    if (!isIssuedBy(one, one) && /md5|sha1(?!\d)/i.test(one.signatureAlgorithm))
      add('weak-digest', `${name} is signed with ${one.signatureAlgorithm}`);
  }
  if (ca !== undefined && !ca.isCa) add('not-a-ca', 'cacert.pem is not the certificate of a CA');
  if (ca !== undefined && certificate !== undefined && !isIssuedBy(certificate, ca)) {
    add('not-signed-by-ca', 'sftunnel-cert.pem is not signed by this cacert.pem');
  }
  if (
    keyPublicSha256 !== undefined &&
    certificate !== undefined &&
    keyPublicSha256 !== certificate.publicKeySha256
  ) {
    add('key-does-not-fit', 'sftunnel-key.pem does not belong to sftunnel-cert.pem');
  }
  return problems;
}

function attempt<T>(read: () => T, failed: (text: string) => void): T | undefined {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof RunbookError)) throw error;
    failed(error.message);
    return undefined;
  }
}
