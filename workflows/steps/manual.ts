import { evaluateCondition, interpolate } from '../../language/condition.ts';
import type { ManualStep } from '../../language/runbook.ts';
import { path, questionId, waysBack, type StepContext, type StepEnd } from './context.ts';
import { runDo } from './do.ts';

/** A person does something by hand; `retry` means "done, look". The box is looked at before and after, so nothing is asked twice. */
export async function runManual(step: ManualStep, context: StepContext): Promise<StepEnd> {
  for (;;) {
    const look = await runDo(
      { id: step.id, do: step.check.do, ...(step.check.with === undefined ? {} : { with: step.check.with }) },
      context,
    );
    if (look.end !== 'next') return look;
    if (evaluateCondition(step.check.until, context.facts())) return look;
    const text = interpolate(step.manual, context.facts());
    const attempt = context.nextAttempt(`${step.id}.manual`);
    context.report({ path: path(step, context), title: step.title ?? text, status: 'parked', attempt });
    const answer = await context.desk.ask({
      id: questionId(`${step.id}.manual`, context, attempt),
      kind: 'manual',
      code: 'MANUAL',
      step: path(step, context),
      box: context.target.name,
      ...(context.target.uuid === undefined ? {} : { uuid: context.target.uuid }),
      text,
      state: context.boxState(),
      remedy: 'Do what is shown, then retry: the box is looked at.',
      ...waysBack(context),
      answers: ['retry', 'skip'],
    });
    if (answer.verb === 'stop') return { end: 'stopped' };
    if (answer.from !== undefined) return { end: 'back', to: answer.from, askedFor: true };
    if (answer.verb === 'skip') {
      return context.isDevice
        ? { end: 'skipped', note: answer.reason ?? '' }
        : { end: 'next', note: `skipped: ${answer.reason ?? ''}` };
    }
  }
}
