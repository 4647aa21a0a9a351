import { openSync, renameSync, statSync } from 'node:fs';

const largestBytes = 16 * 1024 * 1024;

/**
 * Opens a log file for appending and returns its descriptor. A file over 16 MiB is set aside as `<file>.1` first, in the place of
 * an older one.
 */
export function openLog(file: string): number {
  if (sizeOf(file) > largestBytes) renameSync(file, `${file}.1`);
  return openSync(file, 'a', 0o600);
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}
