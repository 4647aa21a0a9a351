/** The lab as a background process: one per folder, known by the record it leaves there. */
import { spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { RunbookError } from '../errors/index.ts';
import {
  endProcess,
  identify,
  isAlive,
  typescriptArguments,
  type ProcessIdentity,
} from '../supervisor/index.ts';

const labMain = fileURLToPath(new URL('../lab/main.ts', import.meta.url));

/** The process of the lab in this folder, if it runs. */
export function runningLab(folder: string): ProcessIdentity | undefined {
  try {
    const identity = JSON.parse(readFileSync(recordOf(folder), 'utf8')) as ProcessIdentity;
    return isAlive(identity) ? identity : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Starts a lab and waits until it is ready. Returns the line with which it said so.
 *
 * @throws RunbookError `INPUT_INVALID` when one runs there already, `ENGINE_INTERNAL` with the end of its log when it does not start.
 */
export async function startLab(folder: string, args: readonly string[], timeoutMs: number): Promise<string> {
  const running = runningLab(folder);
  if (running !== undefined) {
    throw new RunbookError('INPUT_INVALID', `A lab runs in ${folder} already (pid ${running.pid}).`, {
      remedy: 'Use it, or end it with `runbook lab down`.',
    });
  }
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const logFile = path.join(folder, 'lab.log');
  const log = openSync(logFile, 'w', 0o600);
  const child = spawn(process.execPath, [...typescriptArguments, labMain, 'up', '--dir', folder, ...args], {
    detached: true,
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  let hasEnded = false;
  child.once('error', () => (hasEnded = true));
  child.once('exit', () => (hasEnded = true));
  child.unref();
  const identity = child.pid === undefined ? undefined : identify(child.pid);
  if (identity !== undefined)
    writeFileSync(recordOf(folder), `${JSON.stringify(identity)}\n`, { mode: 0o600 });

  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const text = readFileSync(logFile, 'utf8');
    const ready = text.split('\n').find((line) => line.startsWith('lab ready'));
    if (ready !== undefined) return ready;
    if (hasEnded || Date.now() > deadline) {
      if (identity !== undefined) await endProcess(identity, 2_000);
      rmSync(recordOf(folder), { force: true });
      const screen = text.trimEnd().split('\n').slice(-8).join('\n');
      throw new RunbookError('ENGINE_INTERNAL', `The lab does not start. Its log: ${logFile}`, {
        screen,
        remedy: `Read ${logFile}.`,
      });
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Ends the lab of this folder; false when none ran. */
export async function stopLab(folder: string): Promise<boolean> {
  const running = runningLab(folder);
  if (running !== undefined) await endProcess(running, 10_000);
  rmSync(recordOf(folder), { force: true });
  return running !== undefined;
}

/** True where a lab has been started at some time. */
export function isLabFolder(folder: string): boolean {
  return existsSync(path.join(folder, 'lab.json'));
}

/** Runs `lab/main.ts` with these arguments to its end, on our own terminal. Returns its exit code. */
export function callLab(args: readonly string[]): Promise<number> {
  const child = spawn(process.execPath, [...typescriptArguments, labMain, ...args], { stdio: 'inherit' });
  return new Promise((resolve) => {
    child.once('error', () => {
      resolve(1);
    });
    child.once('exit', (code) => {
      resolve(code ?? 1);
    });
  });
}

function recordOf(folder: string): string {
  return path.join(folder, 'lab-process.json');
}
