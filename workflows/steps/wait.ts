import { evaluateCondition, interpolate } from '../../language/condition.ts';
import type { WaitStep } from '../../language/runbook.ts';
import { durationMs } from '../../language/duration.ts';
import type { Answer, NewQuestion } from '../desk.ts';
import { nowIso } from '../instant.ts';
import { path, questionId, waysBack, type StepContext, type StepEnd } from './context.ts';
import { runDo } from './do.ts';
import { paceOf } from './pace.ts';

/**
 * Looks, waits durably, looks again. A plan looks once and says what the run will wait for. What only a person can bring about is a
 * question from the first look on, and settles itself when a later look finds it done.
 */
export async function runWait(step: WaitStep, context: StepContext): Promise<StepEnd> {
  const startedAt = nowIso();
  const waitId = questionId(`${step.id}.wait`, context, context.nextAttempt(`${step.id}.wait`));
  const pace = paceOf(step, context);
  let until = Date.now() + durationMs(pace.limit);
  for (;;) {
    const look = await runDo(
      { id: step.id, do: step.poll, ...(step.with === undefined ? {} : { with: step.with }) },
      context,
    );
    if (look.end !== 'next' || evaluateCondition(step.until, context.facts())) {
      context.desk.withdraw(waitId);
      return look;
    }
    const message = interpolate(step.message, context.facts());
    const text = `${message}${look.note === undefined ? '' : ` Now: ${look.note}`}`;
    if (context.mode === 'plan') {
      const how = step.needsPerson
        ? 'The run will ask for this'
        : `The run will wait here, at most ${pace.limit}`;
      context.finding({
        code: 'STEP_WAIT',
        severity: 'warn',
        text: `${how}: ${text}`,
        box: context.target.name,
      });
      return { end: 'next', note: text };
    }
    const isLate = Date.now() >= until;
    const attempt = context.nextAttempt(`${step.id}.look`);
    const shown = { path: path(step, context), title: step.title ?? message, attempt, startedAt, note: text };
    context.report({ ...shown, status: step.needsPerson || isLate ? 'parked' : 'waiting' });
    const question: NewQuestion = {
      id: waitId,
      kind: step.needsPerson ? 'manual' : 'failed',
      code: step.needsPerson ? 'MANUAL' : 'STEP_WAIT_LIMIT',
      step: path(step, context),
      box: context.target.name,
      ...(context.target.uuid === undefined ? {} : { uuid: context.target.uuid }),
      text: step.needsPerson ? text : `Waited ${pace.limit}, since ${startedAt}. ${text}`,
      state: context.boxState(),
      remedy: step.needsPerson
        ? `Do it; the run looks again every ${pace.every} and goes on by itself. Retry to look at once, or skip it with a reason.`
        : 'Settle what is named, then retry; or skip it with a reason, if you know that it does not matter.',
      ...waysBack(context),
      answers: ['retry', 'skip'],
    };
    let answer: Answer | undefined;
    if (step.needsPerson) answer = await context.desk.askFor(durationMs(pace.every), question);
    else if (isLate) answer = await context.desk.ask(question);
    else if (await context.desk.rest(durationMs(pace.every), text.slice(0, 200))) return { end: 'stopped' };
    if (answer?.verb === 'stop') return { end: 'stopped' };
    if (answer?.from !== undefined) {
      return { end: 'back', to: answer.from, askedFor: true };
    }
    if (answer?.verb === 'retry') until = Date.now() + durationMs(pace.limit);
    if (answer?.verb === 'skip') {
      const reason = answer.reason ?? '';
      return context.isDevice
        ? { end: 'skipped', note: reason }
        : { end: 'next', note: `not waited for: ${reason}` };
    }
  }
}
