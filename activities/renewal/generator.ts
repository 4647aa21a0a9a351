import { RunbookError } from '../../errors/index.ts';
import { fillTemplate, shellQuote, type ApplianceProfile, type RootShell } from '../../devices/index.ts';
import { lockOwner, ownerLine } from '../box/lock.ts';
import { listFolder } from '../box/posix.ts';
import type { RunRef } from '../../workflows/contract.ts';
import type { LaunchFact } from './facts.ts';
import { profilePath } from '../box/profile-path.ts';

/**
 * What this product keeps on the FMC while generate_certs.pl runs: a lock folder with the owner's run, and in it one folder per
 * attempt. The program is started by a script that first makes the folder `started`: mkdir succeeds once, so a start that was
 * sent twice, or late, cannot run it twice.
 */
export const lockFolder = (shell: RootShell): string => `${profilePath(shell, 'privateRoot')}/generate.lock`;

type KeepAlive = ApplianceProfile['keepAlive'][number];
type Generate = NonNullable<ApplianceProfile['generate']>;

export function generateProfile(shell: RootShell): Generate {
  const generate = shell.profile.generate;
  if (generate === undefined)
    throw new RunbookError('ENGINE_INTERNAL', `The profile ${shell.profile.name} has no section "generate".`);
  return generate;
}

/** What people call a critical task, and what to do about it; the id itself where the profile has no name for it. */
export function criticalTask(shell: RootShell, id: string): { title: string; remedy?: string | undefined } {
  return generateProfile(shell).tasks.find((task) => task.id === id) ?? { title: id };
}

/** The first way of the profile by which this box can keep a program alive without a session; undefined when it has none. */
export async function findKeepAlive(shell: RootShell): Promise<KeepAlive | undefined> {
  for (const way of shell.profile.keepAlive) {
    if ((await shell.run(way.detect, { anyStatus: true })).status === 0) return way;
  }
  return undefined;
}

export function keepAliveById(shell: RootShell, id: string): KeepAlive {
  const way = shell.profile.keepAlive.find((candidate) => candidate.id === id);
  if (way === undefined)
    throw new RunbookError('GENERATE_NO_TERMINAL', `The profile does not describe "${id}" any more.`);
  return way;
}

/** Placeholders that the templates of a way may use. */
export function keepAliveValues(
  launch: Pick<LaunchFact, 'folder' | 'session'>,
  text = '',
): Record<string, string> {
  return { folder: launch.folder, session: launch.session, command: `${launch.folder}/run.sh`, text };
}

/** The text of the script that starts the program; it runs under the way's own terminal. */
export function startScript(folder: string, command: string): string {
  return [
    '#!/bin/sh',
    `mkdir ${shellQuote(`${folder}/started`)} || exit 99`,
    command,
    'status=$?',
    `echo "$status" > ${shellQuote(`${folder}/exit.part`)}`,
    `mv ${shellQuote(`${folder}/exit.part`)} ${shellQuote(`${folder}/exit`)}`,
    '',
  ].join('\n');
}

/** Where an attempt stands on the box. */
export interface AttemptState {
  readonly started: boolean;
  readonly alive: boolean;
  /** Exit status of the program, once it has ended by itself. */
  readonly exit: number | undefined;
}

export async function attemptState(shell: RootShell, launch: LaunchFact): Promise<AttemptState> {
  const way = keepAliveById(shell, launch.keepAlive);
  // In this order: the exit status is written before the terminal ends, so one that is gone has left it, if it ever will.
  const alive =
    (await shell.run(fillTemplate(way.alive, keepAliveValues(launch)), { anyStatus: true })).status === 0;
  const { output } = await shell.run(
    `test -d ${shellQuote(`${launch.folder}/started`)} && echo started; cat ${shellQuote(`${launch.folder}/exit`)} 2>/dev/null`,
    { anyStatus: true },
  );
  const exit = /^(\d+)\s*$/m.exec(output)?.[1];
  return { started: output.includes('started'), alive, exit: exit === undefined ? undefined : Number(exit) };
}

/** The program was begun and has not ended. */
export async function isUnderWay(shell: RootShell, launch: LaunchFact): Promise<boolean> {
  const { started, alive, exit } = await attemptState(shell, launch);
  return started && alive && exit === undefined;
}

/**
 * Sees to it that an attempt that has not begun never will: its script cannot make the folder `started` any more. Answers
 * false when it has begun after all.
 */
export async function preventStart(shell: RootShell, launch: LaunchFact): Promise<boolean> {
  const made = await shell.run(`mkdir ${shellQuote(`${launch.folder}/started`)} 2>/dev/null`, {
    anyStatus: true,
  });
  return made.status === 0;
}

/** The newest attempt that this run left on the box; undefined when it left none. */
export async function ownAttempt(shell: RootShell, run: RunRef): Promise<LaunchFact | undefined> {
  if ((await lockOwner(shell, lockFolder(shell))) !== ownerLine(run)) return undefined;
  return await newestAttempt(shell);
}

/** The newest attempt in the lock folder, whoever owns it. */
export async function newestAttempt(shell: RootShell): Promise<LaunchFact | undefined> {
  const lock = lockFolder(shell);
  const numbers = (await listFolder(shell, lock))
    .map((name) => /^attempt-(\d+)$/.exec(name)?.[1])
    .filter((text) => text !== undefined)
    .map(Number)
    .sort((a, b) => b - a);
  for (const number of numbers) {
    const content = await shell.readFile(`${lock}/attempt-${String(number)}/launch.json`);
    if (content === undefined) continue;
    try {
      return JSON.parse(content.toString('utf8')) as LaunchFact;
    } catch {
      // Half written: nothing was started in this attempt, since the start comes after it.
    }
  }
  return undefined;
}

/** Process lines of generate_certs.pl that are not ours to begin with: whoever started it. */
export async function runningGenerators(shell: RootShell): Promise<string[]> {
  const { output } = await shell.run('ps -eo pid,args 2>/dev/null', { anyStatus: true });
  const name = generateProfile(shell).command.split(/\s+/)[0]?.split('/').at(-1) ?? '';
  return output.split('\n').filter((line) => line.includes(name) && !line.includes('ps -eo'));
}
