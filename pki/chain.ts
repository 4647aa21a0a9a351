import { parseCertificate, type CertificateFacts } from './read.ts';

/**
 * Is `cert` signed by `ca`? Both the names must be the same, byte for byte, and the signature must verify: a CA made anew
 * under the old name has another key. Dates are another question. An unknown key type counts as no.
 * Throws PKI_UNREADABLE.
 */
export function isIssuedBy(cert: CertificateFacts | string, ca: CertificateFacts | string): boolean {
  const child = parseCertificate(pemOf(cert));
  const parent = parseCertificate(pemOf(ca));
  if (child.der.issuerDer !== parent.der.subjectDer) return false;
  try {
    return child.x509.verify(parent.x509.publicKey);
  } catch {
    return false;
  }
}

export function pemOf(certificate: CertificateFacts | string): string {
  return typeof certificate === 'string' ? certificate : certificate.pem;
}
