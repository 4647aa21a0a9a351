import { condition, defineSignal, ParentClosePolicy, startChild } from '@temporalio/workflow';
import type { Stage } from '../language/runbook.ts';
import { stopSignal, workflowTypes, type DeviceInput, type DeviceResult, type RunInput } from './contract.ts';
import { inLanes } from './lanes.ts';
import { deviceFacts, enterDevices, type DeviceTrack } from './run-state.ts';
import { isWanted, type Execution } from './stages.ts';

/** With more devices than this the runs tell their parent only what it must know: each message costs events. */
const chattyUpTo = 50;

/**
 * Starts one device run for each device of the stage, in lanes. A device that stands at a question gives its lane to the next
 * one: a person's absence holds up nobody else.
 */
export async function runChangingDeviceStage(
  execution: Execution,
  stage: Stage,
  input: RunInput,
): Promise<void> {
  const { state, desk } = execution;
  enterDevices(state, input.options.devices);
  const tracks = [...state.devices.values()].filter(
    (track) => track.status !== 'skipped' && isWanted(state, stage, track),
  );
  const results: Promise<void>[] = [];
  await inLanes(tracks, stage.lanes ?? input.options.lanes, async (track) => {
    if (desk.stopped()) {
      track.status = 'needs-hands';
      track.note = 'The run was cancelled before this device was begun.';
      return;
    }
    track.status = 'running';
    let isOver = false;
    const result = runDevice(execution, stage, input, track, tracks.length <= chattyUpTo).finally(() => {
      isOver = true;
    });
    results.push(result);
    await condition(() => isOver || track.status === 'parked');
  });
  await Promise.all(results);
}

async function runDevice(
  execution: Execution,
  stage: Stage,
  input: RunInput,
  track: DeviceTrack,
  chatty: boolean,
): Promise<void> {
  const { state, desk } = execution;
  const manager = state.manager;
  if (manager === undefined) throw new Error('a device stage without a manager');
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
    manager,
    managerFacts: forDevice(state.managerFacts),
    device: track.target,
    deviceFacts: deviceFacts(state, track),
    phase: track.phase,
    chatty,
  };
  const handle = await startChild<(input: DeviceInput) => Promise<DeviceResult>>(workflowTypes.device, {
    workflowId: `${execution.run.workflowId}/${stage.id}/${track.target.uuid ?? track.target.name}`,
    args: [child],
    parentClosePolicy: ParentClosePolicy.REQUEST_CANCEL,
    staticSummary: `${track.target.name}: ${stage.title}`.slice(0, 200),
  });
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
    state.findings.push(...result.findings);
  } catch (thrown) {
    // Somebody terminated the device run: what it was doing on the box is not known.
    track.status = 'needs-hands';
    track.note = `The device run ended without an answer: ${thrown instanceof Error ? thrown.message : String(thrown)}`;
  } finally {
    isOver = true;
    track.step = '';
    track.questions = [];
    execution.onChange();
  }
}

/** Lists over all devices stay with the parent: a device needs nothing of the others, and each copy would cost. */
function forDevice(facts: DeviceInput['managerFacts']): DeviceInput['managerFacts'] {
  return Object.fromEntries(
    Object.entries(facts).map(([step, value]) => {
      if (typeof value !== 'object' || value === null || Array.isArray(value) || !('devices' in value))
        return [step, value];
      return [step, Object.fromEntries(Object.entries(value).filter(([key]) => key !== 'devices'))];
    }),
  );
}
