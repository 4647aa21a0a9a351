import { evaluateExpression } from '../language/condition.ts';
import type { Json, JsonObject } from '../language/json.ts';
import type { Runbook } from '../language/runbook.ts';
import type { DeviceStatus, Finding, PlanInput, Question, StepState, TargetRef } from './contract.ts';

/** A device as the run follows it. */
export interface DeviceTrack {
  readonly target: TargetRef;
  status: DeviceStatus;
  phase: string;
  step: string;
  note: string | null;
  facts: JsonObject;
  questions: readonly Question[];
}

/** What the run knows: facts of entries, manager and devices, findings, and where every step stands. Plain data, changed in place. */
export interface RunState {
  readonly runbook: Runbook;
  readonly inputs: JsonObject;
  stage: string;
  entries: JsonObject[];
  manager: TargetRef | undefined;
  managerFacts: JsonObject;
  /** Facts that a manager step made per device, by step and uuid; kept apart so that no device gets those of the others. */
  readonly byDevice: Map<string, Record<string, Json>>;
  readonly devices: Map<string, DeviceTrack>;
  readonly findings: Finding[];
  readonly steps: Map<string, StepState>;
  readonly attempts: Map<string, number>;
}

export function createRunState(input: PlanInput): RunState {
  return {
    runbook: input.runbook,
    inputs: input.options.inputs,
    stage: '',
    entries: [],
    manager: undefined,
    managerFacts: {},
    byDevice: new Map(),
    devices: new Map(),
    findings: [],
    steps: new Map(),
    attempts: new Map(),
  };
}

/**
 * Notes a finding. What was said of an entry before anybody knew which device it is gives way to what is said of the device for
 * the same reason: only there it is known how much it matters.
 */
export function addFinding(state: RunState, finding: Finding): void {
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

/** Takes a manager step's facts; a `byDevice` part goes to the devices and not to the manager. */
export function setManagerFacts(state: RunState, step: string, facts: Json): void {
  if (typeof facts === 'object' && facts !== null && !Array.isArray(facts) && 'byDevice' in facts) {
    const { byDevice, ...own } = facts;
    state.byDevice.set(step, byDevice as Record<string, Json>);
    state.managerFacts[step] = own;
    return;
  }
  state.managerFacts[step] = facts;
}

/** Facts of one device as conditions see them: `device.<name>`. */
export function deviceFacts(state: RunState, track: DeviceTrack): JsonObject {
  const facts: JsonObject = {};
  for (const [step, byDevice] of state.byDevice) {
    const own = track.target.uuid === undefined ? undefined : byDevice[track.target.uuid];
    if (own !== undefined) facts[step] = own;
  }
  return {
    ...facts,
    ...track.facts,
    uuid: track.target.uuid ?? '',
    name: track.target.name,
    address: track.target.address,
    status: track.status,
    phase: track.phase,
  };
}

/** Facts as the conditions of a manager stage see them. */
export function managerView(state: RunState): JsonObject {
  return {
    inputs: state.inputs,
    entries: state.entries,
    manager: state.managerFacts,
    devices: [...state.devices.values()].map((track) => deviceFacts(state, track)),
  };
}

/** Facts as the conditions of a device stage see them: nothing of the other devices. */
export function deviceView(state: RunState, track: DeviceTrack): JsonObject {
  return {
    inputs: state.inputs,
    entries: [],
    manager: state.managerFacts,
    device: deviceFacts(state, track),
  };
}

/** The columns that can be told from the facts so far; those that cannot are null. */
export function columns(expressions: Record<string, string>, facts: JsonObject): JsonObject {
  const values: JsonObject = {};
  for (const [name, expression] of Object.entries(expressions)) values[name] = tryEvaluate(expression, facts);
  return values;
}

/** Value of an expression, or null where a fact is not known yet. */
export function tryEvaluate(expression: string, facts: JsonObject): Json {
  try {
    return evaluateExpression(expression, facts);
  } catch {
    return null;
  }
}

/** Reads the list of devices that the runbook names, once its facts are known. */
export function enterDevices(state: RunState, only: readonly string[] | undefined): void {
  if (state.devices.size > 0) return;
  const listed =
    state.runbook.devices === undefined
      ? state.entries.filter((entry) => entry['family'] === state.runbook.families.device)
      : evaluateExpression(state.runbook.devices, managerView(state));
  for (const item of listed as JsonObject[]) {
    const target = targetOf(item);
    if (target.uuid === undefined) continue;
    const isChosen = only === undefined || only.includes(target.name) || only.includes(target.uuid);
    state.devices.set(target.uuid, {
      target,
      status: isChosen ? 'waiting' : 'skipped',
      phase: '',
      step: '',
      note: isChosen ? null : 'not among the devices chosen for this run',
      facts: {},
      questions: [],
    });
  }
}

export function targetOf(item: JsonObject): TargetRef {
  const text = (key: string): string | undefined =>
    typeof item[key] === 'string' && item[key] !== '' ? item[key] : undefined;
  const uuid = text('uuid');
  const entry = text('entry');
  const family = text('family');
  return {
    name: text('name') ?? uuid ?? text('address') ?? '?',
    address: text('address') ?? '',
    ...(uuid === undefined ? {} : { uuid }),
    ...(entry === undefined ? {} : { entry }),
    ...(family === undefined ? {} : { family }),
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
