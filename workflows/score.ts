import type { DeviceStatus, RunMemo } from './contract.ts';

const parts: Record<DeviceStatus, keyof RunMemo['score']> = {
  done: 'done',
  running: 'running',
  parked: 'waiting',
  // Left for a person, whoever left it out.
  skipped: 'failed',
  'needs-hands': 'failed',
  waiting: 'notStarted',
};

/** The box score of devices, or of the members of a fleet: each counted once. Pure. */
export function scoreOf(items: Iterable<{ readonly status: DeviceStatus }>): RunMemo['score'] {
  const score = { done: 0, running: 0, waiting: 0, failed: 0, notStarted: 0 };
  for (const { status } of items) score[parts[status]] += 1;
  return score;
}

/** The memo of a run, or a fleet, that is about to begin: until its first turn nobody else can tell what it is. */
export function memoAtStart(notStarted: number): RunMemo {
  return { outcome: 'running', phase: '', step: '', score: { ...scoreOf([]), notStarted }, questions: [] };
}
