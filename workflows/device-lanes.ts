import { condition } from '@temporalio/workflow';
import type { Desk } from './desk.ts';
import { inLanes } from './lanes.ts';

/**
 * Where each device of a stage asks whether it may be begun, the moment before it is: the one place for what holds devices back as
 * long as nothing has been done to them. Nothing is awaited while it is open: old histories have no waiting there.
 */
export interface Gate<Device> {
  isOpen(device: Device): boolean;
  opened(device: Device): Promise<void>;
  /** Nothing is begun any more. */
  isOver(): boolean;
}

/** Closed while the run is paused or the device is held, over when the run is stopped. */
export function deskGate<Device>(
  desk: Pick<Desk, 'paused' | 'resumed' | 'stopped'>,
  uuidOf: (device: Device) => string | undefined,
): Gate<Device> {
  return {
    isOpen: (device) => desk.paused(uuidOf(device)) === undefined,
    opened: (device) => desk.resumed(uuidOf(device)),
    isOver: () => desk.stopped(),
  };
}

/** What is done with a device in its lane. */
export interface LaneWork<Device> {
  readonly gate: Gate<Device>;
  begin(device: Device): Promise<void>;
  /** It is not begun, since nothing is any more. */
  leaveOut(device: Device): void;
  /** It stands at a question, or is held: its lane goes to the next. */
  isParked(device: Device): boolean;
}

/**
 * Takes devices through their work in lanes; those of one chain come one after another. A device that stands at a question gives
 * its lane to the next one: a person's absence holds up nobody else, but for those that must come after it.
 */
export async function takeThrough<Device>(
  chains: readonly (readonly Device[])[],
  lanes: number,
  at: LaneWork<Device>,
): Promise<void> {
  const results: Promise<void>[] = [];
  const work = async (chain: readonly Device[]): Promise<void> => {
    for (const device of chain) {
      if (!at.gate.isOpen(device)) await at.gate.opened(device);
      if (at.gate.isOver()) at.leaveOut(device);
      else await at.begin(device);
    }
  };
  await inLanes(chains, lanes, async (chain) => {
    let isOver = false;
    const result = work(chain).finally(() => {
      isOver = true;
    });
    results.push(result);
    await condition(() => isOver || chain.some((device) => at.isParked(device)));
  });
  await Promise.all(results);
}

/** Cut off before it was begun. */
export const notBegunNote = 'The run was cancelled before this device was begun.';
