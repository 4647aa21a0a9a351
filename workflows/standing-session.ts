import { RunbookError } from '../errors/index.ts';
import type { ActionInput, StandingSession } from './contract.ts';
import { wasNotTaken, type Failure } from './failure.ts';

/** A living worker takes its own tasks at once. */
const takenWithinMs = 20_000;

/** Not longer than a worker of a site is waited for. */
function takenWithin({ settings }: ActionInput): number {
  return Math.min(takenWithinMs, settings?.siteWorkerMs ?? takenWithinMs);
}

/** What a failed attempt has left open, where a worker has kept it. */
export function standingOf({ context }: Failure): StandingSession | undefined {
  const standing = context['standing'] as Partial<StandingSession> | undefined;
  return standing?.queue === undefined ? undefined : (standing as StandingSession);
}

/** Options of an activity that only the worker may take which holds the session. */
export function atWorkerOf(
  { queue }: StandingSession,
  input: ActionInput,
): { taskQueue: string; scheduleToStartTimeout: number } {
  return { taskQueue: queue, scheduleToStartTimeout: takenWithin(input) };
}

/** What a step failed with; that the worker is gone, and the session with it, gets a name of its own. */
export function goneFailure(thrown: unknown, { target }: ActionInput): unknown {
  if (!wasNotTaken(thrown)) return thrown;
  return new RunbookError(
    'SESSION_GONE',
    `${target?.name ?? 'The box'}: the worker that held the session at this prompt has ended, and the session with it. Nothing was typed.`,
    {
      ...(target === undefined ? {} : { device: target.name }),
      state: 'Nothing was typed; a program that waited at the prompt has ended with its session.',
    },
  );
}
