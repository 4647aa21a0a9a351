import { condition } from '@temporalio/workflow';
import { valueOrNull } from '../language/condition.ts';
import type { Stage } from '../language/runbook.ts';
import { deviceKey, type DeviceResult, type DeviceWork } from './contract.ts';
import type { Desk } from './desk.ts';
import { startDeviceRun } from './device-child.ts';
import { deskGate, notBegunNote, takeThrough, type Gate } from './device-lanes.ts';
import { hear } from './device-news.ts';
import type { RolloutGate } from './rollout/gate.ts';
import { takeInShards } from './rollout/in-shards.ts';
import { rollOut } from './rollout/roll-out.ts';
import {
  addFindings,
  deviceFacts,
  deviceView,
  enterDevices,
  stagePath,
  type DeviceTrack,
  type RunState,
  type Side,
} from './run-state.ts';
import { isSharded, runShards, type ShardMember } from './shards.ts';
import { isWanted, type Execution } from './stages.ts';

/** Takes the devices of a stage that changes something through it: each by a device run of its own, or many in shards. */
export async function runChangingDeviceStage(
  execution: Execution,
  side: Side,
  stage: Stage,
  only?: readonly DeviceTrack[],
): Promise<void> {
  const { state, desk, input, gone } = execution;
  enterDevices(state, side, input.options.devices);
  const tracks = [...(only ?? side.devices.values())].filter((track) =>
    isWanted(execution, side, stage, track),
  );
  const at = gone.findIndex((one) => one.side === side && one.stage === stage);
  for (const track of tracks) track.at = at;
  const chains = chainsOf(state, side, stage, tracks);
  const isToBegin = stillToBegin(tracks);
  if (stage.rollout !== undefined) {
    await runInWaves(execution, side, stage, { chains, isToBegin, isAgain: only !== undefined });
    return;
  }
  if (isSharded(tracks.length)) {
    const members = chains.map((chain) => chain.map((track) => memberOf(execution, side, track, isToBegin)));
    await runShards(execution, { side, stage }, members);
    return;
  }
  await takeThrough(chains, stage.lanes ?? input.options.lanes, {
    gate: gateOf(execution, side, stage),
    begin: async (track) => {
      if (isToBegin(track)) await runDevice(execution, side, stage, track);
    },
    leaveOut: (track) => {
      if (isToBegin(track)) notBegun(track);
    },
    isParked: (track) => standsStill(desk, track),
  });
}

/**
 * Wave by wave, held back by the stage's gate; so that failures are counted exactly, shards come one after another. What a person
 * has had begun again keeps to the windows; waves and budget are about the others.
 */
async function runInWaves(
  execution: Execution,
  side: Side,
  stage: Stage,
  { chains, isToBegin, isAgain }: Taking,
): Promise<void> {
  const { window } = stage.rollout ?? {};
  const own = isAgain ? { ...stage, rollout: window === undefined ? {} : { window } } : stage;
  const lanes = stage.lanes ?? execution.input.options.lanes;
  const take = isSharded(chains.flat().length)
    ? takeInShards(
        execution,
        { side, stage },
        {
          isToBegin,
          memberOf: (track, handBack) => memberOf(execution, side, track, isToBegin, handBack),
          leaveOut,
        },
      )
    : (wave: readonly (readonly DeviceTrack[])[], gate: RolloutGate): Promise<void> =>
        takeThrough(wave, lanes, {
          gate,
          begin: async (track) => {
            if (isToBegin(track)) await runDevice(execution, side, stage, track);
          },
          leaveOut: (track) => {
            if (isToBegin(track)) leaveOut(track, gate.refusal());
          },
          isParked: (track) => standsStill(execution.desk, track),
        });
  await rollOut(execution, { side, stage: own, chains, isAgain, base: gateOf(execution, side, stage) }, take);
}

interface Taking {
  readonly chains: readonly (readonly DeviceTrack[])[];
  readonly isToBegin: IsToBegin;
  readonly isAgain: boolean;
}

type IsToBegin = (track: DeviceTrack) => boolean;

/** When the turn of a device comes, a person may have left it out, or begun it again: then it goes through the stage elsewhere. */
function stillToBegin(tracks: readonly DeviceTrack[]): IsToBegin {
  const before = new Map(tracks.map((track) => [track, track.again]));
  return (track) => track.status !== 'skipped' && track.again === before.get(track);
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
    const name = valueOrNull(group, deviceView(state, side, track));
    const key =
      typeof name === 'string' && name !== '' ? `group ${name}` : (track.target.uuid ?? track.target.name);
    const chain = chains.get(key);
    if (chain === undefined) chains.set(key, [track]);
    else chain.push(track);
  }
  const place = (track: DeviceTrack): number =>
    rank === undefined ? 0 : Number(valueOrNull(rank, deviceView(state, side, track)) ?? 0);
  return [...chains.values()].map((chain) => chain.sort((a, b) => place(a) - place(b)));
}

