import { durationText, scoreOf } from '../../report/index.ts';
import type { RunDocument } from '../../workflows/contract.ts';
import { labelled } from './layout.ts';
import type { View } from './view.ts';

/** How fast devices get done. */
export interface Pace {
  readonly perMinute: number;
  /** For those at work and not begun; nobody knows when a person answers. */
  readonly leftMs: number;
}

/** What has been done long ago says little about what comes now. */
const windowMs = 10 * 60_000;
/** Below this a rate is chance. */
const leastMs = 20_000;

/** A rate over the last ten minutes of what was seen; before there is any, over the stage so far. */
export class PaceMeter {
  #seen: { readonly at: number; readonly done: number }[] = [];

  /** Takes in a look at the run. */
  see(document: RunDocument, now: Date): Pace | undefined {
    const at = now.getTime();
    const { done } = scoreOf(document.devices);
    // The next stage begins anew.
    if (done < (this.#seen.at(-1)?.done ?? 0)) this.#seen = [];
    this.#seen = [...this.#seen.filter((one) => at - one.at <= windowMs), { at, done }];
    const [first] = this.#seen;
    const own =
      first === undefined || at - first.at < leastMs
        ? undefined
        : paceFrom(document, (done - first.done) / (at - first.at));
    return own ?? paceSoFar(document, now);
  }
}

/** The rate since the running stage began: all that one look can tell. */
export function paceSoFar(document: RunDocument, now: Date): Pace | undefined {
  const stage = document.steps.findLast(({ path, status }) => status === 'running' && !path.includes('/'));
  if (stage?.startedAt === undefined) return undefined;
  const took = now.getTime() - Date.parse(stage.startedAt);
  return took < leastMs ? undefined : paceFrom(document, scoreOf(document.devices).done / took);
}

function paceFrom(document: RunDocument, perMs: number): Pace | undefined {
  const { running, notStarted } = scoreOf(document.devices);
  const open = running + notStarted;
  if (
    perMs <= 0 ||
    open === 0 ||
    document.outcome !== 'running' ||
    (document.paused ?? document.cancelling) !== undefined
  )
    return undefined;
  return { perMinute: perMs * 60_000, leftMs: open / perMs };
}

/** `pace      38 devices a minute · about 12m left at this rate`. */
export function paceLine(pace: Pace | undefined, view: View): string[] {
  if (pace === undefined) return [];
  return [labelled('pace', paceText(pace), view.width, 10)];
}

export function paceText({ perMinute, leftMs }: Pace): string {
  const rate = perMinute >= 10 ? String(Math.round(perMinute)) : perMinute.toFixed(1);
  // Minutes are as exact as it gets; a picture whose seconds jump is no better.
  const left =
    leftMs < 60_000 ? 'less than a minute' : `about ${durationText(Math.ceil(leftMs / 60_000) * 60_000)}`;
  return `${rate} devices a minute · ${left} left at the rate of this run`;
}
