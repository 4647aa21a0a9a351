import { existsSync, mkdirSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/** Where everything of one installation lies. Absolute paths; only {@link createHome} makes folders. */
export interface Home {
  readonly root: string;
  /** Database and ports of the embedded Temporal server. */
  readonly server: string;
  readonly database: string;
  readonly logs: string;
  readonly plans: string;
  readonly reports: string;
  /** What the workers of this home are changing on boxes now, see {@link Journal}. */
  readonly inFlight: string;
  /** Logins that were refused to commands that log in themselves. */
  readonly refusedLogins: string;
  /** Device families of this installation; may be missing. */
  readonly families: string;
  /** Default folder of `runbook lab`. */
  readonly lab: string;
  /** Taken while somebody starts or stops the supervisor. */
  readonly lock: string;
  /** {@link SupervisorState} as JSON. */
  readonly stateFile: string;
  /** Shared by all homes of the user: holds only what can be fetched again. */
  readonly cache: string;
}

type Environment = NodeJS.ProcessEnv;

/**
 * The home of this user: `RUNBOOK_HOME`, else `runbook` in the data directory of the platform.
 * The cache is `RUNBOOK_CACHE`, else `runbook` in the cache directory of the platform.
 */
export function runbookHome(env: Environment = process.env): Home {
  const root = path.resolve(nonEmpty(env['RUNBOOK_HOME']) ?? path.join(dataDirectory(env), 'runbook'));
  const server = path.join(root, 'server');
  return {
    root,
    server,
    database: path.join(server, 'temporal.db'),
    logs: path.join(root, 'logs'),
    plans: path.join(root, 'plans'),
    reports: path.join(root, 'reports'),
    inFlight: path.join(root, 'in-flight'),
    refusedLogins: path.join(root, 'refused-logins.json'),
    families: path.join(root, 'families'),
    lab: path.join(root, 'lab'),
    lock: path.join(root, 'supervisor.lock'),
    stateFile: path.join(root, 'supervisor.json'),
    cache: path.resolve(nonEmpty(env['RUNBOOK_CACHE']) ?? path.join(cacheDirectory(env), 'runbook')),
  };
}

/** Folders with device families beside the shipped ones: those of the home, then those of the site, which win. */
export function familyFolders({ families }: Pick<Home, 'families'>, profilesDir?: string): string[] {
  return [...(existsSync(families) ? [families] : []), ...(profilesDir === undefined ? [] : [profilesDir])];
}

/** Makes the folders of a home, readable for the owner alone. May be repeated. */
export function createHome(home: Home): void {
  for (const folder of [home.root, home.server, home.logs, home.plans, home.reports, home.inFlight]) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  }
}

function dataDirectory(env: Environment): string {
  if (process.platform === 'darwin') return path.join(os.homedir(), 'Library', 'Application Support');
  if (process.platform === 'win32')
    return nonEmpty(env['LOCALAPPDATA']) ?? path.join(os.homedir(), 'AppData', 'Local');
  return nonEmpty(env['XDG_DATA_HOME']) ?? path.join(os.homedir(), '.local', 'share');
}

function cacheDirectory(env: Environment): string {
  if (process.platform === 'darwin') return path.join(os.homedir(), 'Library', 'Caches');
  if (process.platform === 'win32') return dataDirectory(env);
  return nonEmpty(env['XDG_CACHE_HOME']) ?? path.join(os.homedir(), '.cache');
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === undefined || text === '' ? undefined : text;
}
