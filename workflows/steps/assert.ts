import { evaluateCondition, interpolate } from '../../language/condition.ts';
import type { AssertStep } from '../../language/runbook.ts';
import { nowIso } from '../instant.ts';
import { path, questionId, waysBack, type StepContext, type StepEnd } from './context.ts';

/** In a plan a condition that does not hold is a finding; in a run, after something was changed, it parks. */
export async function runAssert(step: AssertStep, context: StepContext): Promise<StepEnd> {
  for (;;) {
    if (evaluateCondition(step.assert, context.facts())) return { end: 'next' };
    const text = interpolate(step.message, context.facts());
    if (context.mode === 'plan' || step.severity !== 'block') {
      context.finding({
        code: 'STEP_ASSERT',
        severity: step.severity,
        text,
        box: context.target.name,
        ...(context.target.uuid === undefined ? {} : { uuid: context.target.uuid }),
      });
      return { end: 'next', note: text };
    }
    const attempt = context.nextAttempt(step.id);
    context.report({
      path: path(step, context),
      title: step.title ?? text,
      status: 'parked',
      attempt,
      startedAt: nowIso(),
      note: text,
    });
    const answer = await context.desk.ask({
      id: questionId(step.id, context, attempt),
      kind: 'failed',
      code: 'STEP_ASSERT',
      step: path(step, context),
      box: context.target.name,
      ...(context.target.uuid === undefined ? {} : { uuid: context.target.uuid }),
      text,
      state: context.boxState(),
      remedy: 'Settle what is named, then retry: the stage is gone through again.',
      ...waysBack(context),
      answers: ['retry', 'skip'],
    });
    if (answer.verb === 'stop') return { end: 'stopped' };
    if (answer.verb === 'skip') {
      if (context.isDevice) return { end: 'skipped', note: answer.reason ?? '' };
      return { end: 'next', note: `overridden: ${answer.reason ?? ''}` };
    }
    if (answer.from !== undefined) return { end: 'back', to: answer.from, askedFor: true };
    const first = context.stage.steps[0];
    if (first !== undefined && first.id !== step.id) return { end: 'back', to: first.id };
  }
}
