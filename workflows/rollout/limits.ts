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
