import { fillCommand, type RootShell } from '../../devices/index.ts';
import { setFiles } from './certificate-set.ts';

/** Asks, in a peer's folder, when its three files were changed; read by {@link readNewestChange}. */
export function changesCommand(shell: RootShell): string {
  return fillCommand(shell.profile, 'changeTimes', setFiles);
}

/**
 * When the newest of the three files in a peer's folder was last changed, milliseconds since 1970 by the box's clock: the change
 * of the inode (ctime), which a rename or a copy with `-p` cannot set back. Undefined where the box does not tell of all three.
 */
export function readNewestChange(output: string): number | undefined {
  const times = Object.values(setFiles).map((name) => readChangeTime(output, name));
  return times.includes(undefined) ? undefined : Math.max(...(times as number[]));
}

/** A line of `stat -c '%Z %n'`, or of `ls -lnc --time-style=+%s`. */
export function readChangeTime(output: string, path: string): number | undefined {
  for (const line of output.split('\n').map((text) => text.trim())) {
    if (!line.endsWith(` ${path}`)) continue;
    const seconds = /(?:^|\s)(\d{9,11})$/.exec(line.slice(0, -path.length - 1))?.[1];
    if (seconds !== undefined) return Number(seconds) * 1000;
  }
  return undefined;
}

/**
 * Did the connection begin after the newest of the files was there, for sure? Both are whole seconds, so that the same second
 * proves nothing; a start that lies ahead of the box's own clock is no time of its.
 */
export function beganAfter(
  startTime: number | undefined,
  change: number | undefined,
  clock: number,
): boolean {
  if (startTime === undefined || change === undefined) return false;
  return startTime > change && startTime <= clock + 2_000;
}
