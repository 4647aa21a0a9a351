import { CancellationScope, workflowInfo } from '@temporalio/workflow';
import type { JsonObject } from '../language/json.ts';
import type { Stage, Step } from '../language/runbook.ts';
import {
  type Finding,
  type Plan,
  type PlanInput,
  type PlannedManager,
  type PlannedStep,
  type TargetRef,
} from './contract.ts';
import { createDesk, decideAtDesk, takeDeskUpdates } from './desk.ts';
import { takeDeviceNews } from './device-news.ts';
import { runDocument } from './document.ts';
import { evaluateCondition, filledIn, valueOrNull } from '../language/condition.ts';
import { createRefusals } from './refusals.ts';
import { nowIso } from './instant.ts';
import {
  allTracks,
  columns,
  createRunState,
  deviceColumns,
  forbidding,
  managerView,
  managersOf,
  sortSides,
  stagePath,
  type Side,
} from './run-state.ts';
import {
  blocksOf,
  runEntriesStage,
  runManagerSteps,
  runReadingDeviceStage,
  type Execution,
} from './stages.ts';
import { plannedLockout } from './lockout.ts';
import { outlookOf, phasesAhead, rolloutsAhead } from './outlook.ts';
import { answerState } from './state-query.ts';
import { stepEffect, stepTitle } from './steps/index.ts';

/** Input of a plan: the entries come from the client, which has read the inventory already. */
export type PlanWorkflowInput = PlanInput & { readonly entries: readonly TargetRef[] };

/**
 * Looks at every box and says what a run would do to each. Executes every read step up to the first step that changes something
 * or asks a person, and changes nothing.
 */
export async function planRunbook(input: PlanWorkflowInput): Promise<Plan> {
  const startedAt = nowIso();
  const info = workflowInfo();
  const again = input.options.retryLogins === true ? info.firstExecutionRunId : undefined;
  const state = createRunState(input, createRefusals(again));
  const desk = createDesk(() => undefined);
  takeDeskUpdates((verb, given) => decideAtDesk(desk, verb, given));
  const execution: Execution = {
    mode: 'plan',
    input,
    run: { workflowId: info.workflowId, runId: info.firstExecutionRunId },
    state,
    desk,
    startedBy: undefined,
    startedAt,
    deviceRuns: new Set(),
    shards: new Map(),
    gone: [],
    rollouts: new Map(),
    again: new Set(),
    closing: false,
    changed: false,
    onChange: () => undefined,
  };
  answerState(
    () => runDocument(execution, { startedAt, outcome: 'running', leftToDo: [] }),
    'Where the plan stands',
  );
  takeDeviceNews(execution);
  CancellationScope.current().cancelRequested.catch(() => {
    desk.stop('cancel request');
  });

  const planned: PlannedStep[] = [];
  const begun = new Set<Side>();
  for (const block of blocksOf(input.runbook.stages)) {
    sortSides(state);
    const sides = block[0]?.on === 'entries' || state.sides.length === 0 ? [undefined] : [...state.sides];
    for (const side of sides)
      for (const stage of block)
        planned.push(...(await lookAhead(execution, side, stage, input.entries, begun)));
  }
  for (const stage of input.runbook.atEnd ?? [])
    for (const side of state.sides) planned.push(...plannedEnd(execution, side, stage));
  return makePlan(execution, info.workflowId, planned);
}

/** Executes what only reads, up to the first step of a manager that changes something or asks a person (then it is `begun`). */
async function lookAhead(
  execution: Execution,
  side: Side | undefined,
  stage: Stage,
  entries: readonly TargetRef[],
  begun: Set<Side>,
): Promise<PlannedStep[]> {
  const { state, desk } = execution;
  state.stage = stage.id;
  if (stage.on === 'entries') {
    if (desk.stopped()) return plannedSteps(execution, side, stage, stage.steps);
    await runEntriesStage(execution, stage, entries);
    return stage.steps.map((step) => seen(execution, side, stage, step));
  }
  if (side === undefined || desk.stopped() || begun.has(side))
    return plannedSteps(execution, side, stage, stage.steps);
  const firstChange = stage.steps.findIndex((step) => stepEffect(step) !== 'read');
  if (firstChange >= 0) begun.add(side);
  if (stage.on === 'devices') {
    if (firstChange >= 0) return plannedSteps(execution, side, stage, stage.steps);
    await runReadingDeviceStage(execution, side, stage);
    return stage.steps.map((step) => seen(execution, side, stage, step));
  }
  const looks = firstChange < 0 ? stage.steps : stage.steps.slice(0, firstChange);
  const end =
    looks.length === 0 ? ({ end: 'next' } as const) : await runManagerSteps(execution, side, stage, looks);
  if (end.end !== 'next') begun.add(side);
  return [
    ...looks.map((step) => {
      const status = state.steps.get(stepPath(execution, side, stage, step));
      return {
        ...seen(execution, side, stage, step),
        status: status?.status === 'not-needed' ? ('not-needed' as const) : ('seen' as const),
        ...(status?.note === undefined ? {} : { note: status.note }),
        ...(status?.endedAt === undefined ? {} : { at: status.endedAt }),
      };
    }),
    ...plannedSteps(execution, side, stage, stage.steps.slice(looks.length)),
  ];
}

