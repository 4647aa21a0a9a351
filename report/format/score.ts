import type { RunMemo } from '../../workflows/contract.ts';

export { scoreOf } from '../../workflows/contract.ts';

export type Score = RunMemo['score'];

export function scoreTotal(score: Score): number {
  return score.done + score.running + score.waiting + score.failed + score.notStarted;
}
