/** What bounds a stage with a rollout. Part of the contract: types only. */

/** How far a shard may go by itself; then it hands back what it has not begun. */
export interface Allowance {
  /** Failures that are borne; with one more nothing is begun. Null: any number. */
  readonly failures: number | null;
  /** Nothing is begun after that. */
  readonly lastStart: string | null;
}

/** When a device may be begun: at any time, in a window, or never again. ISO times in UTC. */
export type WindowLook =
  | { readonly kind: 'always' }
  | { readonly kind: 'never' }
  | {
      readonly kind: 'window';
      /** Not later than the time of the look: it is open. */
      readonly opens: string;
      /** No device is begun after that, so that it is done when the window closes. */
      readonly lastStart: string;
      readonly closes: string;
    };

/** A look at the maintenance windows; `unread` where it failed, which counts as closed. */
export type WindowAnswer = WindowLook | { readonly kind: 'unread'; readonly text: string };

/** A stage with a rollout, as a plan foresees it. */
export interface PlannedRollout {
  readonly stage: string;
  readonly title: string;
  /** At most: which of them need it is known once the stage begins. */
  readonly devices: number;
  /** Devices of each wave. */
  readonly waves: readonly number[];
  /** Failures that are borne; null: any number. */
  readonly budget: number | null;
  /** As written; empty: those of the worker's settings. Null: the stage keeps to none. */
  readonly windows: string | null;
  /** Estimate for one device, milliseconds. */
  readonly takesMs: number;
}

/** Where a stage with a rollout stands. */
export interface RolloutState {
  readonly stage: string;
  readonly title: string;
  /** The wave that is begun, from 1. */
  readonly wave: number;
  readonly waves: readonly number[];
  readonly devices: number;
  readonly through: number;
  readonly inFlight: number;
  readonly notBegun: number;
  /** They stand at a failure, were left out at one, or need hands. */
  readonly failed: number;
  /** They stood at a failure and came through after all: they count no more. */
  readonly repaired?: number;
  /** Failures that are borne by now, with what people have added; null: any number. */
  readonly budget: number | null;
  /** As it was looked at last. */
  readonly window?: WindowAnswer;
  /** A person has set the window aside until then; null: for good. */
  readonly setAsideUntil?: string | null;
  /** What the run asks about just now. */
  readonly heldBy?: 'first-wave' | 'approval' | 'budget' | 'window';
}

/** What the operator has given in place of what the site's settings say. */
export interface Override {
  /** Names of the inputs. */
  readonly inputs: readonly string[];
  readonly by: string;
  readonly reason: string;
}