function seen(execution: Execution, side: Side | undefined, stage: Stage, step: Step): PlannedStep {
  return {
    path: stepPath(execution, side, stage, step),
    title: stepTitle(step, boxName(side, stage)),
    effect: stepEffect(step),
    status: 'seen',
    at: nowIso(),
  };
}

/** Steps that were not executed. */
function plannedSteps(
  execution: Execution,
  side: Side | undefined,
  stage: Stage,
  steps: readonly Step[],
): PlannedStep[] {
  const facts = managerView(execution.state, side);
  return steps.map((step) => plannedStep(execution, side, stage, step, facts));
}

/** Planned, unless its conditions can be told to be false already. */
function plannedStep(
  execution: Execution,
  side: Side | undefined,
  stage: Stage,
  step: Step,
  facts: JsonObject,
): PlannedStep {
  const isOff = [stage.on === 'manager' ? stage.when : undefined, step.when].some((when) => {
    if (when === undefined) return false;
    try {
      return !evaluateCondition(when, facts);
    } catch {
      return false;
    }
  });
  return {
    path: stepPath(execution, side, stage, step),
    title: filledIn(stepTitle(step, boxName(side, stage)), facts),
    effect: stepEffect(step),
    status: isOff ? 'not-needed' : 'planned',
  };
}

function stepPath({ state }: Execution, side: Side | undefined, stage: Stage, step: Step): string {
  return `${stagePath(state, side, stage)}/${step.id}`;
}

/** How a title calls the box before it is known which one it is. */
function boxName(side: Side | undefined, stage: Stage): string {
  if (stage.on === 'entries') return 'every entry';
  return stage.on === 'manager' ? (side?.manager.name ?? 'the manager') : 'each device';
}

/** Conditions of steps at the end are about what the run did; only the stage's own can be told before. */
function plannedEnd(execution: Execution, side: Side, stage: Stage): PlannedStep[] {
  return plannedSteps(
    execution,
    side,
    stage,
    stage.steps.map((step) => ({ ...step, when: undefined })),
  );
}

/** Where there is no manager, the run is called by its one device, or by how many there are. */
function calledBy({ state }: Execution): PlannedManager {
  const targets = allTracks(state).map(({ track }) => track.target);
  const [only] = targets;
  if (only !== undefined && targets.length === 1)
    return { name: only.name, address: only.address, ...(only.uuid && { uuid: only.uuid }), columns: {} };
  return {
    name: targets.length === 0 ? '(none)' : `${String(targets.length)} devices`,
    address: '',
    columns: {},
  };
}

/** Several boxes together have the name of the inventory that lists them: its digest, whatever its file is called. */
function boxesOf({ inventory }: PlanInput): string {
  return inventory.digest.replace(/^sha256:/, '').slice(0, 12);
}

function makePlan(execution: Execution, planWorkflowId: string, steps: PlannedStep[]): Plan {
  const { state, input } = execution;
  const managers = managersOf(state).map((side) => ({
    ...side.manager,
    columns: columns(input.runbook.columns.manager, managerView(state, side)),
  }));
  const phases = phasesAhead(state, input, steps);
  const outlook = outlookOf(state, input, steps, phases);
  const rollouts = rolloutsAhead(state, input, steps);
  const lockout = plannedLockout(state, phases);
  const { override } = input.options;
  const ofDevice = new Map<string, Finding[]>();
  for (const finding of state.findings) {
    if (finding.uuid === undefined) continue;
    const known = ofDevice.get(finding.uuid);
    if (known === undefined) ofDevice.set(finding.uuid, [finding]);
    else known.push(finding);
  }
  const manager = managers[0] ?? calledBy(execution);
  return {
    schemaVersion: 1,
    kind: 'plan',
    runbook: { name: input.runbook.name, version: input.runbook.version, digest: input.runbookDigest },
    inventory: input.inventory,
    madeAt: nowIso(),
    planWorkflowId,
    runId: `${input.runbook.idPrefix ?? input.runbook.name}/${manager.uuid ?? boxesOf(input)}`,
    manager,
    managers,
    entries: state.entries.map((entry) => entry as JsonObject & TargetRef),
    steps,
    devices: allTracks(state).map(({ side, track }) => ({
      uuid: track.target.uuid ?? '',
      name: track.target.name,
      manager: side.manager.name,
      address: track.target.address,
      columns: deviceColumns(state, side, track),
      findings: ofDevice.get(track.target.uuid ?? '') ?? [],
    })),
    findings: state.findings,
    ...(state.faults.size === 0 ? {} : { faults: [...state.faults.values()] }),
    drift: state.sides.flatMap((side) => {
      const facts = managerView(state, side);
      return input.runbook.drift.map((expression) => valueOrNull(expression, facts));
    }),
    inputs: input.options.inputs,
    ...(outlook === undefined ? {} : { outlook }),
    ...(rollouts.length === 0 ? {} : { rollouts }),
    ...(lockout === undefined ? {} : { lockout }),
    ...(override === undefined ? {} : { override }),
    runnable: state.sides.length > 0 && forbidding(state.findings, input.options.accepted).length === 0,
  };
}