async function runDevice(execution: Execution, side: Side, stage: Stage, track: DeviceTrack): Promise<void> {
  const { state, run } = execution;
  track.status = 'running';
  track.newest = 0;
  const key = deviceKey(track.target);
  const again = track.again === 0 ? '' : `/again-${String(track.again)}`;
  const workflowId = `${run.workflowId}/${stagePath(state, side, stage)}/${key}${again}`;
  const child = { side, stage, devices: [workOf(execution, side, track)], chatty: true };
  const device = await startDeviceRun<DeviceResult>(
    execution,
    workflowId,
    `${track.target.name}: ${stage.title}`,
    child,
  );
  try {
    noteEnd(execution, track, await device.result);
  } catch (thrown) {
    noteLost(track, thrown instanceof Error ? thrown.message : String(thrown));
  }
  execution.onChange();
}

function workOf({ desk }: Execution, side: Side, track: DeviceTrack): DeviceWork {
  const { target, phase, attempts } = track;
  const hold = target.uuid === undefined ? undefined : desk.holds().get(target.uuid);
  return {
    target,
    facts: deviceFacts(side, track),
    phase,
    ...(hold === undefined ? {} : { hold }),
    ...(Object.keys(attempts).length === 0 ? {} : { attempts }),
  };
}

/** It stands at a question, or before a change because it is held. */
function standsStill(desk: Desk, { status, held, target }: DeviceTrack): boolean {
  return status === 'parked' || (held && desk.holds().has(target.uuid ?? ''));
}

/**
 * Closed while the run is paused or the device is held; and to one that is begun again, or whose unit is, as long as another of its
 * group is at work.
 */
function gateOf(execution: Execution, side: Side, stage: Stage): Gate<DeviceTrack> {
  const { desk, again, shards } = execution;
  const base = deskGate<DeviceTrack>(desk, ({ target }) => target.uuid);
  const isGroupFree = (track: DeviceTrack): boolean => {
    if (again.size === 0 || stage.group === undefined || desk.stopped()) return true;
    // What is under way in a shard is known late.
    if (again.has(track) && shards.size > 0) return false;
    return !groupOf(execution.state, side, stage, track).some(
      (other) => other !== track && (other.status === 'running' || other.status === 'parked'),
    );
  };
  const isOpen = (track: DeviceTrack): boolean => base.isOpen(track) && isGroupFree(track);
  return {
    ...base,
    isOpen,
    async opened(track) {
      while (!isOpen(track)) {
        track.held = !base.isOpen(track);
        if (track.held) await base.opened(track);
        else await condition(() => isGroupFree(track));
      }
      track.held = false;
    },
  };
}

function groupOf(state: RunState, side: Side, stage: Stage, track: DeviceTrack): DeviceTrack[] {
  const nameOf = (one: DeviceTrack): unknown => valueOrNull(stage.group ?? '', deviceView(state, side, one));
  const name = nameOf(track);
  return typeof name === 'string' && name !== ''
    ? [...side.devices.values()].filter((one) => nameOf(one) === name)
    : [track];
}

/** `handBack`: it was not begun, and may be later. */
function memberOf(
  execution: Execution,
  side: Side,
  track: DeviceTrack,
  isToBegin: IsToBegin,
  handBack?: () => void,
): ShardMember {
  track.newest = 0;
  return {
    isToBegin: () => isToBegin(track),
    target: track.target,
    work: () => workOf(execution, side, track),
    told: (news) => {
      if (news.number >= track.newest) hear(execution, track, news);
    },
    ended: (end) => {
      if (end.status === 'waiting') handBack?.();
      else noteEnd(execution, track, end);
    },
    leftOut: () => {
      notBegun(track);
    },
    lost: (text) => {
      noteLost(track, text);
    },
    isParked: () => standsStill(execution.desk, track),
  };
}

/** A device has come to the end of a changing stage: the one place where that is noted. */
function noteEnd(execution: Execution, track: DeviceTrack, result: DeviceResult): void {
  const { state, desk } = execution;
  track.facts = { ...track.facts, ...result.facts };
  track.status = result.status;
  track.phase = result.phase;
  track.note = result.note;
  track.attempts = result.attempts ?? {};
  if (result.status === 'done') {
    if (track.failed) track.repaired = true;
    track.failed = false;
  }
  for (const decision of result.decisions) if (decision.verb !== 'cancel') desk.record(decision);
  addFindings(state, result);
  leaveLane(track);
}

/** Somebody terminated the device run: what it was doing on the box is not known. */
function noteLost(track: DeviceTrack, text: string): void {
  track.status = 'needs-hands';
  track.note = `The device run ended without an answer: ${text}`;
  leaveLane(track);
}

/** A person has said no to what was not begun yet; without such a reason the run is being cancelled. */
function leaveOut(track: DeviceTrack, refusal: string | undefined): void {
  if (track.status === 'skipped') return;
  if (refusal === undefined) {
    notBegun(track);
    return;
  }
  track.status = 'skipped';
  track.note = refusal;
}

function notBegun(track: DeviceTrack): void {
  track.status = 'needs-hands';
  track.note = notBegunNote;
}

function leaveLane(track: DeviceTrack): void {
  track.step = '';
  track.questions = [];
  track.decisions = [];
  track.held = false;
}
