import { X509Certificate } from 'node:crypto';
import { RunbookError } from '../errors/index.ts';
import { readCertificate, type CertificateFacts } from './read.ts';

/** A certificate of a server, with the names it is for. */
export interface PresentedCertificate extends CertificateFacts {
  /** DNS names and IP addresses (subjectAltName); the common name where there are none. */
  readonly names: readonly string[];
}

/** All certificates of a text, in its order. Throws PKI_UNREADABLE when there is none, or one is damaged. */
export function readChain(pem: string): PresentedCertificate[] {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? [];
  if (blocks.length === 0) throw new RunbookError('PKI_UNREADABLE', 'There is no certificate in this text.');
  return blocks.map(presented);
}

/** As {@link readChain}, of one in DER, as a handshake brings it. */
export function readDerCertificate(der: Buffer): PresentedCertificate {
  return presented(new X509Certificate(der).toString());
}

function presented(pem: string): PresentedCertificate {
  const facts = readCertificate(pem);
  const alternatives = new X509Certificate(pem).subjectAltName ?? '';
  const names = [...alternatives.matchAll(/(?:DNS|IP Address):("[^"]*"|[^,]+)/g)].map((match) =>
    (match[1] ?? '').trim(),
  );
  return {
    ...facts,
    names: names.length > 0 ? names : [facts.commonName ?? ''].filter((name) => name !== ''),
  };
}

/** Is the certificate for this host (a name or an address)? Wildcards count as browsers count them. */
export function isFor(certificate: Pick<CertificateFacts, 'pem'>, host: string): boolean {
  const x509 = new X509Certificate(certificate.pem);
  return (/^[\d.]+$|:/.test(host) ? x509.checkIP(host) : x509.checkHost(host)) !== undefined;
}
