import { evaluateExpression, valueOrNull } from '../language/condition.ts';
import type { Json, JsonObject } from '../language/json.ts';
import type { Runbook, Stage } from '../language/runbook.ts';
import type {
  Decision,
  DeviceStatus,
  Finding,
  KnownFault,
  PlanInput,
  Question,
  StepState,
  TargetRef,
  DeviceResult,
} from './contract.ts';
import { createKept } from './kept.ts';
import { createRefusals, type Refusals } from './refusals.ts';

/** A device as the run follows it. */
export interface DeviceTrack {
  readonly target: TargetRef;
  status: DeviceStatus;
  phase: string;
  step: string;
  note: string | null;
  /** Replaced with each change, never changed in place: what is made of them is kept for as long as they are the same. */
  facts: Readonly<JsonObject>;
  questions: readonly Question[];
  /** Number of the newest news of its device run. */
  newest: number;
  /** Decisions that the device's run has told of and not yet handed over. */
  decisions: readonly Decision[];
  /** It stands before a step that changes the box, because the run is paused or the device is held. */
  held: boolean;
  /** It has stood at a failure in a stage with a rollout, and has not come through since. */
  failed: boolean;
  /** It has stood at a failure in a stage with a rollout, and came through after all. */
  repaired?: boolean;
  /** The one of its group that it comes after, in a stage with a rollout. */
  after?: DeviceTrack | undefined;
  /** Place in `Execution.gone` of the stage that it is in, or was in last; -1 before there is one. */
  at: number;
  /** How often its device runs were begun again after it had ended. */
  again: number;
  /** Attempts of its steps in the stage that it ended in, so that ids go on counting. */
  attempts: Readonly<Record<string, number>>;
}

/** A device in the side that it is dealt with for. */
export interface PlacedTrack {
  readonly side: Side;
  readonly track: DeviceTrack;
}

/**
 * One manager of a run and everything known from its point of view. A device under a pair of managers occurs in both sides: it has
 * a folder, a certificate and a tunnel for each of them.
 */
export interface Side {
  readonly manager: TargetRef;
  /** Replaced with each change, like those of a device. */
  managerFacts: Readonly<JsonObject>;
  /** Facts that a manager step made per device, by step and uuid; kept apart so that no device gets those of the others. Replaced with each change. */
  byDevice: ReadonlyMap<string, Record<string, Json>>;
  readonly devices: Map<string, DeviceTrack>;
}

/** What the run knows: facts of entries, managers and devices, findings, and where every step stands. Plain data, changed in place. */
export interface RunState {
  readonly runbook: Runbook;
  readonly inputs: JsonObject;
  stage: string;
  entries: JsonObject[];
  /** In the order in which they are dealt with; empty until the entries have said what they are. */
  sides: Side[];
  readonly findings: Finding[];
  /** By id: what the faults mean that findings and questions name. */
  readonly faults: Map<string, KnownFault>;
  readonly steps: Map<string, StepState>;
  readonly attempts: Map<string, number>;
  /** Of logins. */
  readonly refusals: Refusals;
}

/** `refusals`: what is known of refused logins from before. */
export function createRunState(input: PlanInput, refusals = createRefusals()): RunState {
  return {
    runbook: input.runbook,
    inputs: input.options.inputs,
    stage: '',
    entries: [],
    sides: [],
    findings: [],
    faults: new Map(),
    steps: new Map(),
    attempts: new Map(),
    refusals,
  };
}

/** Stands where a runbook has no managers: its devices have a side of their own, and nobody above them. */
export const nobody: TargetRef = { name: '', address: '' };

/** The managers of the run; none where the runbook has none. */
export function managersOf(state: Pick<RunState, 'sides'>): Side[] {
  return state.sides.filter(({ manager }) => manager !== nobody);
}

export function createSide(manager: TargetRef): Side {
  return { manager, managerFacts: {}, byDevice: new Map(), devices: new Map() };
}

/** Puts the sides into the order that the runbook wants, as far as it can be told; else they stay as the inventory has them. */
export function sortSides(state: RunState): void {
  const { managers } = state.runbook;
  if (managers === undefined || state.sides.length < 2) return;
  const rank = (side: Side): number => Number(valueOrNull(managers.order, managerView(state, side)) ?? 0);
  state.sides.sort((a, b) => rank(a) - rank(b));
}

/** What tells the steps of one side from those of the others; empty where there is just one. */
export function sideMark(state: RunState, side: Side): string {
  return state.sides.length < 2 ? '' : `@${side.manager.name}`;
}

/** Path of a stage, as it begins those of its steps; `side`: undefined in a stage on the entries. */
export function stagePath(state: RunState, side: Side | undefined, { id }: Pick<Stage, 'id'>): string {
  return `${id}${side === undefined ? '' : sideMark(state, side)}`;
}

