import { objectParam, type Action } from './action.ts';

interface Params {
  /** As an operator writes them; empty: those of the worker's settings. */
  readonly windows: string;
  /** The time of the workflow: its clock is the one that waits. */
  readonly at: string;
  readonly takesMs: number;
}

/** When a device may be begun. Touches no box; it is an activity so that the answer, and with it the zone's rules of that day, stands in the history. */
export const maintenanceWindow: Action = (input, deps) => {
  const { windows, at, takesMs } = objectParam<Params>(input, 'look');
  const look = deps.nextWindow(windows, new Date(at), takesMs);
  const note =
    look.kind === 'always'
      ? 'no window is kept to'
      : look.kind === 'never'
        ? 'no window opens any more'
        : look.opens <= at
          ? `open until ${look.closes}`
          : `closed until ${look.opens}`;
  return Promise.resolve({ facts: look, note });
};
