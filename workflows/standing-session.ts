import { proxyActivities } from '@temporalio/workflow';
import { RunbookError } from '../errors/index.ts';
import { commandEnd, type ActionInput, type StandingSession } from './contract.ts';
import { wasNotTaken, type Failure } from './failure.ts';

/** A living worker takes its own tasks at once. */
const takenWithinMs = 20_000;

/** Not longer than a worker of a site is waited for. */
function takenWithin({ settings }: Pick<ActionInput, 'settings'>): number {
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

/** Comes back when the command at whose prompt the session stands has ended by itself; fails when nobody can tell any more. */
export async function endOfCommand(
  standing: StandingSession,
  input: Pick<ActionInput, 'settings' | 'target'>,
): Promise<void> {
  const proxy = proxyActivities<Record<typeof commandEnd, (standing: StandingSession) => Promise<void>>>({
    taskQueue: standing.queue,
    scheduleToStartTimeout: takenWithin(input),
    // Longer than a session is kept at a prompt.
    startToCloseTimeout: '9 hours',
    heartbeatTimeout: '30 seconds',
    retry: { maximumAttempts: 1 },
  });
  await proxy[commandEnd].executeWithOptions(
    { summary: `${input.target?.name ?? 'The box'}: whether the command ends by itself` },
    [standing],
  );
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
