import { condition } from '@temporalio/workflow';
import { evaluateCondition } from '../../language/condition.ts';
import type { Stage } from '../../language/runbook.ts';
import type { Gate } from '../device-lanes.ts';
import { deviceView, stagePath, type DeviceTrack, type Side } from '../run-state.ts';
import type { Execution } from '../stages.ts';
import { createRolloutGate, type RolloutGate } from './gate.ts';
import { wavesGiven } from './given.ts';
import { firstToFront, splitIntoWaves } from './waves.ts';

type Chain = readonly DeviceTrack[];

export interface RolloutStage {
  readonly side: Side;
  readonly stage: Stage;
  readonly chains: readonly Chain[];
  /** Begun again by a person: what has failed counts on until it has come through. */
  readonly isAgain: boolean;
  /** What holds any device back: a pause, a hold, another of its group. */
  readonly base: Gate<DeviceTrack>;
}

/**
 * Takes the devices of a stage through it wave by wave. A wave begins when each device of the one before has ended or stands at a
 * question. `take` resolves when all of its devices have ended; those that it hands back (still `waiting`) are begun again later.
 */
export async function rollOut(
  execution: Execution,
  { side, stage, chains, isAgain, base }: RolloutStage,
  take: (wave: readonly Chain[], gate: RolloutGate) => Promise<void>,
): Promise<void> {
  const { state } = execution;
  const { rollout } = stage;
  const ordered = firstToFront(
    chains,
    (track) =>
      rollout?.first !== undefined && evaluateCondition(rollout.first, deviceView(state, side, track)),
  );
  const waves = splitIntoWaves(ordered, wavesGiven(rollout, execution.input.options.inputs));
  const gate = createRolloutGate(
    execution,
    side,
    stage,
    waves.map((wave) => wave.flat()),
    base,
  );
  // One device that a person has had begun again is none to show.
  if (!isAgain) execution.rollouts.set(stagePath(state, side, stage), gate.standing);
  for (const chain of chains)
    chain.forEach((track, place) => {
      track.failed &&= isAgain;
      track.repaired = isAgain && track.repaired === true;
      track.status = 'waiting';
      track.after = chain[place - 1];
    });
  const taking: Promise<void>[] = [];
  for (const [number, wave] of waves.entries()) {
    gate.enterWave(number);
    show(execution, side, stage, number, waves);
    let isOver = false;
    taking.push(
      take(wave, gate).finally(() => {
        isOver = true;
      }),
    );
    await condition(() => isOver || wave.flat().every(isSettled));
  }
  await Promise.all(taking);
}

/** It has ended, or nothing moves in it without a person. */
export function isSettled(track: DeviceTrack): boolean {
  return track.held || isHeldBehind(track) || (track.status !== 'waiting' && track.status !== 'running');
}

/** It waits for one of its group that stands at a question. */
export function isHeldBehind({ status, after }: Pick<DeviceTrack, 'status' | 'after'>): boolean {
  if (status !== 'waiting' || after === undefined) return false;
  return after.status === 'parked' || after.held || isHeldBehind(after);
}

/** `wave 2 of 3, 2 devices`, at the line of the stage. */
function show(
  execution: Execution,
  side: Side,
  stage: Stage,
  number: number,
  waves: readonly (readonly Chain[])[],
): void {
  const path = stagePath(execution.state, side, stage);
  const step = execution.state.steps.get(path);
  if (step === undefined || waves.length < 2) return;
  const devices = waves[number]?.flat().length ?? 0;
  const note = `wave ${String(number + 1)} of ${String(waves.length)}, ${String(devices)} ${devices === 1 ? 'device' : 'devices'}`;
  execution.state.steps.set(path, { ...step, note });
  execution.onChange();
}
