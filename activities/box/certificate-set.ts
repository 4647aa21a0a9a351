import { createHash } from 'node:crypto';
import { fillCommand, shellQuote, type RootShell } from '../../devices/index.ts';
import { isIssuedBy, readCertificate, type CertificateFacts } from '../../pki/index.ts';

/** Names of the three files in a peer's folder (procedure, section 1). */
export const setFiles = {
  ca: 'cacert.pem',
  certificate: 'sftunnel-cert.pem',
  key: 'sftunnel-key.pem',
} as const;

/** What lies in a peer's folder on a device. The private key never leaves the box: only its public half is compared. */
export interface HeldSet {
  readonly ca: CertificateFacts | undefined;
  readonly certificate: CertificateFacts | undefined;
  /** sha256 hex of the public key (SPKI DER) that belongs to the private key on the box. */
  readonly keyPublicSha256: string | undefined;
  /** Certificate, key and CA belong together. */
  readonly fits: boolean;
  readonly problems: readonly string[];
}

/** Reads the set in `folder` and tells whether it fits together. Validity in time is the caller's question. */
export async function readHeldSet(shell: RootShell, folder: string): Promise<HeldSet> {
  const problems: string[] = [];
  const ca = await readPublic(shell, `${folder}/${setFiles.ca}`, problems);
  const certificate = await readPublic(shell, `${folder}/${setFiles.certificate}`, problems);
  const keyPublicSha256 = await keyDigest(shell, `${folder}/${setFiles.key}`, problems);
  if (ca !== undefined && certificate !== undefined && !isIssuedBy(certificate, ca)) {
    problems.push(`${setFiles.certificate} is not signed by this ${setFiles.ca}`);
  }
  if (
    certificate !== undefined &&
    keyPublicSha256 !== undefined &&
    keyPublicSha256 !== certificate.publicKeySha256
  ) {
    problems.push(`${setFiles.key} does not belong to ${setFiles.certificate}`);
  }
  return { ca, certificate, keyPublicSha256, fits: problems.length === 0, problems };
}

async function readPublic(
  shell: RootShell,
  path: string,
  problems: string[],
): Promise<CertificateFacts | undefined> {
  const content = await shell.readFile(path);
  if (content === undefined) {
    problems.push(`${path} is missing`);
    return undefined;
  }
  try {
    return readCertificate(content.toString('utf8'));
  } catch {
    problems.push(`${path} is not a certificate (${String(content.length)} bytes)`);
    return undefined;
  }
}

/**
 * Digest of the public half of a private key, made on the box. Asks for the public key in PEM, which any openssl can print for
 * RSA and EC keys alike. Undefined, with a problem, where the key cannot be read.
 */
async function keyDigest(shell: RootShell, path: string, problems: string[]): Promise<string | undefined> {
  const { status, output } = await shell.run(fillCommand(shell.profile, 'publicKeyOfKey', { path }), {
    anyStatus: true,
  });
  const pem = /-----BEGIN PUBLIC KEY-----[\s\S]*?-----END PUBLIC KEY-----/.exec(output)?.[0];
  if (pem === undefined) {
    const isThere = (await shell.run(`test -e ${shellQuote(path)}`, { anyStatus: true })).status === 0;
    problems.push(
      isThere
        ? `${path} is not a private key that openssl on the box can read (status ${String(status)})`
        : `${path} is missing`,
    );
    return undefined;
  }
  // The body of the PEM is the SPKI in DER: the same bytes that a certificate's public key is hashed over.
  const body = pem
    .split('\n')
    .filter((line) => !line.includes('-----'))
    .join('');
  return createHash('sha256').update(Buffer.from(body, 'base64')).digest('hex');
}
