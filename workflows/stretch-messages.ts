/**
 * A stretch: what one activity goes through beyond the step that it is for. Only looks, and the conditions between them: whatever
 * changes a box is begun by the workflow alone, which knows of pauses, holds and the end of the run.
 */
import type { ErrorCode, ErrorContext } from '../errors/index.ts';
import type { ActionName } from '../language/actions.ts';
import type { JsonObject } from '../language/json.ts';
import type { ActionResult } from './contract.ts';

/** A step that follows. With neither `do` nor `assert` the stretch ends where it is wanted: the workflow goes on with it. */
export interface StretchStep {
  readonly id: string;
  readonly when?: string;
  readonly phase?: string;
  readonly do?: ActionName;
  readonly with?: JsonObject;
  readonly assert?: string;
}

/** Goes with the input of the step that it follows. */
export interface Stretch {
  /** Of the step itself, with the phase that is entered by it. */
  readonly id: string;
  readonly phase?: string;
  readonly steps: readonly StretchStep[];
  /** What their expressions read, as it is before the step. */
  readonly facts: JsonObject;
}

/** What became of a look that followed. One that is not named was not made. */
export type StepOutcome =
  | { readonly id: string; readonly result: ActionResult }
  | {
      readonly id: string;
      readonly failure: { readonly code: ErrorCode; readonly text: string; readonly context: ErrorContext };
    };

/** Details of a heartbeat: what a lost worker has told of before. */
export interface Beat {
  readonly text: string;
  /** The result of the step itself, with what has followed so far; absent as long as it is not done. */
  readonly done?: ActionResult;
}
