import { isTooShort, lockoutText, rolloutLines } from '../../report/index.ts';
import type { Lockout, Question, RunDocument } from '../../workflows/contract.ts';
import { fit, labelled } from './layout.ts';
import type { View } from './view.ts';

/** `waves`, `budget` and `window` of the stages that are in portions; of a living run only while there is something to begin. */
export function rolloutStand({ rollouts = [], endedAt }: RunDocument, view: View): string[] {
  const isClosed = endedAt !== undefined;
  return rollouts
    .filter(({ inFlight, notBegun }) => isClosed || inFlight + notBegun > 0)
    .flatMap((rollout) => rolloutLines(rollout, view.now, isClosed))
    .map(({ label, text }) => labelled(label, text, view.width, 10));
}

/** Days left against the run's own estimate; `short`: one line, and none where nothing can be lost. */
export function lockoutLines({ lockout, endedAt }: RunDocument, view: View, short = false): string[] {
  if (lockout === undefined || (short && lockout.devices === 0)) return [];
  const text = toned(lockout, view, endedAt !== undefined);
  return [short ? fit(`lockout   ${text}`, view.width) : labelled('lockout', text, view.width, 10)];
}

/** What waiting for the answer may cost. */
export function questionLockout({ lockout, uuid }: Question, view: View): string | undefined {
  if (lockout === undefined) return undefined;
  if (lockout.devices === 0)
    return `nothing is lost by waiting: ${uuid === undefined ? 'each device' : 'it'} has what it needs for its next reconnect`;
  return toned(lockout, view);
}

function toned(lockout: Lockout, { now, paint }: View, isClosed = false): string {
  const text = lockoutText(lockout, now, isClosed);
  return isTooShort(lockout, now) ? paint('danger', text) : text;
}