export function allTracks(state: RunState): PlacedTrack[] {
  return state.sides.flatMap((side) => [...side.devices.values()].map((track) => ({ side, track })));
}

/** The device of this name or UUID, once for each manager; a text where there is none, or where the name is not enough. */
export function devicesNamed(state: RunState, device: string): PlacedTrack[] | string {
  const named = allTracks(state).filter(
    ({ track: { target } }) => target.name === device || target.uuid === device,
  );
  // Of several with one name the one that asks is meant.
  const asking = named.filter(({ track }) => track.questions.length > 0);
  const found = asking.length > 0 ? asking : named;
  const uuids = [...new Set(found.map(({ track }) => track.target.uuid ?? ''))];
  if (found.length === 0) return `This run knows no device ${device} (yet).`;
  return uuids.length === 1
    ? found
    : `Several devices are called ${device}; name one by its UUID: ${uuids.join(', ')}.`;
}

/**
 * Notes a finding. What was said of an entry before anybody knew which device it is gives way to what is said of the device for
 * the same reason: only there it is known how much it matters.
 */
export function addFinding(state: Pick<RunState, 'findings' | 'sides'>, finding: Finding): void {
  // The same thing seen from both sides of a pair is one thing.
  if (state.sides.length > 1) {
    const text = JSON.stringify(finding);
    const isKnown = (candidate: Finding): boolean =>
      candidate.box === finding.box && candidate.code === finding.code && JSON.stringify(candidate) === text;
    if (state.findings.some(isKnown)) return;
  }
  const { fault } = finding;
  const metBefore =
    fault === undefined
      ? -1
      : state.findings.findIndex(
          (candidate) => candidate.fault?.id === fault.id && candidate.box === finding.box,
        );
  // Once per fault and box, as it was seen last; what forbids the run stays.
  if (metBefore >= 0 && state.findings[metBefore]?.severity === finding.severity)
    state.findings.splice(metBefore, 1);
  const earlier = state.findings.findIndex(
    (candidate) =>
      candidate.uuid === undefined &&
      finding.uuid !== undefined &&
      candidate.box === finding.box &&
      candidate.code === finding.code,
  );
  if (earlier >= 0) state.findings.splice(earlier, 1);
  state.findings.push(finding);
}

/** Notes what a device run has found. */
export function addFindings(
  state: RunState,
  { findings, faults }: Pick<DeviceResult, 'findings'> & Partial<Pick<DeviceResult, 'faults'>>,
): void {
  for (const finding of findings) addFinding(state, finding);
  for (const fault of faults ?? []) state.faults.set(fault.id, fault);
}

/** Takes a manager step's facts; a `byDevice` part goes to the devices and not to the manager. */
export function setManagerFacts(side: Side, step: string, facts: Json): void {
  if (typeof facts === 'object' && facts !== null && !Array.isArray(facts) && 'byDevice' in facts) {
    const { byDevice, ...own } = facts;
    side.byDevice = new Map([...side.byDevice, [step, byDevice as Record<string, Json>]]);
    side.managerFacts = { ...side.managerFacts, [step]: own };
    return;
  }
  side.managerFacts = { ...side.managerFacts, [step]: facts };
}

const keptFacts = createKept<DeviceTrack, JsonObject>();

/** Facts of one device as conditions see them: `device.<name>`; the same object as long as nothing of them has changed. */
export function deviceFacts(side: Side, track: DeviceTrack): JsonObject {
  const { target, status, phase } = track;
  return keptFacts(track, [side.byDevice, track.facts, status, phase], () => {
    const facts: JsonObject = {};
    for (const [step, byDevice] of side.byDevice) {
      const own = target.uuid === undefined ? undefined : byDevice[target.uuid];
      if (own !== undefined) facts[step] = own;
    }
    return { ...facts, ...track.facts, ...boxFacts(target), status, phase };
  });
}

/** What every box has without a step. */
export function boxFacts(target: TargetRef): JsonObject {
  return {
    uuid: target.uuid ?? '',
    name: target.name,
    address: target.address,
    entry: target.entry ?? '',
    family: target.family ?? '',
    site: target.site ?? '',
  };
}

/** `managers`: each with its facts, without what is listed per device. */
export function managersView(state: RunState): JsonObject[] {
  return managersOf(state).map((side) => ({ ...withoutLists(side.managerFacts), ...boxFacts(side.manager) }));
}

/** Lists over all devices stay with their manager: others need nothing of them, and each copy would cost. */
export function withoutLists(facts: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(facts).map(([step, value]) => {
      if (typeof value !== 'object' || value === null || Array.isArray(value) || !('devices' in value))
        return [step, value];
      return [step, Object.fromEntries(Object.entries(value).filter(([key]) => key !== 'devices'))];
    }),
  );
}

