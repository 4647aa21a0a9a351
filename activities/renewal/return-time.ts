import type { RunRef } from '../../workflows/contract.ts';

/** So many runs are remembered. */
const mostRuns = 100;
/** By run: after how many milliseconds the quickest of its tunnels was seen to be back. */
const quickest = new Map<string, number>();

/**
 * So long after a restart nothing is to be seen yet, as far as the other devices of the run tell, milliseconds. Each look at a dead peer costs
 * the box an answer, and of some releases minutes.
 */
export function notBackBefore({ runId }: RunRef): number {
  // A quicker one is still seen soon, and then it is the measure.
  return 0.8 * (quickest.get(runId) ?? 0);
}

/** A tunnel was seen to be back, which it was not at once. */
export function noteReturn({ runId }: RunRef, afterMs: number): void {
  const known = quickest.get(runId);
  quickest.delete(runId);
  quickest.set(runId, Math.min(known ?? Infinity, afterMs));
  const [oldest] = quickest.keys();
  if (quickest.size > mostRuns && oldest !== undefined) quickest.delete(oldest);
}
