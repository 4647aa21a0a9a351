import { X509Certificate } from 'node:crypto';

/** OpenSSL's verdict on a peer: 0 is good, else its error number (facts 1.10) and the depth at which it was found. */
export interface Verdict {
  readonly error: number;
  readonly text: string;
  readonly depth: number;
  readonly issuer: string;
  readonly subject: string;
}

/** The words of OpenSSL's X509_verify_cert_error_string. */
export const verifyTexts: Readonly<Record<number, string>> = {
  0: 'ok',
  7: 'certificate signature failure',
  9: 'certificate is not yet valid',
  10: 'certificate has expired',
  18: 'self signed certificate',
  19: 'self signed certificate in certificate chain',
  20: 'unable to get local issuer certificate',
  68: 'CA signature digest algorithm too weak',
};

/**
 * Checks a peer's certificate against one CA at a given instant, as OpenSSL does: first the chain, then the dates
 * from the root down. Node cannot check against another clock than the host's, hence this. Throws when a text is not
 * a certificate. A weak digest is turned down by sftunnel only: the openssl of the command line has a lower security level (our belief).
 */
export function verifyPeer(
  cert: X509Certificate,
  caPem: string,
  nowMs: number,
  options: { strict?: boolean } = {},
): Verdict {
  const ca = new X509Certificate(caPem);
  const verdict = (error: number, at: X509Certificate, depth: number): Verdict => ({
    error,
    depth,
    text: verifyTexts[error] ?? 'unknown',
    issuer: oneLine(at.issuer),
    subject: oneLine(at.subject),
  });
  if (!cert.checkIssued(ca)) {
    return verdict(
      cert.subject === cert.issuer && cert.fingerprint256 !== ca.fingerprint256 ? 18 : 20,
      cert,
      0,
    );
  }
  if (!cert.verify(ca.publicKey)) return verdict(7, cert, 0);
  if (options.strict && digestOf(cert) === 'sha1') return verdict(68, cert, 0);
  for (const [at, depth] of [
    [ca, 1],
    [cert, 0],
  ] as const) {
    if (nowMs < Date.parse(at.validFrom)) return verdict(9, at, depth);
    if (nowMs > Date.parse(at.validTo)) return verdict(10, at, depth);
  }
  return verdict(0, cert, 0);
}

const sha1WithRsa = Buffer.from('06092a864886f70d010105', 'hex');

/** The digest that a certificate is signed with, as far as the lab makes any. */
export function digestOf(cert: X509Certificate): 'sha256' | 'sha1' {
  return cert.raw.includes(sha1WithRsa) ? 'sha1' : 'sha256';
}

/** `/title=InternalCA/OU=…`: the one-line form of the logs. */
export function oneLine(name: string): string {
  return `/${name.replaceAll('\\,', ',').split('\n').join('/')}`;
}
