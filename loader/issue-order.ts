import type { Issue } from '../errors/index.ts';

/** Issues of one file in the order of the file; those about the file as a whole first. */
export function inFileOrder(issues: readonly Issue[]): Issue[] {
  return [...issues].sort((a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0));
}
