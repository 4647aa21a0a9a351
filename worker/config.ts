import { loadSettings, type Settings } from '../loader/index.ts';
import { formatIssue, RunbookError } from '../errors/index.ts';
import path from 'node:path';
import type { SiteFiles } from './inventories.ts';
import { runbookHome, type Home } from '../supervisor/index.ts';

export interface WorkerConfig {
  readonly home: Home;
  readonly settings: Settings;
  /** How long activities may finish after SIGTERM, milliseconds. */
  readonly graceMs: number;
  /** Set: it serves this site only. */
  readonly site?: SiteFiles;
}

/** Reads the worker's environment: RUNBOOK_HOME, RUNBOOK_SETTINGS, RUNBOOK_WORKER_*. Throws INPUT_INVALID with every fault of the settings file. */
export function readConfig(env: NodeJS.ProcessEnv = process.env): WorkerConfig {
  const file = env['RUNBOOK_SETTINGS'];
  const loaded = loadSettings(file === undefined || file === '' ? undefined : file);
  if (!loaded.ok) throw new RunbookError('INPUT_INVALID', loaded.issues.map(formatIssue).join('\n'));
  // The supervisor waits a little longer than the worker is allowed to take.
  const site = env['RUNBOOK_WORKER_SITE'] ?? '';
  const inventories = (env['RUNBOOK_WORKER_INVENTORY'] ?? '')
    .split(path.delimiter)
    .filter((file) => file !== '');
  const knownHosts = env['RUNBOOK_WORKER_KNOWN_HOSTS'] ?? '';
  return {
    home: runbookHome(env),
    settings: loaded.settings,
    graceMs: Math.max(1000, Number(env['RUNBOOK_WORKER_GRACE_MS'] ?? 30_000) - 2000),
    ...(site === '' ? {} : { site: { site, inventories, ...(knownHosts === '' ? {} : { knownHosts }) } }),
  };
}
