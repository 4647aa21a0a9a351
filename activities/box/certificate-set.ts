import { createHash, X509Certificate } from 'node:crypto';
import { fillCommand, type CommandResult, type RootShell } from '../../devices/index.ts';
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

/** What else is asked for while a set is read. */
type Commands<K extends string> = Readonly<Record<K, string>>;

/** Reads the set in `folder` and tells whether it fits together; see {@link lookAtSet}. */
export async function readHeldSet(shell: RootShell, folder: string, suffix = ''): Promise<HeldSet> {
  return (await lookAtSet(shell, folder, {}, { suffix })).held;
}

/**
 * Reads the set in `folder` and tells whether it fits together, and runs more commands in that folder with the same line (anywhere
 * where the folder is not there). Validity in time is the caller's question. `suffix`: of the files' names, for a set that was kept beside.
 */
export async function lookAtSet<K extends string>(
  shell: RootShell,
  folder: string,
  more: Commands<K>,
  { suffix = '', timeoutMs }: { readonly suffix?: string; readonly timeoutMs?: number } = {},
): Promise<{ readonly held: HeldSet; readonly answers: Readonly<Record<K, CommandResult>> }> {
  const name = (file: keyof typeof setFiles): string => `${setFiles[file]}${suffix}`;
  const seen = await shell.look<K | 'publicKey'>({
    folder,
    files: [name('ca'), name('certificate')],
    commands: {
      publicKey: fillCommand(shell.profile, 'publicKeyOfKey', { path: name('key') }),
      ...more,
    },
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  });
  const problems: string[] = [];
  const ca = readPublic(seen.files.get(name('ca')), `${folder}/${name('ca')}`, problems);
  const certificate = readPublic(
    seen.files.get(name('certificate')),
    `${folder}/${name('certificate')}`,
    problems,
  );
  const keyPublicSha256 = await keyDigest(
    shell,
    seen.answers.publicKey.output,
    `${folder}/${name('key')}`,
    certificate,
    problems,
  );
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
  const held = { ca, certificate, keyPublicSha256, fits: problems.length === 0, problems };
  if (seen.isThere) return { held, answers: seen.answers };
  const timeout = timeoutMs === undefined ? {} : { timeoutMs };
  return { held, answers: (await shell.look<K>({ commands: more, ...timeout })).answers };
}

/** The judgement over what a box holds, with its own words about what it could not read. */
export function judgeHeld(held: HeldSet, measure: Parameters<typeof judgeSet>[1]): SetJudgement {
  const judged = judgeSet(held, measure);
  return judged.state === 'damaged'
    ? { ...judged, text: `The set on the device is damaged: ${held.problems.join('; ')}.` }
    : judged;
}

function readPublic(
  content: Buffer | undefined,
  path: string,
  problems: string[],
): CertificateFacts | undefined {
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
 * Digest of the public half of a private key, out of what the box's openssl says of it. Made on the box where its openssl can print the public key or the modulus; only
 * where it can do neither does the key travel into the worker's memory for a moment. Undefined, with a problem, for what is no key.
 */
async function keyDigest(
  shell: RootShell,
  output: string,
  path: string,
  certificate: CertificateFacts | undefined,
  problems: string[],
): Promise<string | undefined> {
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
