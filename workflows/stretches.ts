import { RunbookError } from '../errors/index.ts';
import { actionSpec, isActionName, type ActionName, type ActionSpec } from '../language/actions.ts';
import { references, referencesIn } from '../language/condition.ts';
import type { JsonObject } from '../language/json.ts';
import type { Step } from '../language/runbook.ts';
import type { ActionResult, StepOutcome, Stretch, StretchStep } from './contract.ts';

/**
 * What activities of a device have brought beyond the steps that they were for. The interpreter goes through all steps as ever, in
 * the same breath, and takes from here what it would else have called for.
 */
export interface Stretches {
  /** What the activity of this step is to go through as well. */
  after(stepId: string): Stretch | undefined;
  add(outcomes: readonly StepOutcome[]): void;
  /** Undefined where the step has to be called. Throws what the look failed with. */
  take(stepId: string): ActionResult | undefined;
  /** The device is gone on with from another step: what was seen counts no more. */
  drop(): void;
}

export function createStretches(steps: readonly Step[], facts: () => JsonObject): Stretches {
  let ahead: StepOutcome[] = [];
  return {
    after(stepId) {
      const route = routeAfter(steps, stepId);
      return route === undefined ? undefined : { ...route.stretch, facts: picked(facts(), route.reads) };
    },
    add(outcomes) {
      ahead = [...outcomes];
    },
    take(stepId) {
      const [next, ...rest] = ahead;
      ahead = next?.id === stepId ? rest : [];
      if (next?.id !== stepId) return undefined;
      if ('result' in next) return next.result;
      throw new RunbookError(next.failure.code, next.failure.text, next.failure.context);
    },
    drop() {
      ahead = [];
    },
  };
}

interface Route {
  readonly stretch: Omit<Stretch, 'facts'>;
  /** By root, the keys that are read of it, or all of it. */
  readonly reads: ReadonlyMap<string, ReadonlySet<string> | 'all'>;
}

/** Steps come with the input of a workflow and do not change. */
const routes = new WeakMap<Step, Route | 'none'>();

function routeAfter(steps: readonly Step[], stepId: string): Route | undefined {
  const at = steps.findIndex(({ id }) => id === stepId);
  const step = steps[at];
  if (step === undefined || !('do' in step) || !mayLead(step.do)) return undefined;
  let route = routes.get(step);
  if (route === undefined) {
    route = routeOf(step, steps.slice(at + 1)) ?? 'none';
    routes.set(step, route);
  }
  return route === 'none' ? undefined : route;
}

/** Up to the next step that changes something; nothing where no look comes before it. */
function routeOf(step: Step, later: readonly Step[]): Route | undefined {
  const end = later.findIndex((one) => 'do' in one && !isLook(one.do));
  const before = end < 0 ? later : later.slice(0, end);
  const steps = before.slice(0, before.findLastIndex((one) => 'do' in one) + 1).map(stretchStep);
  if (steps.length === 0) return undefined;
  const { id, phase } = step;
  return { stretch: { id, ...(phase === undefined ? {} : { phase }), steps }, reads: readBy(steps) };
}

/** What cannot be taken back stays alone: a worker that is lost with a look behind it must leave no doubt about it. */
function mayLead(action: string): action is ActionName {
  return isActionName(action) && actionSpec(action).effect !== 'irreversible' && isServedAtBox(action);
}

function isLook(action: string): action is ActionName {
  return isActionName(action) && actionSpec(action).effect === 'read' && isServedAtBox(action);
}

/** All of a stretch is done by the worker of one site. */
function isServedAtBox(action: ActionName): boolean {
  const spec: ActionSpec = actionSpec(action);
  return spec.servedBy === undefined && (spec.scope === 'device' || spec.scope === 'box');
}

function stretchStep(step: Step): StretchStep {
  const { id, when, phase } = step;
  return {
    id,
    ...(when === undefined ? {} : { when }),
    ...(phase === undefined ? {} : { phase }),
    ...('assert' in step ? { assert: step.assert } : {}),
    ...('do' in step ? { do: step.do as ActionName, with: (step.with ?? {}) as JsonObject } : {}),
  };
}

function readBy(steps: readonly StretchStep[]): Route['reads'] {
  const reads = new Map<string, Set<string> | 'all'>();
  const all = steps.flatMap((step) => [
    ...[step.when, step.assert].flatMap((text) => (text === undefined ? [] : references(text))),
    ...referencesIn(step.with),
  ]);
  for (const { root, key, each } of all) {
    const before = reads.get(root);
    if (before === 'all' || key === undefined || each === true) reads.set(root, 'all');
    else reads.set(root, (before ?? new Set<string>()).add(key));
  }
  return reads;
}

function picked(facts: JsonObject, reads: Route['reads']): JsonObject {
  const roots = [...reads].map(([root, keys]): [string, JsonObject[string] | undefined] => {
    const value = facts[root];
    if (keys === 'all' || typeof value !== 'object' || value === null || Array.isArray(value))
      return [root, value];
    return [root, Object.fromEntries(Object.entries(value).filter(([key]) => keys.has(key)))];
  });
  return Object.fromEntries(roots.filter(([, value]) => value !== undefined)) as JsonObject;
}
