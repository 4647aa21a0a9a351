import { durationMs } from '../language/duration.ts';
import type { JsonObject } from '../language/json.ts';
import type { Stage } from '../language/runbook.ts';
import { wavesGiven } from './rollout/given.ts';
import { splitIntoWaves } from './rollout/waves.ts';

/** How long a stage takes by the runbook's own words, milliseconds; 0 where it says nothing. A wave waits for the one before. */
export function estimateOf(stage: Stage, devices: number, lanes: number, inputs: JsonObject): number {
  const { takes, on } = stage;
  const atOnce = Math.max(1, stage.lanes ?? lanes);
  const rounds =
    on === 'devices'
      ? wavesOf(stage, devices, inputs).reduce((sum, size) => sum + Math.ceil(size / atOnce), 0)
      : devices;
  return durationMs(takes?.fixed ?? '0s') + rounds * durationMs(takes?.perDevice ?? '0s');
}

/** Devices of each wave, if each comes for itself. */
export function wavesOf({ rollout }: Stage, devices: number, inputs: JsonObject): number[] {
  const each = Array.from({ length: devices }, (_, index) => [index]);
  return splitIntoWaves(each, wavesGiven(rollout, inputs)).map((wave) => wave.length);
}
