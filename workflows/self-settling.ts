import { CancellationScope } from '@temporalio/workflow';
import type { Answer, Desk, NewQuestion } from './desk.ts';

/** Asks, and comes back with undefined as soon as `settles` has come to a good end: then nobody has to answer any more. */
export async function askUnlessSettled(
  desk: Desk,
  question: NewQuestion,
  settles: () => Promise<void>,
): Promise<Answer | undefined> {
  const scope = new CancellationScope();
  let settled = false;
  const watch = scope.run(settles).then(
    () => {
      settled = true;
    },
    // Called off, see below, or nobody can tell.
    () => undefined,
  );
  const answer = await desk.askUnless(() => settled, question);
  scope.cancel();
  await watch;
  return answer;
}
