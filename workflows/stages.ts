import type { ChildWorkflowHandle, Workflow } from '@temporalio/workflow';
import { evaluateCondition } from '../language/condition.ts';
import type { JsonObject } from '../language/json.ts';
import type { Stage, Step } from '../language/runbook.ts';
import type {
  ActionInput,
  Finding,
  PlanInput,
  RunRef,
  ShardNews,
  StartedBy,
  StepState,
  TargetRef,
} from './contract.ts';
import type { Desk } from './desk.ts';
import { readFailure } from './failure.ts';
import { inLanes } from './lanes.ts';
import { entryMember, lookedAtMember } from './looked-at.ts';
import type { RolloutState } from './rollout/limits.ts';
import {
  addFinding,
  deviceView,
  enterDevices,
  createSide,
  managerView,
  nobody,
  setManagerFacts,
  sideMark,
  stagePath,
  targetOf,
  type DeviceTrack,
  type RunState,
  type Side,
} from './run-state.ts';
import { isSharded, runShards } from './shards.ts';
import { endAfterThrow } from './steps/after-throw.ts';
import { runSteps, stepEffect, type StepContext, type StepEnd } from './steps/index.ts';

/** What every stage of a plan or a run shares. */
export interface Execution {
  readonly mode: 'plan' | 'run';
  readonly input: PlanInput;
  readonly run: RunRef;
  readonly state: RunState;
  readonly desk: Desk;
  readonly startedBy: StartedBy | undefined;
  readonly startedAt: string;
  /** The device runs that are open now. */
  readonly deviceRuns: Set<OpenDeviceRun>;
  /** Who takes the news of the shards that are open now, by workflow id. */
  readonly shards: Map<string, (news: ShardNews) => void>;
  /** The device stages that were begun, in order, and whether the last of them is open. */
  readonly gone: { readonly side: Side; readonly stage: Stage; open: boolean }[];
  /** Where the stages with a rollout stand, by path. */
  readonly rollouts: Map<string, () => RolloutState>;
  /** Devices that go through stages again after they had ended. */
  readonly again: Set<DeviceTrack>;
  /** Nothing is begun again any more: the stages are over. */
  closing: boolean;
  /** Something was changed on a box, or is about to be. */
  changed: boolean;
  onChange(): void;
}

export interface OpenDeviceRun extends Pick<ChildWorkflowHandle<Workflow>, 'signal' | 'workflowId'> {
  /** UUIDs. */
  readonly devices: readonly string[];
}

/** Stages that are gone through together for one manager, then for the next: those with the same `turn`, or a single one. */
export function blocksOf(stages: readonly Stage[]): Stage[][] {
  const blocks: Stage[][] = [];
  for (const stage of stages) {
    const last = blocks.at(-1);
    if (stage.turn !== undefined && last?.[0]?.turn === stage.turn) last.push(stage);
    else blocks.push([stage]);
  }
  return blocks;
}

/** A stage over managers or devices, for one side. */
export interface Place {
  readonly side: Side;
  readonly stage: Stage;
  readonly path: string;
}

/** The stages after the entries, in the order in which they are gone through. */
export function placesOf(state: RunState): Place[] {
  return blocksOf(state.runbook.stages).flatMap((block) =>
    state.sides.flatMap((side) =>
      block
        .filter(({ on }) => on !== 'entries')
        .map((stage) => ({ side, stage, path: stagePath(state, side, stage) })),
    ),
  );
}

export function isReadOnly(stage: Stage): boolean {
  return stage.steps.every((step) => stepEffect(step) === 'read');
}

