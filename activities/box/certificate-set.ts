import { createHash, X509Certificate } from 'node:crypto';
import { fillCommand, type RootShell } from '../../devices/index.ts';
import {
  judgeSet,
  isIssuedBy,
  publicKeySha256OfKey,
  readCertificate,
  type CertificateFacts,
  type SetJudgement,
  type SetParts,
} from '../../pki/index.ts';

/** Names of the three files in a peer's folder (procedure, section 1). */
export const setFiles = {
  ca: 'cacert.pem',
  certificate: 'sftunnel-cert.pem',
  key: 'sftunnel-key.pem',
} as const;

/** What lies in a peer's folder on a device. The private key never leaves the box: only its public half is compared. */
export interface HeldSet extends SetParts {
  /** Certificate, key and CA belong together. */
  readonly fits: boolean;
  readonly problems: readonly string[];
}

/**
 * Reads the set in `folder` and tells whether it fits together. Validity in time is the caller's question. `suffix`: of the files'
 * names, for a set that was kept beside.
 */
export async function readHeldSet(shell: RootShell, folder: string, suffix = ''): Promise<HeldSet> {
  const problems: string[] = [];
  const paths = [`${folder}/${setFiles.ca}${suffix}`, `${folder}/${setFiles.certificate}${suffix}`] as const;
  const contents = await shell.readFiles(paths);
  const ca = readPublic(contents, paths[0], problems);
  const certificate = readPublic(contents, paths[1], problems);
  const keyPublicSha256 = await keyDigest(shell, `${folder}/${setFiles.key}${suffix}`, certificate, problems);
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

/** The judgement over what a box holds, with its own words about what it could not read. */
export function judgeHeld(held: HeldSet, measure: Parameters<typeof judgeSet>[1]): SetJudgement {
  const judged = judgeSet(held, measure);
  return judged.state === 'damaged'
    ? { ...judged, text: `The set on the device is damaged: ${held.problems.join('; ')}.` }
    : judged;
}

function readPublic(
  contents: ReadonlyMap<string, Buffer | undefined>,
  path: string,
  problems: string[],
): CertificateFacts | undefined {
  const content = contents.get(path);
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
 * Digest of the public half of a private key. Made on the box where its openssl can print the public key or the modulus; only
 * where it can do neither does the key travel into the worker's memory for a moment. Undefined, with a problem, for what is no key.
 */
async function keyDigest(
  shell: RootShell,
  path: string,
  certificate: CertificateFacts | undefined,
  problems: string[],
): Promise<string | undefined> {
  const { output } = await shell.run(fillCommand(shell.profile, 'publicKeyOfKey', { path }), {
    anyStatus: true,
  });
  const pem = /-----BEGIN PUBLIC KEY-----([\s\S]*?)-----END PUBLIC KEY-----/.exec(output)?.[1];
  // The body of the PEM is the SPKI in DER: the same bytes that a certificate's public key is hashed over.
  if (pem !== undefined) return createHash('sha256').update(Buffer.from(pem, 'base64')).digest('hex');
  const modulus = /Modulus=([0-9A-F]+)/i.exec(output)?.[1];
  if (modulus !== undefined && certificate !== undefined) {
    return modulus.toUpperCase() === modulusOf(certificate)
      ? certificate.publicKeySha256
      : `modulus ${modulus.slice(0, 16)}`;
  }
  const key = await shell.readFile(path, { secret: true });
  if (key === undefined) {
    problems.push(`${path} is missing`);
    return undefined;
  }
  try {
    return publicKeySha256OfKey(key.toString('utf8'));
  } catch {
    problems.push(`${path} is not a private key (${String(key.length)} bytes)`);
    return undefined;
  } finally {
    key.fill(0);
  }
}

/** Modulus of an RSA certificate in upper-case hex, as openssl prints it; undefined for other keys. */
function modulusOf(certificate: CertificateFacts): string | undefined {
  const { n } = new X509Certificate(certificate.pem).publicKey.export({ format: 'jwk' });
  return n === undefined ? undefined : Buffer.from(n, 'base64url').toString('hex').toUpperCase();
}
