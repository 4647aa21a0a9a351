import { spawn } from 'node:child_process';
import { closeSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { RunbookError } from '../errors/index.ts';
import { createHome, runbookHome, type Home } from './home.ts';
import { withLock } from './lock.ts';
import { openLog } from './log-file.ts';
import { signal } from './process-identity.ts';
import { readSupervisorState, type SupervisorState } from './state.ts';
import { findTemporalExecutable } from './temporal-executable.ts';
import { typescriptArguments } from './typescript-arguments.ts';

export interface EnsureUpOptions {
  /** Also a worker, which goes on with every open run. Verbs that only read must say false. */
  readonly worker: boolean;
  readonly home?: Home;
  /** How long to wait for what is asked for, in milliseconds. Default 60 s. */
  readonly timeoutMs?: number;
  /** Told in a sentence before anything that takes long. */
  readonly onProgress?: (text: string) => void;
  /** Environment of the processes started. Default: our own. */
  readonly env?: NodeJS.ProcessEnv;
}

/**
 * Starts the supervisor of the home where none runs, and waits until the embedded server, and the worker when asked for, are ready.
 * A worker that runs already is left alone. May be called by several processes at once.
 *
 * @throws RunbookError `ENGINE_NO_SERVER`, `ENGINE_NO_WORKER` with the end of the log that tells why.
 */
export async function ensureUp(options: EnsureUpOptions): Promise<SupervisorState> {
  const home = options.home ?? runbookHome();
  createHome(home);
  await withLock(home, async () => {
    const running = readSupervisorState(home);
    if (running === undefined) await launch(home, options);
    else if (options.worker) signal(running.supervisor, 'SIGUSR2');
  });
  return waitUntilReady(home, options);
}

async function launch(home: Home, options: EnsureUpOptions): Promise<void> {
  const executable = await findTemporalExecutable(home, options);
  const log = openLog(path.join(home.logs, 'supervisor.log'));
  const script = fileURLToPath(new URL('./main.ts', import.meta.url));
  const args = [...typescriptArguments, script, ...(options.worker ? ['--worker'] : [])];
  const child = spawn(process.execPath, args, {
    cwd: home.root,
    detached: true,
    env: { ...(options.env ?? process.env), RUNBOOK_HOME: home.root, RUNBOOK_TEMPORAL_CLI: executable.path },
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  let hasEnded = false;
  child.once('error', () => (hasEnded = true));
  child.once('exit', () => (hasEnded = true));
  child.unref();
  options.onProgress?.('Starting the Temporal server …');
  // It may have to end what an earlier supervisor left behind before it says that it is there.
  const deadline = Date.now() + 30_000;
  while (readSupervisorState(home) === undefined) {
    if (hasEnded || Date.now() > deadline) throw notReady(home, 'ENGINE_NO_SERVER', 'supervisor');
    await pause();
  }
}

async function waitUntilReady(home: Home, options: EnsureUpOptions): Promise<SupervisorState> {
  const deadline = Date.now() + (options.timeoutMs ?? 60_000);
  let first: SupervisorState | undefined;
  let isWorkerAnnounced = false;
  for (;;) {
    const state = readSupervisorState(home);
    first ??= state;
    const isServing = state?.server.status === 'ready';
    if (isServing && (!options.worker || state.worker.status === 'ready')) return state;
    const part = isServing ? 'worker' : 'server';
    if (isServing && !isWorkerAnnounced) {
      isWorkerAnnounced = true;
      options.onProgress?.('Starting the worker …');
    }
    // What has died three times while we looked will not come up by waiting.
    const deaths = (state?.[part].restarts ?? 0) - (first?.[part].restarts ?? 0);
    if (state === undefined) throw notReady(home, 'ENGINE_NO_SERVER', 'supervisor');
    if (Date.now() > deadline || deaths >= 3) {
      throw notReady(home, isServing ? 'ENGINE_NO_WORKER' : 'ENGINE_NO_SERVER', part);
    }
    await pause();
  }
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 50));
}

function notReady(
  home: Home,
  code: 'ENGINE_NO_SERVER' | 'ENGINE_NO_WORKER',
  part: 'supervisor' | 'server' | 'worker',
): RunbookError {
  const what = {
    supervisor: 'The supervisor of the embedded Temporal server does not start, or was stopped meanwhile.',
    server: 'The embedded Temporal server does not start.',
    worker: 'The worker does not start.',
  }[part];
  const file = path.join(home.logs, `${part}.log`);
  return new RunbookError(code, `${what} Its log: ${file}`, {
    screen: lastLines(file, 8),
    remedy: `Read ${file}; then \`runbook doctor\`.`,
  });
}

function lastLines(file: string, count: number): string {
  try {
    return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-count).join('\n');
  } catch {
    return '';
  }
}
