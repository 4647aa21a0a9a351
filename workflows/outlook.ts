import { interpolate, valueOrNull } from '../language/condition.ts';
import { durationMs } from '../language/duration.ts';
import type { Runbook, Stage } from '../language/runbook.ts';
import type { PlanInput, PlannedStep } from './contract.ts';
import { estimateOf, wavesOf } from './estimate.ts';
import { budgetOf } from './rollout/budget.ts';
import { budgetGiven, windowsGiven } from './rollout/given.ts';
import type { PlannedRollout } from './rollout/limits.ts';
import { managerView, type RunState, type Side } from './run-state.ts';
import { placesOf, type Place } from './stages.ts';

/** What a plan says of the night around the run: the runbook's own words, filled in from the facts of the looks. */
export interface Outlook {
  readonly changeId?: string;
  /** The first step after which there is no way back; absent where nothing of the kind is planned. */
  readonly pointOfNoReturn?: { readonly path: string; readonly title: string; readonly means: string };
  /** What is still to be done, stage by stage, with estimates. */
  readonly phases: readonly OutlookPhase[];
  readonly awake: readonly { readonly who: string; readonly for: string; readonly from: string }[];
  readonly switchOff: readonly { readonly what: string; readonly where: string; readonly why: string }[];
  readonly assumed: readonly string[];
}

export interface OutlookPhase {
  /** As in the paths of steps. */
  readonly stage: string;
  readonly title: string;
  /** Estimate, milliseconds; 0 where the runbook gives none. */
  readonly ms: number;
  readonly devices: number;
}

/** Undefined for a runbook that says nothing of the night. Pure over the state. */
export function outlookOf(
  state: RunState,
  input: PlanInput,
  steps: readonly PlannedStep[],
  phases: readonly OutlookPhase[],
): Outlook | undefined {
  const { night } = input.runbook;
  if (night === undefined) return undefined;
  const point = pointOfNoReturn(night, steps);
  const { changeId } = input.options;
  return {
    ...(changeId === undefined ? {} : { changeId }),
    ...(point === undefined ? {} : { pointOfNoReturn: point }),
    phases,
    awake: unique(
      forSides(state, night.awake, (item) => item.for).map(({ item, text }) => ({
        who: item.who,
        for: text,
        from: input.runbook.stages.find(({ id }) => id === item.from)?.title ?? item.from,
      })),
    ),
    switchOff: night.switchOff,
    assumed: unique(forSides(state, night.assumed, (item) => item.text).map(({ text }) => text)),
  };
}

function pointOfNoReturn(
  night: NonNullable<Runbook['night']>,
  steps: readonly PlannedStep[],
): Outlook['pointOfNoReturn'] {
  const { step: id, means } = night.pointOfNoReturn ?? { step: undefined, means: '' };
  const step = steps.find(
    ({ path, status, effect }) =>
      status === 'planned' && (id === undefined ? effect === 'irreversible' : path.endsWith(`/${id}`)),
  );
  return step === undefined ? undefined : { path: step.path, title: step.title, means };
}

/** What is still to be done, stage by stage and for each manager. */
export function phasesAhead(
  state: RunState,
  input: PlanInput,
  steps: readonly PlannedStep[],
): OutlookPhase[] {
  return stagesAhead(state, steps).map(({ side, stage, path }) => {
    const devices = devicesOf(side);
    return {
      stage: path,
      title: titleOf(state, side, stage),
      ms: estimateOf(stage, devices, input.options.lanes, input.options.inputs),
      devices,
    };
  });
}

/** The stages that are gone through in waves, under a budget, or in windows. */
export function rolloutsAhead(
  state: RunState,
  input: PlanInput,
  steps: readonly PlannedStep[],
): PlannedRollout[] {
  const { inputs } = input.options;
  return stagesAhead(state, steps).flatMap(({ side, stage, path }) => {
    const { rollout } = stage;
    if (rollout === undefined) return [];
    const devices = devicesOf(side);
    const { borne } = budgetOf(budgetGiven(rollout, inputs), devices);
    return {
      stage: path,
      title: titleOf(state, side, stage),
      devices,
      waves: wavesOf(stage, devices, inputs),
      budget: Number.isFinite(borne) ? borne : null,
      windows: rollout.window === undefined ? null : windowsGiven(rollout, inputs),
      takesMs: durationMs(stage.takes?.perDevice ?? '0s'),
    };
  });
}

function stagesAhead(state: RunState, steps: readonly PlannedStep[]): Place[] {
  return placesOf(state).filter(({ path }) =>
    steps.some((step) => step.status === 'planned' && step.path.startsWith(`${path}/`)),
  );
}

function titleOf(state: RunState, side: Side, { title }: Pick<Stage, 'title'>): string {
  return `${title}${state.sides.length > 1 ? ` (${side.manager.name})` : ''}`;
}

function devicesOf(side: Side): number {
  return [...side.devices.values()].filter(({ status }) => status !== 'skipped').length;
}

/** Each item with its text, for every manager for which it holds. */
function forSides<Item extends { readonly when?: string | undefined }>(
  state: RunState,
  items: readonly Item[],
  textOf: (item: Item) => string,
): { item: Item; text: string }[] {
  const sides: (Side | undefined)[] = state.sides.length === 0 ? [undefined] : state.sides;
  const views = sides.map((side) => managerView(state, side));
  return items.flatMap((item) =>
    views.flatMap((facts) => {
      if (item.when !== undefined && valueOrNull(item.when, facts) !== true) return [];
      try {
        return { item, text: interpolate(textOf(item), facts) };
      } catch {
        return { item, text: textOf(item) };
      }
    }),
  );
}

function unique<Item>(items: readonly Item[]): Item[] {
  return [...new Map(items.map((item) => [JSON.stringify(item), item])).values()];
}
