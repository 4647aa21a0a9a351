import { RunbookError } from '../errors/index.ts';
import type { StandingRef } from '../devices/index.ts';
import { beating, pause } from './action.ts';
import type { ActivityDeps } from './deps.ts';

const everyMs = 1000;

/**
 * Comes back when the command has ended by itself that a person was asked about: it did not ask, or nobody had to answer. Fails when its
 * session stands there no more: it was answered, or has ended.
 */
export async function awaitCommandEnd({ id }: StandingRef, deps: ActivityDeps): Promise<void> {
  await beating(async () => {
    while (!deps.sessions.commandHasEnded(id)) {
      if (deps.isEnding()) throw new RunbookError('SESSION_GONE', 'The worker that holds the session ends.');
      await pause(everyMs);
    }
  });
}