/** Asks every entry of the inventory what it is, and finds the manager among the answers. */
export async function runEntriesStage(
  execution: Execution,
  stage: Stage,
  entries: readonly TargetRef[],
): Promise<void> {
  const { state } = execution;
  const found = new Map<TargetRef, JsonObject>();
  const note = (entry: TargetRef, facts: JsonObject): void => {
    found.set(entry, {
      entry: entry.entry ?? '',
      name: entry.name,
      address: entry.address,
      ...(entry.site === undefined ? {} : { site: entry.site }),
      ...facts,
    });
  };
  if (isSharded(entries.length)) {
    const members = entries.map((target) => [entryMember(execution, target, note)]);
    await runShards(execution, { side: undefined, stage, looking: execution.mode }, members);
  } else {
    await inLanes(entries, execution.input.options.lanes, async (entry) => {
      let facts: JsonObject = {};
      const context = baseContext(execution, stage, entry, {
        isDevice: true,
        onFailure: 'finding',
        facts: () => ({ inputs: state.inputs, ...facts }),
        setFacts: (_step, value) => {
          facts = { ...facts, ...(value as JsonObject) };
        },
      });
      await runSteps(stage.steps, context);
      note(entry, facts);
    });
  }
  state.entries = entries.flatMap((entry): JsonObject[] => {
    const facts = found.get(entry);
    return facts === undefined ? [] : [facts];
  });
  if (state.runbook.families.manager === undefined) findDevices(state);
  else findManagers(state, state.runbook.families.manager);
}

/** Without a manager the entries are the devices; each must be a box of its own. */
function findDevices(state: RunState): void {
  const family = state.runbook.families.device ?? '';
  const devices = state.entries.filter((entry) => entry['family'] === family);
  if (devices.length === 0) blockForNone(state, family);
  const byUuid = new Map<unknown, string[]>();
  for (const entry of devices)
    byUuid.set(entry['uuid'], [...(byUuid.get(entry['uuid']) ?? []), targetOf(entry).name]);
  for (const [uuid, names] of byUuid)
    if (names.length > 1)
      block(
        state,
        'INPUT_INVALID',
        `${names.join(', ')} say the same UUID (${String(uuid)}): one box listed more than once, or copies of one machine that kept its identity. Leave one, or give each an identity of its own.`,
      );
  state.sides = [createSide(nobody)];
}

function findManagers(state: RunState, family: string): void {
  const managers = state.entries.filter((entry) => entry['family'] === family);
  const most = state.runbook.managers?.upTo ?? 1;
  if (managers.length === 0) {
    blockForNone(state, family);
  } else if (managers.length > most) {
    const names = managers.map((item) => targetOf(item).name).join(', ');
    block(
      state,
      'INPUT_INVALID',
      `The inventory holds more than ${most === 1 ? 'one' : String(most)} ${family} (${names}); give each one${most === 1 ? '' : ' that is not of the same pair'} an inventory of its own.`,
    );
  } else {
    state.sides = managers.map((manager) => createSide(targetOf(manager)));
  }
}

function blockForNone(state: RunState, family: string): void {
  block(
    state,
    'INPUT_MISSING',
    `No entry of the inventory is a ${family}. ${String(state.entries.length)} ${state.entries.length === 1 ? 'was' : 'were'} asked.`,
  );
}

/** With this inventory nothing is begun. */
function block(state: RunState, code: Finding['code'], text: string): void {
  state.findings.push({ code, severity: 'block', box: 'inventory', text });
}

/** Runs steps of a manager stage. */
export async function runManagerSteps(
  execution: Execution,
  side: Side,
  stage: Stage,
  steps: readonly Step[],
  onFailure: StepContext['onFailure'] = execution.mode === 'plan' ? 'finding' : 'park',
): Promise<StepEnd> {
  const { state } = execution;
  const context = baseContext(execution, stage, side.manager, {
    isDevice: false,
    side,
    onFailure,
    facts: () => managerView(state, side),
    setFacts: (step, value) => {
      setManagerFacts(side, step, value);
    },
    // What happens to the manager happens to all of its devices, also to those that are not dealt with in this run.
    enterPhase: (phase) => {
      for (const track of side.devices.values()) track.phase = phase;
    },
  });
  for (;;) {
    try {
      if (stage.when !== undefined && !evaluateCondition(stage.when, managerView(state, side)))
        return { end: 'next' };
      return await runSteps(steps, context);
    } catch (thrown) {
      // Steps settle what they throw themselves: it is the condition of the stage.
      const end = await endAfterThrow({ id: 'when', title: stage.title }, context, thrown);
      if (end !== undefined) return end;
    }
  }
}

