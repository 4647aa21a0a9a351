import { RunbookError } from '../../errors/index.ts';
import { fillTemplate, shellQuote, type RootShell } from '../../devices/index.ts';
import { isIssuedBy, partProblems, readCertificate, type CertificateFacts } from '../../pki/index.ts';
import { setFiles } from '../box/certificate-set.ts';

/** Where the set of one device lies on the FMC. Paths only; the key stays there. */
export interface IssuedSet {
  readonly certificatePath: string;
  readonly keyPath: string;
  readonly certificate: CertificateFacts;
}

/** What is known about where to look: the sources of FAILED_PUSH (files or a folder), the work folder, the device. */
export interface IssuedHints {
  readonly sources: readonly string[];
  readonly workFolder: string;
  readonly deviceUuid: string;
  /** The CA that the FMC presents now: only what it signed counts. */
  readonly ca: CertificateFacts;
}

/**
 * Finds the set that the present CA issued to a device: first where FAILED_PUSH says, then where the profile says, then anywhere
 * below the work folder under the device's UUID. An older set in one of these places is passed over.
 */
export async function findIssuedSet(shell: RootShell, hints: IssuedHints): Promise<IssuedSet | undefined> {
  const named = namedFolders(shell, hints);
  const certificates = named.map((folder) => `${folder}/${setFiles.certificate}`);
  const contents =
    certificates.length === 0 ? new Map<string, Buffer>() : await shell.readFiles(certificates);
  for (const folder of named) {
    const found = await setIn(shell, folder, contents.get(`${folder}/${setFiles.certificate}`), hints.ca);
    if (found !== undefined) return found;
  }
  for (const folder of await foldersBelow(shell, hints)) {
    if (named.includes(folder)) continue;
    const content = await shell.readFile(`${folder}/${setFiles.certificate}`);
    const found = await setIn(shell, folder, content, hints.ca);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Where FAILED_PUSH and the profile say. */
export function namedFolders(shell: RootShell, hints: Omit<IssuedHints, 'ca'>): string[] {
  const folders = hints.sources.map((source) =>
    /\.(pem|crt|key)$/.test(source) ? source.slice(0, source.lastIndexOf('/')) : source,
  );
  const values = { source: '', workFolder: hints.workFolder, deviceUuid: hints.deviceUuid };
  for (const template of shell.profile.issuedSet) {
    if (template.includes('{source}') || (template.includes('{workFolder}') && hints.workFolder === ''))
      continue;
    // The template's values come back quoted for a shell; here the bare path is wanted.
    folders.push(fillTemplate(template, values).replaceAll("'", ''));
  }
  return distinct(folders);
}

/** Anywhere below the work folder under the device's UUID. */
async function foldersBelow(shell: RootShell, hints: IssuedHints): Promise<string[]> {
  if (hints.workFolder === '') return [];
  const { output } = await shell.run(
    `find ${shellQuote(hints.workFolder)} -type f -path ${shellQuote(`*${hints.deviceUuid}*`)} 2>/dev/null`,
    { anyStatus: true },
  );
  const files = output.split('\n').filter((line) => line.startsWith('/'));
  return distinct(files.map((line) => line.slice(0, line.lastIndexOf('/'))));
}

const distinct = (folders: readonly string[]): string[] => [
  ...new Set(folders.map((folder) => folder.replace(/\/+$/, ''))),
];

async function setIn(
  shell: RootShell,
  folder: string,
  content: Buffer | undefined,
  ca: CertificateFacts,
): Promise<IssuedSet | undefined> {
  const certificatePath = `${folder}/${setFiles.certificate}`;
  const keyPath = `${folder}/${setFiles.key}`;
  if (content === undefined) return undefined;
  let certificate: CertificateFacts;
  try {
    certificate = readCertificate(content.toString('utf8'));
  } catch {
    return undefined;
  }
  if (!isIssuedBy(certificate, ca)) return undefined;
  const hasKey = (await shell.run(`test -s ${shellQuote(keyPath)}`, { anyStatus: true })).status === 0;
  return hasKey ? { certificatePath, keyPath, certificate } : undefined;
}

/** Throws PKI_WEAK_DIGEST for a set that boxes would refuse whatever else is right with it. */
export function proveDigest(ca: CertificateFacts, certificate: CertificateFacts, name: string): void {
  const weak = partProblems({ ca, certificate, keyPublicSha256: undefined }, new Date()).filter(
    ({ code }) => code === 'weak-digest',
  );
  if (weak.length === 0) return;
  throw new RunbookError(
    'PKI_WEAK_DIGEST',
    `The set that the FMC issued to ${name} would be refused (err 68): ${weak.map(({ text }) => text).join('; ')}.`,
    { device: name, state: 'Nothing was written to the device.' },
  );
}
