import type { JsonObject } from '../language/json.ts';
import {
  deviceKey,
  type DeviceInput,
  type DeviceNews,
  type DeviceResult,
  type DeviceStatus,
  type DeviceWork,
  type Finding,
  type KnownFault,
} from './contract.ts';
import { notBegunNote } from './device-lanes.ts';
import { isFailure } from './choose-questions.ts';
import { addFinding, boxFacts } from './run-state.ts';
import { createStretches } from './stretches.ts';
import { runSteps, type StepContext, type StepEnd } from './steps/index.ts';

/** One device on its way through a stage. */
export interface DeviceAtWork {
  readonly key: string;
  readonly name: string;
  status(): DeviceStatus;
  /** Changes with all that a parent is told; with every step where `inDetail`. */
  standing(inDetail: boolean): string;
  /** Where it stands, without its number. */
  news(): DeviceNews;
  /** Takes it through the steps. A failed step parks with a question; it ends when it is done, left out, or the run is cancelled. */
  run(): Promise<void>;
  /** Waits, not begun, for the end of a pause or of its hold. */
  resumed(): Promise<void>;
  /** It stands at a question, or is held. */
  standsStill(): boolean;
  /** It is not begun any more: the run is over, or a person leaves it out and says why. */
  leaveOut(reason?: string): void;
  /** It was not begun; the parent may begin it later. */
  handBack(): void;
  /** It stands at a failure, or has not come through since, or was left out at one. */
  failed(): boolean;
  /** Undefined until it has ended. */
  result(): DeviceResult | undefined;
  /** Something has happened at its desk. */
  deskChanged(): void;
}

/** `onChange` runs after every step, phase and turn of the desk, in the same breath. In a shard it waits for its lane first. */
export function createDeviceAtWork(
  input: DeviceInput,
  work: DeviceWork,
  { desk, refusals }: Pick<StepContext, 'desk' | 'refusals'>,
  onChange: () => void,
): DeviceAtWork {
  const { stage, looking } = input;
  const mark = input.mark ?? '';
  const made: JsonObject = {};
  const findings: Finding[] = [];
  const faults = new Map<string, KnownFault>();
  const attempts = new Map<string, number>(Object.entries(work.attempts ?? {}));
  let status: DeviceStatus = input.lanes === undefined ? 'running' : 'waiting';
  let phase = work.phase;
  let step = '';
  let result: DeviceResult | undefined;
  let failed = false;

  const changed = (): void => {
    if (result !== undefined) return;
    failed ||= desk.open().some(isFailure);
    if (status !== 'waiting') status = desk.open().length > 0 ? 'parked' : 'running';
    onChange();
  };
  const faultList = (): Pick<DeviceResult, 'faults'> =>
    faults.size === 0 ? {} : { faults: [...faults.values()] };
  const close = (last: Pick<DeviceResult, 'status' | 'note'>): void => {
    result = {
      ...last,
      phase,
      facts: made,
      decisions: desk.decisions(),
      findings,
      ...faultList(),
      ...(last.status === 'done' || attempts.size === 0 ? {} : { attempts: Object.fromEntries(attempts) }),
    };
    status = last.status;
    failed = status === 'needs-hands' || (failed && status !== 'done');
    onChange();
  };

  const context: StepContext = {
    mode: looking ?? 'run',
    stage,
    mark,
    target: work.target,
    isDevice: true,
    onFailure: looking === undefined ? 'park' : 'finding',
    desk,
    refusals,
    startedBy: input.startedBy,
    facts: () =>
      stage.on === 'entries'
        ? { inputs: input.options.inputs, ...made }
        : {
            inputs: input.options.inputs,
            entries: [],
            manager: { ...input.managerFacts, ...(input.manager && boxFacts(input.manager)) },
            managers: [...(input.managers ?? [])],
            device: { ...work.facts, ...made, ...boxFacts(work.target), status, phase },
          },
    setFacts: (id, value) => {
      // What an entry says of itself are its own facts, whichever step asked.
      if (stage.on === 'entries') Object.assign(made, value);
      else made[id] = value;
    },
    finding: (finding) => {
      addFinding({ findings, sides: [] }, finding);
    },
    knownFault: (fault) => {
      faults.set(fault.id, fault);
    },
    enterPhase: (next) => {
      phase = next;
      changed();
    },
    boxState: () => input.runbook.phases.find((candidate) => candidate.id === phase)?.ifStopped ?? '',
    report: (state) => {
      step = state.path;
      changed();
    },
    envelope: (stepId) => ({
      run: input.run,
      inventory: input.inventory,
      target: work.target,
      ...(input.manager === undefined ? {} : { manager: input.manager }),
      ...(input.options.settings === undefined ? {} : { settings: input.options.settings }),
      step: `${stage.id}${mark}/${stepId}`,
      ...refusals.known(),
    }),
    ...(input.stretches === true && stage.on === 'devices'
      ? { stretches: createStretches(stage.steps, () => context.facts()) }
      : {}),
    nextAttempt: (stepId) => {
      const attempt = (attempts.get(stepId) ?? 0) + 1;
      attempts.set(stepId, attempt);
      return attempt;
    },
  };

  return {
    key: deviceKey(work.target),
    name: work.target.name,
    status: () => status,
    standing: (inDetail) =>
      [
        status,
        phase,
        ...desk.open().map(({ id }) => id),
        ...(inDetail ? [step, String(desk.held())] : []),
      ].join('\n'),
    news: () => ({
      uuid: work.target.uuid ?? '',
      manager: input.manager?.uuid ?? '',
      status,
      phase,
      step,
      facts: { ...made },
      questions: desk.open(),
      ...faultList(),
      decisions: desk.decisions(),
      held: desk.held(),
    }),
    resumed: () => desk.resumed(work.target.uuid),
    standsStill: () => status === 'parked' || (desk.held() && desk.holds().has(work.target.uuid ?? '')),
    async run() {
      // A person has left it out meanwhile.
      if (result !== undefined) return;
      status = 'running';
      close(closing(await runSteps(stage.steps, context)));
    },
    leaveOut(reason) {
      close(
        reason === undefined
          ? { status: 'needs-hands', note: notBegunNote }
          : { status: 'skipped', note: reason },
      );
    },
    handBack() {
      if (result !== undefined) return;
      close({ status: 'waiting', note: null });
    },
    failed: () => failed,
    result: () => result,
    deskChanged: changed,
  };
}

function closing(end: StepEnd): { status: DeviceStatus; note: string | null } {
  switch (end.end) {
    case 'next':
    case 'back':
      return { status: 'done', note: null };
    case 'skipped':
      return { status: 'skipped', note: end.note };
    case 'refused':
      return { status: 'needs-hands', note: end.note };
    case 'stopped':
      return {
        status: 'needs-hands',
        note: `The run was cancelled before this device was finished.${end.note === undefined ? '' : ` It stood at: ${end.note}`}`,
      };
  }
}
