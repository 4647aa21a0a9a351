import type { JsonObject } from '../../language/json.ts';
import { inputNamed, readAmount, readWaves, type Amount } from '../../language/rollout.ts';
import type { Rollout } from '../../language/runbook.ts';

type Written = Rollout | undefined;

/** Sizes of the waves; none: all is one wave. */
export function wavesGiven(rollout: Written, inputs: JsonObject): readonly Amount[] {
  return readWaves(valueOf(rollout?.waves, inputs)) ?? [];
}

/** Undefined: any number of failures. */
export function budgetGiven(rollout: Written, inputs: JsonObject): Amount | undefined {
  return readAmount(valueOf(rollout?.budget, inputs));
}

/** As an operator writes them; empty: those of the worker's settings. */
export function windowsGiven(rollout: Written, inputs: JsonObject): string {
  const windows = valueOf(rollout?.window, inputs);
  return typeof windows === 'string' ? windows : '';
}

/** What stands in the runbook, or the value of the input that it names. */
function valueOf(written: unknown, inputs: JsonObject): unknown {
  const name = inputNamed(written);
  return name === undefined ? written : inputs[name];
}
