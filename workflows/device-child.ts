import { condition, defineSignal, ParentClosePolicy, startChild } from '@temporalio/workflow';
import type { Stage } from '../language/runbook.ts';
import {
  holdSignal,
  pauseSignal,
  stopSignal,
  workflowTypes,
  type DeviceHold,
  type DeviceInput,
  type DeviceResult,
  type DeviceWork,
  type Pause,
  type ShardResult,
} from './contract.ts';
import { managersView, nobody, sideMark, withoutLists, type Side } from './run-state.ts';
import type { Execution, OpenDeviceRun } from './stages.ts';

/** What is its own in the input of a device run; the rest follows from the run. */
export interface DeviceRunInput extends Pick<
  DeviceInput,
  'lanes' | 'newsEveryMs' | 'looking' | 'allowance' | 'chatty'
> {
  readonly side: Side | undefined;
  readonly stage: Stage;
  readonly devices: readonly DeviceWork[];
}

/**
 * Starts a device run, which hears of a pause and of the stop of its parent as long as it is open. It is begun when the promise
 * resolves; `result` rejects when somebody terminated it.
 */
export async function startDeviceRun<Result extends DeviceResult | ShardResult>(
  execution: Execution,
  workflowId: string,
  summary: string,
  own: DeviceRunInput,
): Promise<{ readonly result: Promise<Result> }> {
  const { desk } = execution;
  const handle = await startChild<(input: DeviceInput) => Promise<Result>>(workflowTypes.device, {
    workflowId,
    args: [inputOf(execution, own)],
    parentClosePolicy: ParentClosePolicy.REQUEST_CANCEL,
    staticSummary: summary.slice(0, 200),
  });
  const devices = own.devices.flatMap(({ target }) => target.uuid ?? []);
  const open: OpenDeviceRun = {
    workflowId,
    devices,
    signal: (definition, ...args) => handle.signal(definition, ...args),
  };
  execution.deviceRuns.add(open);
  let isOver = false;
  const end = (): void => {
    isOver = true;
    execution.deviceRuns.delete(open);
  };
  // It came to be while the run was being paused.
  const pause = desk.paused();
  if (pause !== undefined)
    await handle.signal(defineSignal<[Pause]>(pauseSignal), pause).catch(() => undefined);
  // So it was with a hold, or the end of one.
  for (const { target, hold } of own.devices) {
    const now = target.uuid === undefined ? undefined : desk.holds().get(target.uuid);
    if (now !== hold) await tellHold(open, { uuid: target.uuid ?? '', ...(now && { hold: now }) });
  }
  void condition(() => desk.stopped() || isOver).then(async () => {
    // A device run that has just ended does not need the signal.
    if (!isOver) await handle.signal(defineSignal(stopSignal)).catch(() => undefined);
  });
  const result = handle.result();
  result.then(end, end);
  return { result };
}

/** A device run that has just ended begins nothing any more. */
export async function tellHold(run: OpenDeviceRun, hold: DeviceHold): Promise<void> {
  await run.signal(defineSignal<[DeviceHold]>(holdSignal), hold).catch(() => undefined);
}

function inputOf(execution: Execution, { side, ...own }: DeviceRunInput): DeviceInput {
  const { state, input, startedBy, run } = execution;
  return {
    ...(own.lanes === undefined ? {} : { bulk: true }),
    stretches: true,
    runbook: {
      name: input.runbook.name,
      version: input.runbook.version,
      phases: input.runbook.phases,
      columns: { manager: {}, device: {} },
    },
    inventory: input.inventory,
    // Which devices, and what was accepted of them, is settled: with many it would be much.
    options: { ...input.options, devices: [], accepted: [] },
    ...(startedBy === undefined ? {} : { startedBy }),
    run,
    ...(side === undefined ? {} : { mark: sideMark(state, side) }),
    ...(side === undefined || side.manager === nobody ? {} : { manager: side.manager }),
    managerFacts: side === undefined ? {} : withoutLists(side.managerFacts),
    managers: managersView(state),
    ...state.refusals.known(),
    ...own,
  };
}
