import { evaluateCondition, interpolate } from '../../language/condition.ts';
import type { WaitStep } from '../../language/runbook.ts';
import { durationMs } from '../duration.ts';
import { nowIso } from '../instant.ts';
import type { StepContext, StepEnd } from './context.ts';
import { path, runDo } from './do.ts';

/** Looks, waits durably, looks again. A plan looks once and says what the run will wait for. */
export async function runWait(step: WaitStep, context: StepContext): Promise<StepEnd> {
  const until = Date.now() + durationMs(step.limit);
  const startedAt = nowIso();
  for (;;) {
    const look = await runDo(
      { id: step.id, do: step.poll, ...(step.with === undefined ? {} : { with: step.with }) },
      context,
    );
    if (look.end !== 'next') return look;
    if (evaluateCondition(step.until, context.facts())) return look;
    const text = `${interpolate(step.message, context.facts())}${look.note === undefined ? '' : ` Now: ${look.note}`}`;
    if (context.mode === 'plan') {
      context.finding({
        code: 'STEP_WAIT',
        severity: 'warn',
        text: `The run will wait here, at most ${step.limit}: ${text}`,
        box: context.target.name,
      });
      return { end: 'next', note: text };
    }
    const attempt = context.nextAttempt(`${step.id}.wait`);
    if (Date.now() < until) {
      context.report({
        path: path(step, context),
        title: step.title ?? text,
        status: 'waiting',
        attempt,
        startedAt,
        note: text,
      });
      if (await context.desk.pause(durationMs(step.every), text.slice(0, 200))) return { end: 'stopped' };
      continue;
    }
    context.report({
      path: path(step, context),
      title: step.title ?? text,
      status: 'parked',
      attempt,
      startedAt,
      note: text,
    });
    const answer = await context.desk.ask({
      id: `${step.id}.wait#${String(attempt)}`,
      kind: 'failed',
      code: 'STEP_WAIT_LIMIT',
      step: path(step, context),
      box: context.target.name,
      text: `Waited ${step.limit}, since ${startedAt}. ${text}`,
      state: context.boxState(),
      remedy:
        'Settle what is named, then retry; or skip it with a reason, if you know that it does not matter.',
      answers: ['retry', 'skip'],
    });
    if (answer.verb === 'stop') return { end: 'stopped' };
    if (answer.verb === 'skip') {
      return context.isDevice
        ? { end: 'skipped', note: answer.reason ?? '' }
        : { end: 'next', note: `not waited for: ${answer.reason ?? ''}` };
    }
    return await runWait(step, context);
  }
}
