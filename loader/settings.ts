import { dirname, resolve } from 'node:path';
import type { Issue } from '../errors/index.ts';
import { inFileOrder } from './issue-order.ts';
import { durationMs } from '../language/index.ts';
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
  const value = source.value ?? {};
  const faults =
    source.value === undefined && source.issues.length > 0 ? [] : schemaFaults(settingsFile, value);
  const issues = [...source.issues, ...faults.map((fault) => source.issue(fault))];
  if (issues.length > 0) return { ok: false, issues: inFileOrder(issues) };
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

/** The part of the settings that travels with a run; milliseconds. */
export interface RunSettings {
  readonly readTaskTable: boolean;
  readonly readHaStatus: boolean;
  readonly pollGenerateMs: number;
  readonly verifyEveryMs: number;
  readonly verifyParkAfterMs: number;
  readonly criticalTasks?: { readonly every?: string; readonly limit?: string };
  readonly verifySecondLookMs: number;
  readonly siteWorkerMs: number;
}

export function runSettings(settings: Settings): RunSettings {
  const { every, limit } = settings.criticalTasks ?? {};
  return {
    readTaskTable: settings.readTaskTable,
    readHaStatus: settings.readHaStatus,
    pollGenerateMs: durationMs(settings.pollGenerateEvery),
    verifyEveryMs: durationMs(settings.verify.every),
    verifyParkAfterMs: durationMs(settings.verify.parkAfter),
    ...(every === undefined && limit === undefined
      ? {}
      : {
          criticalTasks: {
            ...(every === undefined ? {} : { every }),
            ...(limit === undefined ? {} : { limit }),
          },
        }),
    verifySecondLookMs: durationMs(settings.verify.secondLookAfter),
    siteWorkerMs: durationMs(settings.siteWorkerWithin),
  };
}
