import type { RunDocument, RunMemo } from '../../workflows/contract.ts';

export type Score = RunMemo['score'];

/** The box score of a run: each device counted once. Skipped devices are counted as failed: they are left for a person. */
export function scoreOf(devices: RunDocument['devices']): Score {
  const count = (...wanted: string[]): number =>
    devices.filter((device) => wanted.includes(device.status)).length;
  return {
    done: count('done'),
    running: count('running'),
    waiting: count('parked'),
    failed: count('needs-hands', 'skipped'),
    notStarted: count('waiting'),
  };
}

export function scoreTotal(score: Score): number {
  return score.done + score.running + score.waiting + score.failed + score.notStarted;
}
