import { ApplicationFailure } from '@temporalio/common';
import { isErrorCode, RunbookError, type ErrorContext } from '../errors/index.ts';
import { evaluateCondition, resolveParams, type ActionName, type JsonObject } from '../language/index.ts';
import type { ActionInput, ActionResult, StepOutcome } from '../workflows/contract.ts';
import { noteDone } from './heartbeat.ts';

type Act = (name: ActionName, input: ActionInput) => Promise<ActionResult>;

/**
 * Does a step, and then the looks that follow it, as far as the conditions between them hold. Decides nothing: what cannot be decided
 * here, what does not hold, and what was cut off is met again by the workflow, which goes through the same steps with the outcomes.
 */
export async function goThrough(name: ActionName, input: ActionInput, act: Act): Promise<ActionResult> {
  const { then, ...own } = input;
  if (then === undefined) return await act(name, input);
  const first = await act(name, own);
  noteDone(first);
  const outcomes: StepOutcome[] = [];
  let device: JsonObject = { ...(then.facts['device'] as JsonObject | undefined), [then.id]: first.facts };
  if (then.phase !== undefined) device = { ...device, phase: then.phase };
  try {
    for (const step of then.steps) {
      const facts = { ...then.facts, device };
      if (step.when !== undefined && !evaluateCondition(step.when, facts)) continue;
      if (step.do !== undefined) {
        const params = resolveParams(step.with ?? {}, facts);
        // What a person asked for was the step itself.
        const again = { askedFor: false, attempt: 1 };
        const look = { ...own, ...again, step: besides(own.step, step.id), params };
        const outcome = await outcomeOf(step.id, act(step.do, look));
        outcomes.push(outcome);
        noteDone({ ...first, then: [...outcomes] });
        if (!('result' in outcome)) break;
        device = { ...device, [step.id]: outcome.result.facts };
      } else if (step.assert === undefined || !evaluateCondition(step.assert, facts)) break;
      if (step.phase !== undefined) device = { ...device, phase: step.phase };
    }
  } catch {
    // The workflow comes to the same place: to the condition that cannot be decided, or to the look that was cut off, which it begins anew.
  }
  return { ...first, then: outcomes };
}

/** Throws where the look was cut off, or failed by a fault of this program. */
async function outcomeOf(id: string, look: Promise<ActionResult>): Promise<StepOutcome> {
  try {
    return { id, result: await look };
  } catch (thrown) {
    if (thrown instanceof RunbookError)
      return { id, failure: { code: thrown.code, text: thrown.message, context: thrown.context } };
    if (thrown instanceof ApplicationFailure && typeof thrown.type === 'string' && isErrorCode(thrown.type))
      return {
        id,
        failure: {
          code: thrown.type,
          text: thrown.message,
          context: (thrown.details?.[0] ?? {}) as ErrorContext,
        },
      };
    throw thrown;
  }
}

/** `deliver/verify` for `deliver/restart`. */
function besides(path: string, stepId: string): string {
  return path.slice(0, path.lastIndexOf('/') + 1) + stepId;
}
