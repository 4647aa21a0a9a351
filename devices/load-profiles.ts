import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Issue } from '../errors/index.ts';
import {
  mergeChain,
  placeOf,
  readFamilyFiles,
  reportAt,
  type FamilyFile,
  type FamilyFiles,
  type Place,
} from './family-files.ts';
import { buildFaults } from './faults/build.ts';
import { checkProfile } from './profile/check.ts';
import { profileSchema, type ApplianceProfile } from './profile.ts';

/** The folder with the families that the product brings along. */
export const shippedFamilies = fileURLToPath(new URL('./families', import.meta.url));

export interface LoadedProfiles {
  /** By name; families that only others extend (`abstract: true`) are left out. */
  readonly profiles: ReadonlyMap<string, ApplianceProfile>;
  /** Every fault of every file. With faults the profiles concerned are missing. */
  readonly issues: readonly Issue[];
}

/**
 * Reads all profiles: `<folder>/<family>/profile.yaml` of the shipped folder and of `extraFolders`, where a family of the
 * same name replaces the shipped one; known faults stand beside them in `faults.yaml`. Faults of the files are a value, all at once.
 */
export function loadProfiles(
  options: { extraFolders?: readonly string[]; folder?: string } = {},
): LoadedProfiles {
  const issues: Issue[] = [];
  const folders = [options.folder ?? shippedFamilies, ...(options.extraFolders ?? [])].filter((folder) => {
    if (existsSync(folder)) return true;
    issues.push({ file: folder, message: 'there is no such folder of profiles' });
    return false;
  });
  const sources = readFamilyFiles(folders, 'profile.yaml', issues);
  const faultFiles = readFamilyFiles(folders, 'faults.yaml', issues);
  const profiles = new Map<string, ApplianceProfile>();
  for (const [name, source] of [...sources].sort(([a], [b]) => a.localeCompare(b))) {
    if (source.data['abstract'] === true) continue;
    const profile = build(name, sources, faultFiles, issues);
    if (profile !== undefined) profiles.set(name, profile);
  }
  for (const [name, profile] of profiles) {
    profile.identity.kinds.forEach((kind, index) => {
      if (sources.has(kind.family)) return;
      reportAt(
        issues,
        filesOf(namesOf(name, sources, []), sources),
        ['identity', 'kinds', index, 'family'],
        `there is no family "${kind.family}"`,
      );
    });
  }
  return { profiles, issues };
}

/** Says of the values of a family, by their path, in which file they stand; reads the files as they are now. */
export function placesOfFamily(
  name: string,
  extraFolders: readonly string[] = [],
): (path: readonly string[]) => Place | undefined {
  const sources = readFamilyFiles([shippedFamilies, ...extraFolders], 'profile.yaml', []);
  const chain = filesOf(namesOf(name, sources, []), sources);
  return (path) => placeOf(chain, path);
}

/** The families a family is made of, itself first. */
function namesOf(name: string, sources: FamilyFiles, issues: Issue[]): string[] {
  const names: string[] = [];
  let next: unknown = name;
  while (typeof next === 'string') {
    const source = sources.get(next);
    const last = sources.get(names.at(-1) ?? '');
    if (source === undefined || names.includes(next)) {
      if (last !== undefined)
        reportAt(
          issues,
          [last],
          ['extends'],
          source === undefined ? `there is no family "${next}"` : 'a family extends itself',
        );
      break;
    }
    names.push(next);
    next = source.data['extends'];
  }
  return names;
}

function filesOf(names: readonly string[], files: FamilyFiles): FamilyFile[] {
  return names.flatMap((name) => files.get(name) ?? []);
}

function build(
  name: string,
  sources: FamilyFiles,
  faultFiles: FamilyFiles,
  issues: Issue[],
): ApplianceProfile | undefined {
  const before = issues.length;
  const names = namesOf(name, sources, issues);
  const chain = filesOf(names, sources);
  const rest = Object.fromEntries(
    Object.entries(mergeChain(chain)).filter(([key]) => key !== 'extends' && key !== 'abstract'),
  );
  const parsed = profileSchema.safeParse({ ...rest, name });
  if (!parsed.success) {
    for (const issue of parsed.error.issues) {
      const path = issue.code === 'unrecognized_keys' ? [...issue.path, issue.keys[0] ?? ''] : issue.path;
      reportAt(issues, chain, path, `${issue.path.join('.') || 'profile'}: ${issue.message}`);
    }
    return undefined;
  }
  for (const fault of checkProfile(parsed.data)) reportAt(issues, chain, fault.path, fault.message);
  const faults = buildFaults(filesOf(names, faultFiles), issues);
  return issues.length === before ? { ...parsed.data, faults } : undefined;
}
