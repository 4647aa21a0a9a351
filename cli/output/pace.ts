import { durationText, scoreOf, scoreTotal } from '../../report/index.ts';
import type { RunDocument } from '../../workflows/contract.ts';
import { labelled } from './layout.ts';
import type { ShownFleet } from './fleet-page.ts';
import type { View } from './view.ts';

/** How fast devices get done. */
export interface Pace {
  readonly perMinute: number;
  /** For those at work and not begun; nobody knows when a person answers. */
  readonly leftMs: number;
}

/** How far something has come, at one look; in devices. */
export interface Advance {
  readonly done: number;
  /** At work and not begun; none while nothing may be begun. */
  readonly open: number;
  /** When the first of them was begun. */
  readonly since: string | undefined;
}

/** What has been done long ago says little about what comes now; below the least time a rate is chance. */
const spans = {
  run: { windowMs: 10 * 60_000, leastMs: 20_000 },
  /** Members come to their ends in bursts. */
  fleet: { windowMs: 60 * 60_000, leastMs: 5 * 60_000 },
};

/** A rate over the last minutes of what was seen; before there is any, over all so far. */
export class PaceMeter {
  readonly #of: keyof typeof spans;
  #seen: { readonly at: number; readonly done: number }[] = [];

  constructor(of: keyof typeof spans = 'run') {
    this.#of = of;
  }

  /** Takes in a look. */
  see(advance: Advance, now: Date): Pace | undefined {
    const at = now.getTime();
    const { done } = advance;
    const { windowMs, leastMs } = spans[this.#of];
    // The next stage begins anew.
    if (done < (this.#seen.at(-1)?.done ?? 0)) this.#seen = [];
    this.#seen = [...this.#seen.filter((one) => at - one.at <= windowMs), { at, done }];
    const [first] = this.#seen;
    const own =
      first === undefined || at - first.at < leastMs
        ? undefined
        : paceFrom(advance, (done - first.done) / (at - first.at));
    return own ?? paceSoFar(advance, now);
  }
}

/** The rate since it was begun: all that one look can tell. */
export function paceSoFar(advance: Advance, now: Date): Pace | undefined {
  if (advance.since === undefined) return undefined;
  const took = now.getTime() - Date.parse(advance.since);
  return took < spans.run.leastMs ? undefined : paceFrom(advance, advance.done / took);
}

function paceFrom({ open }: Advance, perMs: number): Pace | undefined {
  return perMs <= 0 || open <= 0 ? undefined : { perMinute: perMs * 60_000, leftMs: open / perMs };
}

/** The running stage of a run. */
export function runAdvance(document: RunDocument): Advance {
  const stage = document.steps.findLast(({ path, status }) => status === 'running' && !path.includes('/'));
  const { done, running, notStarted } = scoreOf(document.devices);
  // How long a person, or a window, takes is not told by how fast devices were.
  const isHeld = document.rollouts?.some(({ heldBy }) => heldBy !== undefined) === true;
  return { done, open: isMoving(document) && !isHeld ? running + notStarted : 0, since: stage?.startedAt };
}

/**
 * A fleet: a device counts by the phases that it has come through, so that the count never goes back from stage to stage. What a
 * canary alone makes says nothing of how fast many go.
 */
export function fleetAdvance(fleet: ShownFleet): Advance {
  let done = 0;
  let open = 0;
  for (const { status, held, score, devices, phases, restsUntil } of fleet.members) {
    const all = scoreTotal(score) || devices;
    const isOver = status === 'done' || status === 'needs-hands' || status === 'skipped';
    const own = isOver ? all : Object.entries(phases).reduce((sum, [id, n]) => sum + n * worth(id, fleet), 0);
    done += own;
    if (!isOver && !held && status !== 'parked' && restsUntil === undefined) open += all - own;
  }
  const canary = fleet.members.find(({ name }) => name === fleet.canary?.member);
  const isAlone = canary !== undefined && canary.endedAt === null;
  const isKnown = isMoving(fleet) && !isAlone && done >= 1;
  return { done, open: isKnown ? open : 0, since: fleet.startedAt };
}

function isMoving({ outcome, paused, cancelling }: Pick<RunDocument, 'outcome'> & Halts): boolean {
  return outcome === 'running' && (paused ?? cancelling) === undefined;
}

interface Halts {
  readonly paused?: object;
  readonly cancelling?: object;
}

/** Nothing in the first phase, one device in the last. */
function worth(phase: string, { phases }: ShownFleet): number {
  const at = phases.findIndex(({ id }) => id === phase);
  return at < 0 || phases.length < 2 ? 0 : at / (phases.length - 1);
}

/** `pace      38 devices a minute · about 12m left at this rate`. */
export function paceLine(pace: Pace | undefined, view: View, of: 'run' | 'fleet' = 'run'): string[] {
  if (pace === undefined) return [];
  return [labelled('pace', paceText(pace, of), view.width, 10)];
}

export function paceText({ perMinute, leftMs }: Pace, of: 'run' | 'fleet' = 'run'): string {
  const rate = perMinute >= 10 ? String(Math.round(perMinute)) : perMinute.toFixed(1);
  // Minutes are as exact as it gets; a picture whose seconds jump is no better.
  const left =
    leftMs < 60_000 ? 'under a minute' : `about ${durationText(Math.ceil(leftMs / 60_000) * 60_000)}`;
  return `${rate} devices a minute · ${left} left at the rate of this ${of}`;
}
