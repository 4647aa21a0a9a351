import { createHash, randomBytes, sign } from 'node:crypto';
import forge from 'node-forge';
import type { RsaPair } from './key-pool.ts';

/** A CA as it lies below /etc/sf/ca_root: its certificate, its key, and what is needed to sign with it. */
export interface InternalCa {
  readonly certPem: string;
  readonly keys: RsaPair;
  readonly uuid: string;
  readonly serial: string;
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
}

const title = '2.5.4.12';

/** `title=InternalCA, OU=Intrusion Management System, CN=<uuid>, O=Sourcefire, Inc.` (facts 1.5). */
function internalCaName(uuid: string): forge.pki.CertificateField[] {
  return [
    { type: title, value: 'InternalCA', valueTagClass: forge.asn1.Type.UTF8 },
    {
      name: 'organizationalUnitName',
      value: 'Intrusion Management System',
      valueTagClass: forge.asn1.Type.UTF8,
    },
    { name: 'commonName', value: uuid, valueTagClass: forge.asn1.Type.UTF8 },
    { name: 'organizationName', value: 'Sourcefire, Inc.', valueTagClass: forge.asn1.Type.UTF8 },
  ] as unknown as forge.pki.CertificateField[];
}

/** The peers' certificates: CN is the appliance's own UUID. The field order is our belief; no public capture shows it. */
function peerName(uuid: string): forge.pki.CertificateField[] {
  return [
    { type: title, value: 'sftunnel', valueTagClass: forge.asn1.Type.UTF8 },
    {
      name: 'organizationalUnitName',
      value: 'Intrusion Management System',
      valueTagClass: forge.asn1.Type.UTF8,
    },
    { name: 'commonName', value: uuid, valueTagClass: forge.asn1.Type.UTF8 },
    { name: 'organizationName', value: 'Sourcefire, Inc.', valueTagClass: forge.asn1.Type.UTF8 },
  ] as unknown as forge.pki.CertificateField[];
}

interface Validity {
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
}

/** Makes a self-signed InternalCA. Serial and key are new each time. */
export function makeInternalCa(uuid: string, keys: RsaPair, validity: Validity): InternalCa {
  const { pem, serial } = issue({
    subject: internalCaName(uuid),
    issuer: internalCaName(uuid),
    keys,
    signer: keys,
    isCa: true,
    ...validity,
  });
  return { certPem: pem, keys, uuid, serial, ...validity };
}

/** Signs a certificate for an appliance (FMC or FTD) with an InternalCA. */
export function issuePeerCertificate(
  ca: InternalCa,
  uuid: string,
  keys: RsaPair,
  validity: Validity,
  digest: Digest = 'sha256',
): { pem: string; serial: string } {
  return issue({
    subject: peerName(uuid),
    issuer: internalCaName(ca.uuid),
    keys,
    signer: ca.keys,
    isCa: false,
    digest,
    ...validity,
  });
}

/** A certificate of an appliance that no CA signed. */
export function makeSelfSigned(
  uuid: string,
  keys: RsaPair,
  validity: Validity,
): { pem: string; serial: string } {
  return issue({
    subject: peerName(uuid),
    issuer: peerName(uuid),
    keys,
    signer: keys,
    isCa: false,
    ...validity,
  });
}

type Digest = 'sha256' | 'sha1';

interface Request extends Validity {
  readonly subject: forge.pki.CertificateField[];
  readonly issuer: forge.pki.CertificateField[];
  readonly keys: RsaPair;
  readonly signer: RsaPair;
  readonly isCa: boolean;
  readonly digest?: Digest;
}

/** Builds the certificate with forge and signs it natively: forge's own RSA would take 50 ms for each. */
function issue(request: Request): { pem: string; serial: string } {
  const cert = forge.pki.createCertificate();
  const serial = `00${randomBytes(8).toString('hex')}`.replace(/^00(?=[0-7])/, '');
  cert.serialNumber = serial;
  cert.publicKey = forge.pki.publicKeyFromPem(request.keys.publicPem);
  cert.validity.notBefore = new Date(request.notBeforeMs);
  cert.validity.notAfter = new Date(request.notAfterMs);
  cert.setSubject(request.subject);
  cert.setIssuer(request.issuer);
  cert.setExtensions([
    { name: 'basicConstraints', cA: request.isCa, critical: request.isCa },
    { name: 'subjectKeyIdentifier' },
    { name: 'authorityKeyIdentifier', keyIdentifier: keyIdentifier(request.signer) },
  ]);
  const digest = request.digest ?? 'sha256';
  const algorithm = forge.pki.oids[`${digest}WithRSAEncryption`] as string;
  const raw = cert as unknown as {
    signatureOid: string;
    siginfo: { algorithmOid: string };
    tbsCertificate: forge.asn1.Asn1;
    signature: string;
  };
  raw.signatureOid = algorithm;
  raw.siginfo.algorithmOid = algorithm;
  raw.tbsCertificate = (
    forge.pki as unknown as { getTBSCertificate(c: unknown): forge.asn1.Asn1 }
  ).getTBSCertificate(cert);
  const tbs = Buffer.from(forge.asn1.toDer(raw.tbsCertificate).getBytes(), 'binary');
  raw.signature = sign(digest, tbs, request.signer.privateKey).toString('binary');
  const der = Buffer.from(forge.asn1.toDer(forge.pki.certificateToAsn1(cert)).getBytes(), 'binary');
  return { pem: toPem('CERTIFICATE', der), serial: serial.replace(/^00/, '').toUpperCase() };
}

/** The identifier that forge writes as subjectKeyIdentifier: SHA-1 over the RSAPublicKey. */
function keyIdentifier(keys: RsaPair): string {
  const publicKey = forge.pki.publicKeyFromPem(keys.publicPem);
  return forge.pki.getPublicKeyFingerprint(publicKey, { type: 'RSAPublicKey' }).getBytes();
}

export function toPem(label: string, der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}

/** An empty revocation list; only its presence matters here, so it is not a parsable one. */
export function emptyCrl(): string {
  return toPem('X509 CRL', createHash('sha512').update('no revocations').digest());
}
