import { existsSync } from 'node:fs';

import { runbookHome, type Home } from './home.ts';
import { Journal } from './journal.ts';
import { withLock, withLockIfFree } from './lock.ts';
import { endProcess, isAlive, isGoneWithin, signal, type ProcessIdentity } from './process-identity.ts';
import { readStoredState, removeState } from './state.ts';

/** A process of the home that ran when the stop began. */
export interface StoppedProcess {
  readonly part: 'supervisor' | 'worker' | 'server';
  readonly pid: number;
  /** False when it could not be ended, e.g. because it belongs to somebody else. */
  readonly hasEnded: boolean;
}

type Recorded = Pick<StoppedProcess, 'part'> & { readonly process: ProcessIdentity };

/**
 * Stops worker and server of the home, by what is recorded in it: no Temporal server and no living supervisor is needed. The worker
 * may finish what it is doing unless `now`; then every worker that is changing a box is ended too, whoever started it. Open runs go
 * on at the next start.
 *
 * @returns what ran; empty when nothing did.
 */
export async function stop(
  options: { readonly home?: Home; readonly now?: boolean } = {},
): Promise<StoppedProcess[]> {
  const home = options.home ?? runbookHome();
  if (!existsSync(home.root)) return [];
  const now = options.now === true;
  // Who holds the lock may hang; an emergency does not wait for that.
  return await (now ? withLockIfFree : withLock)(home, () => stopRecorded(home, now));
}

async function stopRecorded(home: Home, now: boolean): Promise<StoppedProcess[]> {
  const found = recorded(home, now);
  const supervisor = found.find(({ part }) => part === 'supervisor');
  if (supervisor !== undefined) signal(supervisor.process, now ? 'SIGINT' : 'SIGTERM');
  // After the word to the supervisor, which would start it again; before waiting for one that hangs.
  if (now)
    for (const worker of found.filter(({ part }) => part === 'worker')) signal(worker.process, 'SIGKILL');
  if (supervisor !== undefined && !(await isGoneWithin(supervisor.process, now ? 12_000 : 60_000))) {
    signal(supervisor.process, 'SIGKILL');
    await isGoneWithin(supervisor.process, 5_000);
  }
  // What it has not ended, or has started again meanwhile. A worker before the server that it talks to.
  const left = [...found, ...recorded(home, now)];
  for (const part of ['worker', 'server'] as const) {
    for (const { process } of left.filter((one) => one.part === part)) {
      await endProcess(process, graceMs(part, now));
    }
  }
  const ended = unique(left).map(({ part, process }) => ({
    part,
    pid: process.pid,
    hasEnded: !isAlive(process),
  }));
  // Else the next stop would not know them.
  if (ended.every(({ hasEnded }) => hasEnded)) removeState(home);
  return ended;
}

function graceMs(part: 'worker' | 'server', now: boolean): number {
  if (now) return part === 'worker' ? 0 : 5_000;
  return part === 'worker' ? 30_000 : 10_000;
}

/** The living processes of the home; `withOthers` counts the workers that somebody runs in a terminal and that are at a box. */
function recorded(home: Home, withOthers: boolean): Recorded[] {
  const state = readStoredState(home);
  const journal = withOthers ? new Journal(home.inFlight).entries() : [];
  const all = [
    { part: 'supervisor', process: state?.supervisor },
    { part: 'worker', process: state?.worker.process },
    { part: 'server', process: state?.server.process },
    ...journal.map(({ worker }) => ({ part: 'worker', process: worker }) as const),
  ] as const;
  return unique(
    all.flatMap(({ part, process }) =>
      process !== undefined && isAlive(process) ? [{ part, process }] : [],
    ),
  );
}

function unique(all: readonly Recorded[]): Recorded[] {
  return [...new Map(all.map((one) => [one.process.pid, one])).values()];
}
