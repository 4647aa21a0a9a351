import type { ActionName } from '../../language/actions.ts';
import type { DoStep } from '../../language/runbook.ts';
import { callAction } from '../activity-call.ts';
import type { ActionInput, ActionResult } from '../contract.ts';
import type { StepContext } from './context.ts';

/**
 * One attempt of a step: an activity of its own, which may go on with the looks that follow, or what the activity of an earlier step has
 * brought with it. What a person is asked or answers at a prompt belongs to one step alone.
 */
export async function attemptStep(
  name: ActionName,
  input: ActionInput,
  step: DoStep,
  { stretches }: StepContext,
): Promise<ActionResult> {
  if (stretches === undefined) return await callAction(name, input, step.title);
  const brought = stretches.take(step.id);
  if (brought !== undefined) return brought;
  const isAnswer = input.standing !== undefined || input.typed !== undefined;
  const then = isAnswer ? undefined : stretches.after(step.id);
  const result = await callAction(name, then === undefined ? input : { ...input, then }, step.title);
  stretches.add(result.then ?? []);
  return result;
}
