/** Processes that tests start: the real command line, workers of their own, and how a process says that it is there and ends. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The program `runbook`. */
export const bin = fileURLToPath(new URL('../../cli/bin.js', import.meta.url));

export interface Surroundings {
  readonly env: NodeJS.ProcessEnv;
  /** Default: that of the test. */
  readonly cwd?: string;
}

/** What came of a command line that was typed. */
export interface Typed {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end; nobody sits at it. */
export async function run(
  program: string,
  words: readonly string[],
  surroundings: Surroundings,
): Promise<Typed> {
  const child = spawn(program, words, { ...surroundings, stdio: ['ignore', 'pipe', 'pipe'] });
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  child.stdout.on('data', (bytes: Buffer) => stdout.push(bytes));
  child.stderr.on('data', (bytes: Buffer) => stderr.push(bytes));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, stdout: Buffer.concat(stdout).toString(), stderr: Buffer.concat(stderr).toString() };
}

/** A command line of the product, word by word. */
export const runbook = (words: readonly string[], surroundings: Surroundings): Promise<Typed> =>
  run(process.execPath, [bin, ...words], surroundings);

/** Waits until a process has written this; throws when it ends instead. */
export async function untilSays(child: ChildProcess, text: string, name: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    child.stdout?.on('data', (bytes: Buffer) => {
      if (bytes.includes(text)) resolve();
    });
    child.once('exit', (code) => reject(new Error(`${name} ended (${String(code)})`)));
  });
}

/** Sends a signal, and waits for the end; nothing where it has ended already. */
export async function endBy(signal: 'SIGTERM' | 'SIGKILL', child: ChildProcess | undefined): Promise<void> {
  if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill(signal);
  await exited;
}

export interface WorkerProcess {
  start(): Promise<void>;
  /** SIGKILL: no farewell. */
  kill(): Promise<void>;
}

/** The worker as a process of its own, which a test may kill and start again. */
export function workerProcess(env: NodeJS.ProcessEnv): WorkerProcess {
  let child: ChildProcess | undefined;
  return {
    start: async () => {
      child = spawn(process.execPath, ['--import', 'tsx', 'worker/main.ts'], {
        cwd: root,
        env,
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      await untilSays(child, '"ready"', 'the worker');
    },
    kill: () => endBy('SIGKILL', child),
  };
}
