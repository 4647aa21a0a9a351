import { RunbookError } from '../../errors/index.ts';
import { shellQuote, type CommandResult, type RootShell } from '../../devices/index.ts';
import type { RunRef } from '../../workflows/contract.ts';

/** The owner's line in a lock folder: which run, which execution of it. */
export const ownerLine = (run: RunRef): string => `${run.workflowId} ${run.runId}`;

/** The owner is this run, or an earlier one of the same id: the server admits one run per id, so that one is over. */
export const isOwnOrDead = (owner: string | undefined, run: RunRef): boolean =>
  owner?.split(' ')[0] === run.workflowId;

/** Prints the owner's line of a lock; read by {@link readOwner}. */
export const ownerCommand = (folder: string): string => `cat ${shellQuote(`${folder}/owner`)} 2>/dev/null`;

/** Undefined when there is no lock. */
export function readOwner({ status, output }: CommandResult): string | undefined {
  return status === 0 ? output.trim() : undefined;
}

/** The commands that take a lock folder and say whose it is; what they answer is judged by {@link settleLock}. */
export function lockCommands(folder: string, run: RunRef): Readonly<Record<'lock' | 'owner', string>> {
  const quoted = shellQuote(folder);
  return {
    lock: `mkdir -m 700 ${quoted} 2>/dev/null && printf '%s\\n' ${shellQuote(ownerLine(run))} > ${quoted}/owner`,
    owner: ownerCommand(folder),
  };
}

/**
 * Takes a lock folder on a box: `mkdir` is atomic on every file system. A lock of the same run, or of an earlier run of the same
 * id, is taken over: whoever made it has died or is closed. Throws DELIVERY_LOCKED, naming the owner, when another run holds it.
 */
export async function takeLock(shell: RootShell, folder: string, run: RunRef): Promise<void> {
  await settleLock(shell, folder, run, (await shell.look({ commands: lockCommands(folder, run) })).answers);
}

/** What became of {@link lockCommands}: see {@link takeLock}. */
export async function settleLock(
  shell: RootShell,
  folder: string,
  run: RunRef,
  { lock: taken, owner: shown }: Readonly<Record<'lock' | 'owner', CommandResult>>,
): Promise<void> {
  const line = ownerLine(run);
  const quoted = shellQuote(folder);
  if (taken.status === 0) return;
  const owner = readOwner(shown);
  if (owner === line) return;
  if (isOwnOrDead(owner, run)) {
    // An earlier run of the same id: the server admits one at a time, so it is closed. What it left is carried on with.
    await shell.run(`printf '%s\\n' ${shellQuote(line)} > ${quoted}/owner`);
    return;
  }
  if (owner === undefined || owner === '') {
    const space = await shell.run(`test -d ${quoted}`, { anyStatus: true });
    // The folder without an owner's line: its maker died in between, or the file system is full.
    if (space.status === 0) {
      await shell.run(`printf '%s\\n' ${shellQuote(line)} > ${quoted}/owner`);
      return;
    }
    throw new RunbookError(
      'SESSION_NO_SPACE',
      `The lock ${folder} could not be made: ${taken.output.trim() || 'the file system is full or read-only'}.`,
    );
  }
  throw new RunbookError('DELIVERY_LOCKED', `The lock ${folder} belongs to the run ${owner}.`, {
    remedy: `If that run has ended, remove the lock on the box (rm -r ${folder}), then retry.`,
    state: 'Nothing was changed by this run.',
  });
}

/** Owner's line of a lock; undefined when there is no lock. */
export async function lockOwner(shell: RootShell, folder: string): Promise<string | undefined> {
  return readOwner(await shell.run(ownerCommand(folder), { anyStatus: true }));
}

export async function dropLock(shell: RootShell, folder: string): Promise<void> {
  await shell.run(`rm -rf ${shellQuote(folder)}`);
}
