import { condition } from '@temporalio/workflow';
import { inLanes } from './lanes.ts';
import { allTracks, type DeviceTrack, type PlacedTrack, type Side } from './run-state.ts';
import type { Stage } from '../language/runbook.ts';
import type { Execution } from './stages.ts';

/** Takes devices that have ended without being done through the stage that they ended in once more, and through those that came since. */
export type BeginAgain = (devices: readonly PlacedTrack[]) => void;

type TakeThroughStage = (side: Side, stage: Stage, track: DeviceTrack) => Promise<void>;

/** `take` takes one device through a device stage, where its condition wants it. */
export function createBeginAgain(execution: Execution, take: TakeThroughStage): BeginAgain {
  const { gone, again, input } = execution;

  const catchUp = async ({ side, track }: PlacedTrack): Promise<void> => {
    // The list may grow meanwhile: the stage that is open is gone through too. The run begins none before this is over.
    for (let at = track.at; at < gone.length; at += 1) {
      const one = gone[at];
      if (one?.side === side) await take(side, one.stage, track);
    }
  };

  return (devices) => {
    for (const { track } of devices) {
      track.status = 'waiting';
      track.note = null;
      track.again += 1;
      again.add(track);
    }
    execution.onChange();
    void inLanes(devices, input.options.lanes, async (placed) => {
      let isOver = false;
      void catchUp(placed).finally(() => {
        isOver = true;
        again.delete(placed.track);
        execution.onChange();
      });
      await condition(() => isOver || placed.track.status === 'parked' || placed.track.held);
    });
  };
}

/** Why a device cannot be begun again; undefined where it can. */
export function whyNotAgain(execution: Execution, { side, track }: PlacedTrack): string | undefined {
  const { desk, state, gone, closing } = execution;
  const { name, uuid } = track.target;
  const { status, step } = track;
  if (status === 'done') return `${name} is done.`;
  if (status !== 'skipped' && status !== 'needs-hands')
    return `${name} has not ended: it is ${status}${step === '' ? '' : `, ${step}`}.`;
  if (desk.stopped()) return 'The run is being cancelled: nothing is begun again.';
  if (closing) return 'The run is at its end. Start a new one: it takes over what is there.';
  if (track.at < 0) return `${name} is not among the devices chosen for this run.`;
  const last = gone.at(-1);
  const elsewhere = allTracks(state).find(
    (other) =>
      other.side !== side &&
      other.track.target.uuid === uuid &&
      (other.track.status === 'running' ||
        other.track.status === 'parked' ||
        (other.track.status === 'waiting' && last?.open === true && last.side === other.side)),
  );
  return elsewhere === undefined
    ? undefined
    : `${name} is being dealt with for ${elsewhere.side.manager.name}; retry it for ${side.manager.name} after that.`;
}
