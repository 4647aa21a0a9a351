import { condition, defineSignal, ParentClosePolicy, startChild } from '@temporalio/workflow';
import type { Stage } from '../language/runbook.ts';
import {
  pauseSignal,
  stopSignal,
  workflowTypes,
  type DeviceInput,
  type DeviceResult,
  type Pause,
  type RunInput,
} from './contract.ts';
import { inLanes } from './lanes.ts';
import {
  addFinding,
  deviceFacts,
  deviceView,
  enterDevices,
  managersView,
  sideMark,
  tryEvaluate,
  withoutLists,
  type DeviceTrack,
  type RunState,
  type Side,
} from './run-state.ts';
import { isWanted, type Execution } from './stages.ts';

/** With more devices than this the runs tell their parent only what it must know: each message costs events. */
const chattyUpTo = 50;

/**
 * Starts one device run for each device of the stage, in lanes. A device that stands at a question gives its lane to the next
 * one: a person's absence holds up nobody else, but for those that must come after it (see `stage.group`).
 */
export async function runChangingDeviceStage(
  execution: Execution,
  side: Side,
  stage: Stage,
  input: RunInput,
): Promise<void> {
  const { state, desk } = execution;
  enterDevices(state, side, input.options.devices);
  const tracks = [...side.devices.values()].filter((track) => isWanted(state, side, stage, track));
  const chatty = tracks.length <= chattyUpTo;
  const results: Promise<void>[] = [];
  const work = async (chain: readonly DeviceTrack[]): Promise<void> => {
    for (const track of chain) {
      if (desk.paused() !== undefined) await desk.resumed();
      if (desk.stopped()) {
        track.status = 'needs-hands';
        track.note = 'The run was cancelled before this device was begun.';
        continue;
      }
      track.status = 'running';
      track.newest = 0;
      await runDevice(execution, side, stage, input, track, chatty);
    }
  };
  await inLanes(chainsOf(state, side, stage, tracks), stage.lanes ?? input.options.lanes, async (chain) => {
    let isOver = false;
    const result = work(chain).finally(() => {
      isOver = true;
    });
    results.push(result);
    await condition(() => isOver || chain.some((track) => track.status === 'parked'));
  });
  await Promise.all(results);
}

/** Devices of one group come one after another, in the order of their rank; all others each for itself. */
function chainsOf(
  state: RunState,
  side: Side,
  stage: Stage,
  tracks: readonly DeviceTrack[],
): (readonly DeviceTrack[])[] {
  const { group, rank } = stage;
  if (group === undefined) return tracks.map((track) => [track]);
  const chains = new Map<string, DeviceTrack[]>();
  for (const track of tracks) {
    const name = tryEvaluate(group, deviceView(state, side, track));
    const key =
      typeof name === 'string' && name !== '' ? `group ${name}` : (track.target.uuid ?? track.target.name);
    chains.set(key, [...(chains.get(key) ?? []), track]);
  }
  const place = (track: DeviceTrack): number =>
    rank === undefined ? 0 : Number(tryEvaluate(rank, deviceView(state, side, track)) ?? 0);
  return [...chains.values()].map((chain) => chain.sort((a, b) => place(a) - place(b)));
}

async function runDevice(
  execution: Execution,
  side: Side,
  stage: Stage,
  input: RunInput,
  track: DeviceTrack,
  chatty: boolean,
): Promise<void> {
  const { state, desk } = execution;
  const mark = sideMark(state, side);
  const child: DeviceInput = {
    runbook: {
      name: input.runbook.name,
      version: input.runbook.version,
      phases: input.runbook.phases,
      columns: { manager: {}, device: {} },
    },
    stage,
    inventory: input.inventory,
    options: input.options,
    startedBy: input.startedBy,
    run: execution.run,
    manager: side.manager,
    managerFacts: withoutLists(side.managerFacts),
    managers: managersView(state),
    mark,
    device: track.target,
    deviceFacts: deviceFacts(side, track),
    phase: track.phase,
    chatty,
  };
  const handle = await startChild<(input: DeviceInput) => Promise<DeviceResult>>(workflowTypes.device, {
    workflowId: `${execution.run.workflowId}/${stage.id}${mark}/${track.target.uuid ?? track.target.name}`,
    args: [child],
    parentClosePolicy: ParentClosePolicy.REQUEST_CANCEL,
    staticSummary: `${track.target.name}: ${stage.title}`.slice(0, 200),
  });
  execution.deviceRuns.add(handle);
  // It came to be while the run was being paused.
  const pause = desk.paused();
  if (pause !== undefined)
    await handle.signal(defineSignal<[Pause]>(pauseSignal), pause).catch(() => undefined);
  let isOver = false;
  void condition(() => desk.stopped() || isOver).then(async () => {
    // A device run that has just ended does not need the signal.
    if (!isOver) await handle.signal(defineSignal(stopSignal)).catch(() => undefined);
  });
  try {
    const result = await handle.result();
    Object.assign(track.facts, result.facts);
    track.status = result.status;
    track.phase = result.phase;
    track.note = result.note;
    for (const decision of result.decisions) if (decision.verb !== 'cancel') desk.record(decision);
    for (const finding of result.findings) addFinding(state, finding);
    for (const fault of result.faults ?? []) state.faults.set(fault.id, fault);
  } catch (thrown) {
    // Somebody terminated the device run: what it was doing on the box is not known.
    track.status = 'needs-hands';
    track.note = `The device run ended without an answer: ${thrown instanceof Error ? thrown.message : String(thrown)}`;
  } finally {
    isOver = true;
    execution.deviceRuns.delete(handle);
    track.step = '';
    track.questions = [];
    track.decisions = [];
    track.held = false;
    execution.onChange();
  }
}
