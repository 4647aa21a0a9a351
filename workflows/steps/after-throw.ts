import { DeterminismViolationError, isCancellation } from '@temporalio/workflow';
import { readFailure } from '../failure.ts';
import { path, questionId, waysBack, type StepContext, type StepEnd } from './context.ts';

/**
 * A step that threw in place of ending: its condition cannot be decided from these facts, or this program is at fault. It stands at a
 * question, and everything else carries on; where nobody is asked it is a finding. Undefined: once more.
 */
export async function endAfterThrow(
  step: { readonly id: string; readonly title?: string | undefined },
  context: StepContext,
  thrown: unknown,
): Promise<StepEnd | undefined> {
  if (isCancellation(thrown) || thrown instanceof DeterminismViolationError) throw thrown;
  const { code, entry, text } = readFailure(thrown);
  const box = {
    box: context.target.name,
    ...(context.target.uuid === undefined ? {} : { uuid: context.target.uuid }),
  };
  if (context.onFailure === 'finding') {
    context.finding({ code, severity: context.isDevice ? 'accept' : 'block', text, ...box });
    return { end: 'skipped', note: text };
  }
  const attempt = context.nextAttempt(step.id);
  context.report({
    path: path(step, context),
    title: step.title ?? step.id,
    status: 'parked',
    attempt,
    note: text,
  });
  const answer = await context.desk.ask({
    id: questionId(step.id, context, attempt),
    kind: 'failed',
    code,
    step: path(step, context),
    ...box,
    text,
    state: context.boxState(),
    remedy: entry.remedy,
    ...waysBack(context),
    answers: context.isDevice ? ['retry', 'skip'] : ['retry'],
  });
  if (answer.verb === 'stop') return { end: 'stopped', note: text };
  if (answer.verb === 'skip') return { end: 'skipped', note: `${code}: ${answer.reason ?? ''}` };
  if (answer.from !== undefined) return { end: 'back', to: answer.from, askedFor: true };
  // What it was decided by is read anew; a manager's stage may have steps that are not done twice.
  const first = context.isDevice ? context.stage.steps[0] : undefined;
  return first === undefined || first.id === step.id ? undefined : { end: 'back', to: first.id };
}
