import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { loadProfiles, shippedFamilies, type LoadedProfiles } from './load-profiles.ts';

/**
 * The profiles as their files are now: read again only when a file was edited, came or went. Reading them costs tens of milliseconds,
 * and every use of a box asks for them.
 */
export function createCurrentProfiles(
  extraFolders: () => readonly string[] = () => [],
): () => LoadedProfiles {
  let known: { readonly stamp: string; readonly loaded: LoadedProfiles } | undefined;
  return () => {
    const folders = extraFolders();
    const stamp = [shippedFamilies, ...folders].map(stampOf).join('\n');
    // Stamped before it is read: an edit in between is seen by the next use.
    if (known?.stamp !== stamp) known = { stamp, loaded: loadProfiles({ extraFolders: folders }) };
    return known.loaded;
  };
}

function stampOf(folder: string): string {
  try {
    return readdirSync(folder)
      .flatMap((family) => ['profile.yaml', 'faults.yaml'].map((name) => join(folder, family, name)))
      .map((file) => {
        const stat = statSync(file, { throwIfNoEntry: false });
        return stat === undefined ? `${file} -` : `${file} ${String(stat.mtimeMs)} ${String(stat.size)}`;
      })
      .join('\n');
  } catch {
    return `${folder} missing`;
  }
}