/** Runs a device stage that only reads: here and now where the devices are few, no device run is started for looking; else in shards. */
export async function runReadingDeviceStage(
  execution: Execution,
  side: Side,
  stage: Stage,
  only?: readonly DeviceTrack[],
): Promise<void> {
  const { state, input } = execution;
  enterDevices(state, side, input.options.devices);
  const tracks = [...(only ?? side.devices.values())].filter((track) =>
    isWanted(execution, side, stage, track),
  );
  if (isSharded(tracks.length)) {
    const members = tracks.map((track) => [lookedAtMember(execution, side, track)]);
    await runShards(execution, { side, stage, looking: execution.mode }, members);
    return;
  }
  await inLanes(tracks, stage.lanes ?? input.options.lanes, async (track) => {
    // One that is done already is only looked at again.
    const { status } = track;
    track.status = 'running';
    const context = baseContext(execution, stage, track.target, {
      isDevice: true,
      side,
      onFailure: 'finding',
      facts: () => deviceView(state, side, track),
      setFacts: (step, value) => {
        track.facts = { ...track.facts, [step]: value };
      },
      enterPhase: (phase) => {
        track.phase = phase;
      },
      report: (step) => {
        track.step = step.path;
      },
    });
    await runSteps(stage.steps, context);
    track.status = status;
    track.step = '';
  });
}

/**
 * Not those that a person has left out, nor those that the condition of the stage leaves out. Where that cannot be decided for a
 * device, a person has to look at it, and can have it begun again.
 */
export function isWanted(execution: Execution, side: Side, stage: Stage, track: DeviceTrack): boolean {
  const { state, gone } = execution;
  if (track.status === 'skipped' || track.status === 'needs-hands') return false;
  try {
    return stage.when === undefined || evaluateCondition(stage.when, deviceView(state, side, track));
  } catch (thrown) {
    const { code, text } = readFailure(thrown);
    const { name, uuid } = track.target;
    track.status = 'needs-hands';
    track.note = `${stage.title}: ${text}`;
    track.at = gone.findIndex((one) => one.side === side && one.stage === stage);
    addFinding(state, { code, severity: 'accept', text, box: name, ...(uuid === undefined ? {} : { uuid }) });
    return false;
  }
}

type Own = Pick<StepContext, 'isDevice' | 'onFailure' | 'facts' | 'setFacts'> &
  Partial<Pick<StepContext, 'enterPhase' | 'report'>> & { readonly side?: Side };

function baseContext(
  execution: Execution,
  stage: Stage,
  target: TargetRef,
  { side, ...own }: Own,
): StepContext {
  const { state, input, desk } = execution;
  const mark = side === undefined ? '' : sideMark(state, side);
  return {
    mode: execution.mode,
    stage,
    mark,
    target,
    desk,
    refusals: state.refusals,
    startedBy: execution.startedBy,
    finding: (finding: Finding) => {
      addFinding(state, finding);
    },
    knownFault: (fault) => {
      state.faults.set(fault.id, fault);
    },
    enterPhase: () => undefined,
    boxState: () =>
      execution.changed
        ? 'What the run has done so far stands in its steps; this one has not said that it is done.'
        : 'Nothing has been changed by this run.',
    report: (step: StepState) => {
      const before = state.steps.get(step.path);
      state.steps.set(step.path, {
        ...(before?.startedAt === undefined ? {} : { startedAt: before.startedAt }),
        ...step,
      });
      execution.onChange();
    },
    envelope: (stepId): Omit<ActionInput, 'attempt' | 'params'> => ({
      run: execution.run,
      inventory: input.inventory,
      target,
      ...(side === undefined || side.manager === nobody ? {} : { manager: side.manager }),
      ...(input.options.settings === undefined ? {} : { settings: input.options.settings }),
      step: `${stage.id}${mark}/${stepId}`,
      ...state.refusals.known(),
    }),
    nextAttempt: (stepId) => {
      const key = `${stage.id}${mark}/${stepId}@${target.entry ?? ''}/${target.uuid ?? ''}`;
      const attempt = (state.attempts.get(key) ?? 0) + 1;
      state.attempts.set(key, attempt);
      return attempt;
    },
    ...own,
    ...(own.report === undefined
      ? {}
      : {
          report: (step: StepState) => {
            own.report?.(step);
            execution.onChange();
          },
        }),
  };
}
