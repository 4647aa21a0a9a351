import { RunbookError } from '../../errors/index.ts';
import { shellQuote, type CommandResult, type RootShell } from '../../devices/index.ts';

/** Prints the clock of a box. */
export const clockCommand = 'date -u +%s';

/** Clock of the box, milliseconds since 1970, to the second. */
export async function boxClock(shell: RootShell): Promise<number> {
  return readClock((await shell.run(clockCommand)).output);
}

export function readClock(output: string): number {
  const seconds = Number(output.trim());
  if (output.trim() === '' || !Number.isInteger(seconds)) throw unreadable(clockCommand, output);
  return seconds * 1000;
}

/** Prints the free space of the file system that holds a path, in the form that is most widely known. */
export const spaceCommand = (path: string): string => `df -Pk ${shellQuote(path)}`;

/**
 * Free space of the file system that holds `path`, in KiB; `first` is the answer to {@link spaceCommand} where it was asked already. Undefined where no form of `df` that the box has can be read: then
 * nothing is known, which is not the same as enough.
 */
export async function freeKb(
  shell: RootShell,
  path: string,
  first?: CommandResult,
): Promise<number | undefined> {
  const known = first?.status === 0 ? readFreeKb(first.output) : undefined;
  if (known !== undefined) return known;
  for (const form of ['df -Pk', 'df -k', 'df -TH']) {
    const { status, output } = await shell.run(`${form} ${shellQuote(path)}`, { anyStatus: true });
    const free = status === 0 ? readFreeKb(output) : undefined;
    if (free !== undefined) return free;
  }
  return undefined;
}

/** The column `Avail` or `Available` of the last line of `df`; sizes with a letter are powers of 1000 (`-H`). */
export function readFreeKb(output: string): number | undefined {
  const lines = output
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/));
  const column = lines[0]?.findIndex((word) => /^Avail/i.test(word)) ?? -1;
  const match = /^(\d+(?:\.\d+)?)([KMGTP]?)$/i.exec(
    lines.length < 2 || column < 0 ? '' : (lines.at(-1)?.[column] ?? ''),
  );
  if (match === null) return undefined;
  const power = ' KMGTP'.indexOf((match[2] ?? '').toUpperCase() || ' ');
  return power <= 0 ? Number(match[1]) : Math.floor((Number(match[1]) * 1000 ** power) / 1024);
}

/** Lists the names in a folder. */
export const listCommand = (path: string): string => `ls -1 ${shellQuote(path)} 2>/dev/null`;

/** Names in a folder; empty when it does not exist. */
export async function listFolder(shell: RootShell, path: string): Promise<string[]> {
  return readList(await shell.run(listCommand(path), { anyStatus: true }));
}

export function readList({ status, output }: CommandResult): string[] {
  return status === 0
    ? output
        .split('\n')
        .map((line) => line.trim())
        .filter((line) => line !== '')
    : [];
}

export async function pathExists(shell: RootShell, path: string): Promise<boolean> {
  return (await shell.run(`test -e ${shellQuote(path)}`, { anyStatus: true })).status === 0;
}

/** Prints the SHA-256 of each file that exists. */
export const digestCommand = (paths: readonly string[]): string =>
  `sha256sum ${paths.map(shellQuote).join(' ')} 2>/dev/null`;

/** SHA-256 in hex of each file that exists, by path. */
export async function digests(shell: RootShell, paths: readonly string[]): Promise<Map<string, string>> {
  return readDigests((await shell.run(digestCommand(paths), { anyStatus: true })).output);
}

export function readDigests(output: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const line of output.split('\n')) {
    const match = /^\\?([0-9a-f]{64})\s+\*?(\S.*)$/.exec(line.trim());
    if (match?.[1] !== undefined && match[2] !== undefined) found.set(match[2], match[1]);
  }
  return found;
}

function unreadable(command: string, output: string): RunbookError {
  return new RunbookError('SESSION_OUTPUT_UNREADABLE', `${command} answered in an unknown form.`, {
    screen: output.slice(-500),
  });
}
