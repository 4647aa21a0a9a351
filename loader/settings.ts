import { dirname, resolve } from 'node:path';
import type { Issue } from '../errors/index.ts';
import { schemaFaults } from './schema-faults.ts';
import { settingsFile, type Settings } from './settings-schema.ts';
import { readTextFile } from './text-file.ts';
import { parseYaml } from './yaml-source.ts';

export type LoadedSettings =
  { readonly ok: true; readonly settings: Settings } | { readonly ok: false; readonly issues: Issue[] };

/** Settings of a site where no file says anything else. */
export const defaultSettings: Settings = settingsFile.parse({});

/** Reads and checks a settings file (YAML); without one, or for an empty one, the defaults. `profilesDir` comes out absolute. */
export function loadSettings(file?: string): LoadedSettings {
  if (file === undefined) return { ok: true, settings: defaultSettings };
  const read = readTextFile(file, 'settings file');
  if (!read.ok) return read;
  const source = parseYaml(read.text, file);
  if (source.issues.length > 0) return { ok: false, issues: [...source.issues] };
  const value = source.value ?? {};
  const faults = schemaFaults(settingsFile, value);
  if (faults.length > 0) return { ok: false, issues: faults.map((fault) => source.issue(fault)) };
  const settings = settingsFile.parse(value);
  const { profilesDir } = settings;
  return {
    ok: true,
    settings:
      profilesDir === undefined
        ? settings
        : { ...settings, profilesDir: resolve(dirname(file), profilesDir) },
  };
}
