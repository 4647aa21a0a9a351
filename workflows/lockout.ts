import { holds, valueOrNull } from '../language/condition.ts';
import type { JsonObject } from '../language/json.ts';
import type { Runbook, Stage } from '../language/runbook.ts';
import { estimateOf } from './estimate.ts';
import { createKept } from './kept.ts';
import {
  allTracks,
  deviceView,
  managerView,
  type DeviceTrack,
  type PlacedTrack,
  type RunState,
  type Side,
} from './run-state.ts';
import { placesOf, type Execution } from './stages.ts';

/** When devices are lost for good, and how long the run needs until none can be. */
export interface Lockout {
  /** Devices that can still be lost. */
  readonly devices: number;
  /** Of them, those that are lost at their next reconnect, whenever it comes. */
  readonly atOnce: number;
  /** What ends first; null where none of it is known. */
  readonly first: {
    readonly at: string;
    readonly of: string;
    /** Null where it ends for several of them at once, as their CA does. */
    readonly box: string | null;
  } | null;
  /** Devices of which nothing is known that ends. */
  readonly notKnown: number;
  /** The run's own estimate, milliseconds, without the time that people take; null where there is no basis for one. */
  readonly needsMs: number | null;
  /** `pace`: measured by this run; `runbook`: estimated. */
  readonly basis: 'pace' | 'runbook';
}

type Needs = Pick<Lockout, 'needsMs' | 'basis'>;
type Spec = NonNullable<Runbook['lockout']>;

/** Nothing that can be said: nobody brings it any more, or the runbook has no estimates. */
const unknown: Needs = { needsMs: null, basis: 'runbook' };

/** Of a plan, before anything is done. Undefined where the runbook says nothing of it, or no device is known. */
export function plannedLockout(
  state: RunState,
  phases: readonly { stage: string; ms: number }[],
): Lockout | undefined {
  const { lockout } = state.runbook;
  if (lockout === undefined) return undefined;
  const last = phases.findLastIndex(
    ({ stage }) => stage === lockout.by || stage.startsWith(`${lockout.by}@`),
  );
  const ms = phases.slice(0, last + 1).reduce((sum, phase) => sum + phase.ms, 0);
  return lockoutOf(state, lockout, allTracks(state), { needsMs: ms === 0 ? null : ms, basis: 'runbook' });
}

/** Of a run as it stands; `device`: of that one alone, with the time that it takes itself. */
export function lockoutNow(execution: Execution, device?: string): Lockout | undefined {
  const { state, input } = execution;
  const { lockout } = state.runbook;
  if (lockout === undefined) return undefined;
  if (device === undefined) return lockoutOf(state, lockout, allTracks(state), needsNow(execution, lockout));
  const own = state.sides.flatMap((side) => {
    const track = side.devices.get(device);
    return track === undefined ? [] : [{ side, track }];
  });
  const by = state.runbook.stages.find(({ id }) => id === lockout.by);
  const ms = by === undefined ? 0 : estimateOf(by, own.length, input.options.lanes, state.inputs);
  return lockoutOf(state, lockout, own, { needsMs: ms === 0 ? null : ms, basis: 'runbook' });
}

function lockoutOf(
  state: RunState,
  spec: Spec,
  tracks: readonly PlacedTrack[],
  needs: Needs,
): Lockout | undefined {
  if (tracks.length === 0) return undefined;
  const open = tracks
    .map(({ side, track }) => ({ box: track.target.name, ...standOf(state, spec, side, track) }))
    .filter(({ isSafe }) => !isSafe);
  const first = firstOf(open);
  return {
    devices: open.length,
    atOnce: open.filter(({ isLostAtOnce }) => isLostAtOnce).length,
    first,
    notKnown: open.filter(({ end }) => end === undefined).length,
    ...(open.length === 0 ? unknown : needs),
  };
}

function firstOf(open: readonly (Stand & { readonly box: string })[]): Lockout['first'] {
  let first: { at: string; of: string; box: string } | undefined;
  for (const { end, box } of open)
    if (end !== undefined && (first === undefined || Date.parse(end.at) < Date.parse(first.at)))
      first = { ...end, box };
  if (first === undefined) return null;
  const { at, of, box } = first;
  const isShared = open.filter(({ end }) => end?.at === at && end.of === of).length > 1;
  return { at, of, box: isShared ? null : box };
}

interface Stand {
  readonly isSafe: boolean;
  readonly isLostAtOnce: boolean;
  readonly end?: { readonly at: string; readonly of: string };
}
const keptStands = createKept<DeviceTrack, Stand>();

/** Evaluated again only when something that it may refer to has changed. */
function standOf(state: RunState, spec: Spec, side: Side, track: DeviceTrack): Stand {
  const view = deviceView(state, side, track);
  return keptStands(track, [view], () => standIn(spec, view));
}

function standIn(spec: Spec, view: JsonObject): Stand {
  const isSafe = holds(spec.safe, view);
  const ends = isSafe
    ? []
    : spec.ends
        .flatMap(({ of, at }) => {
          const end = valueOrNull(at, view);
          return typeof end === 'string' && !Number.isNaN(Date.parse(end)) ? [{ at: end, of }] : [];
        })
        .sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
  const [end] = ends;
  return {
    isSafe,
    isLostAtOnce: !isSafe && holds(spec.atOnce, view),
    ...(end === undefined ? {} : { end }),
  };
}

/** Below this a rate is chance. */
const leastMs = 20_000;

/** From the stage that is under way to the one by whose end all are safe: by the pace of the run where it has one. */
function needsNow(execution: Execution, spec: Spec): Needs {
  const { state, input } = execution;
  const places = placesOf(state);
  const paths = [...state.steps.keys()];
  const at = places.findLastIndex(({ path }) =>
    paths.some((one) => one === path || one.startsWith(`${path}/`)),
  );
  const last = places.findLastIndex(({ stage }) => stage.id === spec.by);
  if (last < at || (last === at && state.steps.get(places[at]?.path ?? '')?.status === 'done'))
    return unknown;
  let basis: Lockout['basis'] = 'runbook';
  let needsMs = 0;
  for (const { side, stage, path } of places.slice(Math.max(0, at), last + 1)) {
    const tracks = [...side.devices.values()];
    if (isOff(state, side, stage)) continue;
    const isUnderWay = path === places[at]?.path && stage.on === 'devices';
    const left = isUnderWay
      ? tracks.filter(isOpen).length
      : tracks.filter(({ status }) => status !== 'skipped').length;
    const pace = isUnderWay ? msPerDevice(tracks, state.steps.get(path)?.startedAt) : undefined;
    if (pace !== undefined) basis = 'pace';
    needsMs += pace === undefined ? estimateOf(stage, left, input.options.lanes, state.inputs) : pace * left;
  }
  return { needsMs: needsMs === 0 ? null : Math.round(needsMs), basis };
}

function isOpen({ status }: DeviceTrack): boolean {
  return status === 'waiting' || status === 'running' || status === 'parked';
}

function isOff(state: RunState, side: Side, stage: Stage): boolean {
  return (
    stage.on === 'manager' &&
    stage.when !== undefined &&
    valueOrNull(stage.when, managerView(state, side)) === false
  );
}

function msPerDevice(tracks: readonly DeviceTrack[], startedAt: string | undefined): number | undefined {
  const done = tracks.filter(({ status }) => status === 'done').length;
  const took = startedAt === undefined ? 0 : Date.now() - Date.parse(startedAt);
  return done === 0 || took < leastMs ? undefined : took / done;
}
