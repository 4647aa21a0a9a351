import type { Amount } from '../../language/rollout.ts';

/** Failures that are borne before nothing new is begun. */
export interface Budget {
  /** One more than this is too many. */
  readonly borne: number;
  /** What an approval adds to what has failed by then. */
  readonly size: number;
}

/** Percentages are of all devices of the stage, rounded down: a budget is never more than what was said. */
export function budgetOf(amount: Amount | undefined, devices: number): Budget {
  if (amount === undefined) return { borne: Infinity, size: Infinity };
  const size = 'count' in amount ? amount.count : Math.floor((amount.percent * devices) / 100);
  return { borne: size, size };
}

export function isUsedUp({ borne }: Budget, failed: number): boolean {
  return failed > borne;
}

/** A person agrees to what has failed, and as many failures more are borne as at the beginning. */
export function extended({ borne, size }: Budget, failed: number): Budget {
  return { borne: Math.max(borne, failed + size), size };
}
