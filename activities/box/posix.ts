import { RunbookError } from '../../errors/index.ts';
import { shellQuote, type RootShell } from '../../devices/index.ts';

/** Clock of the box, milliseconds since 1970, to the second. */
export async function boxClock(shell: RootShell): Promise<number> {
  const { output } = await shell.run('date -u +%s');
  const seconds = Number(output.trim());
  if (!Number.isInteger(seconds)) throw unreadable('date -u +%s', output);
  return seconds * 1000;
}

/** Free space of the file system that holds `path`, in KiB. */
export async function freeKb(shell: RootShell, path: string): Promise<number> {
  const { output } = await shell.run(`df -Pk ${shellQuote(path)}`);
  const fields = output.trim().split('\n').at(-1)?.trim().split(/\s+/) ?? [];
  const free = Number(fields[3]);
  if (!Number.isFinite(free)) throw unreadable('df -Pk', output);
  return free;
}

/** Names in a folder; empty when it does not exist. */
export async function listFolder(shell: RootShell, path: string): Promise<string[]> {
  const { status, output } = await shell.run(`ls -1 ${shellQuote(path)} 2>/dev/null`, { anyStatus: true });
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

/** SHA-256 in hex of each file that exists, by path. */
export async function digests(shell: RootShell, paths: readonly string[]): Promise<Map<string, string>> {
  const { output } = await shell.run(`sha256sum ${paths.map(shellQuote).join(' ')} 2>/dev/null`, {
    anyStatus: true,
  });
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
