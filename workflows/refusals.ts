import type { KnownRefusals, Refusal } from '../devices/session.ts';
import type { ActionInput } from './contract.ts';
import type { Failure } from './failure.ts';

/**
 * What a workflow knows of refused logins, from all of its workers: each activity brings it to the worker that it is run by, so that a
 * password that was refused at one of them is not tried by another, until a person says "once more".
 */
export interface Refusals {
  met(failure: Failure): void;
  /** A person has answered the question that the failure became: that refusal, and no later one, is settled. */
  settle(failure: Failure): void;
  /** What a device run tells, or its parent. */
  learn(known: KnownRefusals | undefined): void;
  /** Part of the envelope of an activity; empty while nothing was refused. */
  known(): Pick<ActionInput, 'refusals'>;
}

/** `oncePerPlan`: see {@link KnownRefusals}. */
export function createRefusals(oncePerPlan?: string): Refusals {
  /** By credential; those that hold on one box alone are the matter of its worker. */
  const standing = new Map<string, Refusal>();
  const settled = new Set<string>();

  const stand = (refusal: Refusal): void => {
    if (!settled.has(refusal.number)) standing.set(refusal.credential, refusal);
  };
  const lift = (number: string): void => {
    settled.add(number);
    for (const [credential, refusal] of standing) if (refusal.number === number) standing.delete(credential);
  };
  const refusalOf = ({ context }: Failure): Refusal | undefined => context['refusal'] as Refusal | undefined;

  return {
    met(failure) {
      const refusal = refusalOf(failure);
      if (refusal !== undefined && failure.context.cause === `credential:${refusal.credential}`)
        stand(refusal);
    },
    settle(failure) {
      const refusal = refusalOf(failure);
      if (refusal !== undefined) lift(refusal.number);
    },
    learn(known) {
      for (const number of known?.settled ?? []) lift(number);
      for (const refusal of known?.standing ?? []) stand(refusal);
    },
    known() {
      const refusals: KnownRefusals = {
        ...(oncePerPlan === undefined ? {} : { oncePerPlan }),
        ...(standing.size === 0 ? {} : { standing: [...standing.values()] }),
        ...(settled.size === 0 ? {} : { settled: [...settled] }),
      };
      return Object.keys(refusals).length === 0 ? {} : { refusals };
    },
  };
}