/**
 * Facts as the conditions of a manager stage see them; before there is a manager, those of the entries. For use at once: the devices
 * are listed when they are asked for, which most conditions never do.
 */
export function managerView(state: RunState, side: Side | undefined): JsonObject {
  let devices: JsonObject[] | undefined;
  return {
    inputs: state.inputs,
    entries: state.entries,
    manager: side === undefined ? {} : { ...side.managerFacts, ...boxFacts(side.manager) },
    managers: managersView(state),
    get devices() {
      devices ??=
        side === undefined ? [] : [...side.devices.values()].map((track) => deviceFacts(side, track));
      return devices;
    },
  };
}

const keptDeviceViews = createKept<DeviceTrack, JsonObject>();

/** Facts as the conditions of a device stage see them: nothing of the other devices. The same object as long as nothing of it has changed. */
export function deviceView(state: RunState, side: Side, track: DeviceTrack): JsonObject {
  const shared = sharedView(state, side);
  const device = deviceFacts(side, track);
  return keptDeviceViews(track, [shared, device], () => ({ ...shared, device }));
}

const keptSharedViews = createKept<Side, JsonObject>();

/** What the devices of a side see in common. */
function sharedView(state: RunState, side: Side): JsonObject {
  const from = state.sides.flatMap((one) => [one, one.managerFacts]);
  return keptSharedViews(side, from, () => ({
    inputs: state.inputs,
    entries: [],
    manager: { ...side.managerFacts, ...boxFacts(side.manager) },
    managers: managersView(state),
  }));
}

const keptColumns = createKept<DeviceTrack, JsonObject>();

/** The runbook's columns of a device; evaluated again only when something that they may refer to has changed. */
export function deviceColumns(state: RunState, side: Side, track: DeviceTrack): JsonObject {
  const view = deviceView(state, side, track);
  return keptColumns(track, [view], () => columns(state.runbook.columns.device, view));
}

/** The columns that can be told from the facts so far; those that cannot are null. */
export function columns(expressions: Record<string, string>, facts: JsonObject): JsonObject {
  const values: JsonObject = {};
  for (const [name, expression] of Object.entries(expressions)) values[name] = valueOrNull(expression, facts);
  return values;
}

/** Reads the list of devices that the runbook names, once its facts are known. */
export function enterDevices(state: RunState, side: Side, only: readonly string[] | undefined): void {
  if (side.devices.size > 0) return;
  const listed =
    state.runbook.devices === undefined
      ? state.entries.filter((entry) => entry['family'] === state.runbook.families.device)
      : evaluateExpression(state.runbook.devices, managerView(state, side));
  const sites = new Map<unknown, unknown>(state.entries.map(({ entry, site }) => [entry, site]));
  for (const item of listed as JsonObject[]) {
    const named = targetOf(item);
    // A manager lists its devices by what it knows of them; where they lie says the inventory.
    const site = sites.get(named.entry);
    const target = typeof site === 'string' ? { ...named, site } : named;
    if (target.uuid === undefined) continue;
    const isChosen = only === undefined || only.includes(target.name) || only.includes(target.uuid);
    side.devices.set(target.uuid, {
      target,
      status: isChosen ? 'waiting' : 'skipped',
      phase: '',
      step: '',
      note: isChosen ? null : 'not among the devices chosen for this run',
      facts: {},
      questions: [],
      newest: 0,
      decisions: [],
      held: false,
      at: -1,
      again: 0,
      attempts: {},
      failed: false,
    });
  }
}

export function targetOf(item: JsonObject): TargetRef {
  const text = (key: string): string | undefined =>
    typeof item[key] === 'string' && item[key] !== '' ? item[key] : undefined;
  const uuid = text('uuid');
  const entry = text('entry');
  const family = text('family');
  const site = text('site');
  return {
    name: text('name') ?? uuid ?? text('address') ?? '?',
    address: text('address') ?? '',
    ...(uuid === undefined ? {} : { uuid }),
    ...(entry === undefined ? {} : { entry }),
    ...(family === undefined ? {} : { family }),
    ...(site === undefined ? {} : { site }),
  };
}

/** May the run go on to change something? Findings that forbid it, after what the operator accepted. */
export function forbidding(findings: readonly Finding[], accepted: readonly string[]): Finding[] {
  return findings.filter(
    (finding) =>
      finding.severity === 'block' ||
      (finding.severity === 'accept' &&
        !accepted.includes(finding.box) &&
        !accepted.includes(finding.uuid ?? '')),
  );
}
