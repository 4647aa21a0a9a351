import {
  allHandlersFinished,
  CancellationScope,
  condition,
  defineSignal,
  getExternalWorkflowHandle,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import {
  deviceNewsSignal,
  holdSignal,
  pauseSignal,
  resumeSignal,
  stopSignal,
  type DeviceHold,
  type DeviceInput,
  type DeviceNews,
  type DeviceResult,
  type DeviceWork,
  type Pause,
  type ShardResult,
} from './contract.ts';
import { createDesk, decideAtDesk, takeDeskUpdates, type Desk } from './desk.ts';
import { deskOfDevice } from './device-desk.ts';
import { createDeviceAtWork, type DeviceAtWork } from './device-at-work.ts';
import { deskGate, takeThrough, type Gate } from './device-lanes.ts';
import { takeForwarded } from './pass-on.ts';
import { createRefusals, type Refusals } from './refusals.ts';
import { allowanceGate } from './rollout/allowance-gate.ts';
import { createShardNews } from './shard-news.ts';

/**
 * Takes devices through one stage: one, or those of a shard, with one desk for all of them. A failed step parks its device with a
 * question; other devices carry on. The run ends only when each device is done, left out by a person, or the whole run is being
 * cancelled.
 */
export async function deviceRun(input: DeviceInput): Promise<DeviceResult | ShardResult> {
  return input.lanes === undefined ? await runOne(input) : await runShard(input, input.lanes);
}

/** One device, which tells its parent of every change that matters as it happens. */
async function runOne(input: DeviceInput): Promise<DeviceResult> {
  const work = input.devices?.[0] ?? inputOfOlderWorker(input);
  const desk = createDesk(() => {
    device.deskChanged();
  });
  const refusals = refusalsBefore(input);
  const parent = workflowInfo().parent;
  let told = '';
  let number = 0;
  const tell = (): void => {
    if (device.result() !== undefined) return;
    const news = device.news();
    const isPaused = desk.paused(work.target.uuid) !== undefined;
    const text = JSON.stringify([
      news.status,
      news.phase,
      input.chatty || isPaused ? news.step : '',
      news.questions.map((question) => question.id),
      ...(isPaused ? ['paused', news.held] : []),
    ]);
    if (parent === undefined || text === told) return;
    if (!input.chatty && !isPaused && news.status === 'running' && told === '') return;
    told = text;
    number += 1;
    // A parent that is closed already does not need to hear it.
    getExternalWorkflowHandle(parent.workflowId)
      .signal(deviceNewsSignal, { ...news, number, ...refusals.known() } satisfies DeviceNews)
      .catch(() => undefined);
  };
  const device = createDeviceAtWork(input, work, { desk, refusals }, tell);
  obeyParent(desk, [device], [work]);
  await CancellationScope.nonCancellable(async () => {
    await device.run();
    // What was passed on is answered before this is over.
    await condition(allHandlersFinished);
  });
  return device.result() as DeviceResult;
}

function inputOfOlderWorker({ device, deviceFacts, phase }: DeviceInput): DeviceWork {
  if (device === undefined) throw new TypeError('a device run without a device');
  return { target: device, facts: deviceFacts ?? {}, phase: phase ?? '' };
}

/** Many devices in lanes; a parked one gives its lane to the next. The parent hears of several devices at a time. */
async function runShard(input: DeviceInput, lanes: number): Promise<ShardResult> {
  const desk = createDesk(() => {
    for (const device of devices) device.deskChanged();
    news.deskChanged();
  });
  const refusals = refusalsBefore(input);
  const chains: DeviceAtWork[][] = [];
  for (const work of input.devices ?? []) {
    const device: DeviceAtWork = createDeviceAtWork(
      input,
      work,
      { desk: deskOfDevice(desk), refusals },
      () => {
        news.changed(device);
      },
    );
    const last = work.follows === true ? chains.at(-1) : undefined;
    if (last === undefined) chains.push([device]);
    else last.push(device);
  }
  const devices = chains.flat();
  const base = {
    ...deskGate<DeviceAtWork>(desk, ({ key }) => key),
    opened: (device: DeviceAtWork) => device.resumed(),
  };
  const gate = input.allowance === undefined ? base : allowanceGate(base, () => devices, input.allowance);
  const news = createShardNews(devices, desk, refusals, {
    everyMs: input.newsEveryMs,
    // The last of them are told by the result.
    isIdle: () =>
      devices.some((device) => device.result() === undefined) &&
      devices.every((device) => !isMoving(device, gate)),
  });
  obeyParent(desk, devices, input.devices ?? []);
  await CancellationScope.nonCancellable(async () => {
    const telling = news.keepTelling();
    await takeThrough(chains, lanes, {
      gate,
      begin: (device) => device.run(),
      leaveOut: (device) => {
        if (desk.stopped()) device.leaveOut();
        else device.handBack();
      },
      isParked: (device) => device.standsStill(),
    });
    news.close();
    await telling;
    await condition(allHandlersFinished);
  });
  return { bulk: true, ends: news.untold() };
}

/** It goes on by itself, or will be begun in its turn. */
function isMoving(device: DeviceAtWork, gate: Gate<DeviceAtWork>): boolean {
  if (device.result() !== undefined || device.standsStill()) return false;
  return device.status() !== 'waiting' || gate.isOpen(device);
}

/** One book for all devices of the run, opened with what was refused before. */
function refusalsBefore(input: DeviceInput): Refusals {
  const refusals = createRefusals(input.refusals?.oncePerPlan);
  refusals.learn(input.refusals);
  return refusals;
}

/** Sets the handlers of what the parent and people tell a device run; call it before the first await. */
function obeyParent(desk: Desk, devices: readonly DeviceAtWork[], works: readonly DeviceWork[]): void {
  takeDeskUpdates((verb, given) => decideAtDesk(desk, verb, given));
  takeForwarded(desk, devices);
  for (const { target, hold } of works)
    if (hold !== undefined && target.uuid !== undefined) desk.hold(target.uuid, hold);
  setHandler(defineSignal<[DeviceHold]>(holdSignal), ({ uuid, hold }) => {
    desk.hold(uuid, hold);
  });
  setHandler(defineSignal(stopSignal), () => {
    desk.stop('the run');
  });
  setHandler(defineSignal<[Pause]>(pauseSignal), (pause) => {
    desk.pause(pause);
  });
  setHandler(defineSignal(resumeSignal), () => {
    desk.resume();
  });
  CancellationScope.current().cancelRequested.catch(() => {
    desk.stop('cancel request');
  });
}
