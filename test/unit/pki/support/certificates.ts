import { generateKeyPairSync } from 'node:crypto';
import forge from 'node-forge';

export interface MadeCertificate {
  readonly pem: string;
  readonly key: string;
}

export interface CertificateWishes {
  readonly name?: string;
  readonly issuer?: MadeCertificate;
  readonly from?: Date;
  readonly to?: Date;
  readonly digest?: 'sha1' | 'sha256';
  readonly isCa?: boolean;
  readonly title?: string;
}

/** Makes a certificate as the FMC does: RSA, `/title=…/OU=…/CN=…/O=…`, signed by the issuer or by itself. */
export function makeCertificate(wishes: CertificateWishes = {}): MadeCertificate {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const certificate = forge.pki.createCertificate();
  certificate.publicKey = forge.pki.publicKeyFromPem(
    publicKey.export({ type: 'spki', format: 'pem' }).toString(),
  );
  certificate.serialNumber = '0a1b2c';
  certificate.validity.notBefore = wishes.from ?? new Date('2024-10-07T10:12:50Z');
  certificate.validity.notAfter = wishes.to ?? new Date('2034-10-05T10:12:50Z');
  const subject = [
    { type: '2.5.4.12', value: wishes.title ?? 'InternalCA' },
    { shortName: 'OU', value: 'Intrusion Management System' },
    { shortName: 'CN', value: wishes.name ?? 'c8c5d04b-350c-45f2-a3b1-93e0039b4168' },
    { shortName: 'O', value: 'Sourcefire, Inc.' },
  ];
  certificate.setSubject(subject);
  certificate.setIssuer(
    wishes.issuer === undefined
      ? subject
      : forge.pki.certificateFromPem(wishes.issuer.pem).subject.attributes,
  );
  if (wishes.isCa ?? wishes.issuer === undefined)
    certificate.setExtensions([{ name: 'basicConstraints', cA: true }]);
  const digest = wishes.digest === 'sha1' ? forge.md.sha1.create() : forge.md.sha256.create();
  certificate.sign(forge.pki.privateKeyFromPem(wishes.issuer?.key ?? key), digest);
  return { pem: forge.pki.certificateToPem(certificate), key };
}
