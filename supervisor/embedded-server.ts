import os from 'node:os';

import { searchAttributes } from '../workflows/contract.ts';
import { runProgram } from './run-program.ts';
import type { ServerPorts } from './ports.ts';

/** Namespace of the embedded server. */
export const embeddedNamespace = 'runbooks';

/** How long closed runs stay readable; the development server's own default is one day. */
const retention = '90d';

/** Arguments that start the Temporal CLI as embedded server on a database file. */
export function serverArguments(database: string, ports: ServerPorts): string[] {
  return [
    ...['server', 'start-dev', '--db-filename', database],
    // The default journal is about three times slower; with WAL a killed server loses nothing either.
    ...['--sqlite-pragma', 'journal_mode=wal', '--sqlite-pragma', 'synchronous=1'],
    ...['--ip', '127.0.0.1', '--port', String(ports.frontend), '--ui-port', String(ports.ui)],
    ...['--namespace', embeddedNamespace, '--ui-disable-news-fetch', '--log-level', 'error'],
    ...searchAttributeArguments(),
  ];
}

/**
 * Waits until the server serves and makes it know our namespace settings and search attributes: `start-dev` gives them only to a
 * namespace it makes itself, and a database may be older than an attribute. May be repeated.
 *
 * @returns false when the server does not serve within `timeoutMs`, or `isWanted` said no.
 */
export async function prepareServer(
  executable: string,
  address: string,
  options: { readonly timeoutMs: number; readonly isWanted: () => boolean },
): Promise<boolean> {
  const deadline = Date.now() + options.timeoutMs;
  const where = ['--address', address, '--namespace', embeddedNamespace];
  const attributes = Object.entries(searchAttributes).flatMap(([name, type]) => [
    '--name',
    name,
    '--type',
    type,
  ]);
  const commands = [
    ['operator', 'search-attribute', 'create', ...where, ...attributes],
    ['operator', 'namespace', 'update', ...where, '--retention', retention],
  ];
  for (const command of commands) {
    while ((await runProgram(executable, command, { timeoutMs: 10_000, env: ownEnvironment() })).code !== 0) {
      if (Date.now() > deadline || !options.isWanted()) return false;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
  return true;
}

/** The environment without the operator's settings for other Temporal servers, which must not reach the embedded one. */
export function ownEnvironment(env: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  const own = Object.entries(env).filter(([name]) => !name.startsWith('TEMPORAL_'));
  // An empty file: else a profile in the user's temporal.toml would count.
  return { ...Object.fromEntries(own), TEMPORAL_CONFIG_FILE: os.devNull };
}

function searchAttributeArguments(): string[] {
  return Object.entries(searchAttributes).flatMap(([name, type]) => [
    '--search-attribute',
    `${name}=${type}`,
  ]);
}
