import { interpolate } from '../../language/condition.ts';
import type { ApproveStep } from '../../language/runbook.ts';
import { nowIso } from '../instant.ts';
import { path, questionId, type StepContext, type StepEnd } from './context.ts';

/** A person agrees; who, when, why and under which case become facts. The yes to the shown plan covers steps that say so; that too is recorded, with who gave it and how. */
export async function runApprove(step: ApproveStep, context: StepContext): Promise<StepEnd> {
  const text = interpolate(step.approve, context.facts());
  if (step.covers === 'plan' && context.startedBy !== undefined) {
    const { identity, approval } = context.startedBy;
    const reason =
      approval === 'unattended' ? `unattended, pre-approved by ${identity}` : 'yes to the plan as shown';
    context.desk.record({
      by: identity,
      verb: 'approve',
      question: path(step, context),
      box: context.target.name,
      reason,
    });
    context.setFacts(step.id, { by: identity, at: nowIso(), reason, case: '' });
    return { end: 'next', note: reason };
  }
  const attempt = context.nextAttempt(step.id);
  context.report({ path: path(step, context), title: step.title ?? text, status: 'parked', attempt });
  const answer = await context.desk.ask({
    id: questionId(step.id, context, attempt),
    kind: 'approve',
    code: 'APPROVAL',
    step: path(step, context),
    box: context.target.name,
    ...(context.target.uuid === undefined ? {} : { uuid: context.target.uuid }),
    text,
    state: context.boxState(),
    remedy: 'Approve it, or deny it with a reason.',
    answers: ['approve', 'deny'],
    ...(step.needs === undefined ? {} : { needs: step.needs }),
  });
  if (answer.verb === 'stop') return { end: 'stopped' };
  if (answer.verb === 'deny')
    return { end: 'refused', note: `denied by ${answer.by}: ${answer.reason ?? ''}` };
  context.setFacts(step.id, {
    by: answer.by,
    at: nowIso(),
    reason: answer.reason ?? '',
    case: answer.case ?? '',
  });
  return {
    end: 'next',
    note: `approved by ${answer.by}${answer.reason === undefined ? '' : `: ${answer.reason}`}`,
  };
}
