import { evaluateCondition, filledIn } from '../../language/condition.ts';
import { actionSpec, isActionName } from '../../language/actions.ts';
import type { Step } from '../../language/runbook.ts';
import { nowIso } from '../instant.ts';
import { endAfterThrow } from './after-throw.ts';
import { runApprove } from './approve.ts';
import { runAssert } from './assert.ts';
import { path, type StepContext, type StepEnd } from './context.ts';
import { runDo, type Limits } from './do.ts';
import { runManual } from './manual.ts';
import { runWait } from './wait.ts';

export type { StepContext, StepEnd } from './context.ts';

/** What a step does to a box, as a plan shows it; `person` where only a person acts. */
export function stepEffect(step: Step): 'read' | 'reversible' | 'irreversible' | 'person' {
  if ('do' in step) return isActionName(step.do) ? actionSpec(step.do).effect : 'read';
  return 'approve' in step || 'manual' in step ? 'person' : 'read';
}

export function stepTitle(step: Step, box: string): string {
  if (step.title !== undefined) return step.title;
  const action =
    'do' in step ? step.do : 'poll' in step ? step.poll : 'manual' in step ? step.check.do : undefined;
  if (action !== undefined && isActionName(action)) return actionSpec(action).summary.replace('{name}', box);
  return 'assert' in step ? step.message : 'approve' in step ? step.approve : step.id;
}

/** The title with its values, where they are known by now. */
function titleNow(step: Step, context: StepContext): string {
  const title = stepTitle(step, context.target.name);
  return title.includes('${') ? filledIn(title, context.facts()) : title;
}

function runOne(step: Step, context: StepContext, limits: Limits, askedFor: boolean): Promise<StepEnd> {
  if ('do' in step) return runDo(step, context, limits, askedFor);
  if ('assert' in step) return runAssert(step, context);
  if ('poll' in step) return runWait(step, context);
  if ('approve' in step) return runApprove(step, context);
  return runManual(step, context);
}

/** Runs `steps` of the stage in order on its target, until the end or until one of them ends otherwise. */
export async function runSteps(steps: readonly Step[], given: StepContext): Promise<StepEnd> {
  const limits: Limits = new Map();
  const done = new Set<string>();
  let index = 0;
  const context: StepContext = { ...given, backTo: () => waysBackFrom(steps, index, done) };
  let askedFor = false;
  while (index < steps.length) {
    const step = steps[index] as Step;
    const base = { path: path(step, context), title: titleNow(step, context), attempt: 1 };
    const startedAt = nowIso();
    let end: StepEnd | undefined;
    try {
      if (step.when !== undefined && !evaluateCondition(step.when, context.facts())) {
        context.report({ ...base, status: 'not-needed' });
        index += 1;
        continue;
      }
      end = await runOne(step, context, limits, askedFor);
    } catch (thrown) {
      end = await endAfterThrow(step, context, thrown);
      if (end === undefined) continue;
    }
    askedFor = end.end === 'back' && end.askedFor === true;
    if (end.end === 'back') {
      const target = steps.findIndex((candidate) => candidate.id === end.to);
      if (target < 0) throw new RangeError(`no such step to go back to: ${end.to}`);
      index = target;
      context.stretches?.drop();
      continue;
    }
    if (end.end !== 'next') {
      context.report({
        ...base,
        status: end.end === 'skipped' ? 'skipped' : 'waiting',
        startedAt,
        ...('note' in end ? { note: end.note } : {}),
      });
      return end;
    }
    done.add(step.id);
    if (step.phase !== undefined) context.enterPhase(step.phase);
    context.report({
      ...base,
      status: 'done',
      startedAt,
      endedAt: nowIso(),
      ...(end.note === undefined ? {} : { note: end.note }),
    });
    index += 1;
  }
  return { end: 'next' };
}

/**
 * Steps before this one that may be gone on from; not those from which a step would be begun again that is done and cannot be
 * taken back.
 */
function waysBackFrom(steps: readonly Step[], index: number, done: ReadonlySet<string>): string[] {
  const before = steps.slice(0, index);
  const barrier = before.findLastIndex((step) => done.has(step.id) && stepEffect(step) === 'irreversible');
  return before.slice(barrier + 1).map(({ id }) => id);
}
