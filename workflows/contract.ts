/**
 * Everything about the workflows that clients and workers may know: names, inputs, results, queries, updates. Types and plain
 * constants only; safe in the sandbox.
 */
import type { KnownRefusals, Refusal } from '../devices/session.ts';
import type { Json, JsonObject } from '../language/json.ts';
import type { Runbook, Stage } from '../language/runbook.ts';
import type { Decision, Halt, InCharge, Pause, TypedAnswer } from './decisions.ts';
import type { FleetRef } from './fleet-contract.ts';
import type { KnownFault, MetFault } from './known-fault.ts';
import type { DeviceWork } from './shard-messages.ts';
import type { StandingSession } from './standing-contract.ts';
import type { StepOutcome, Stretch } from './stretch-messages.ts';
import type { Plan } from './plan.ts';
import type { Question } from './question.ts';
import type { Lockout } from './lockout.ts';
import type { Allowance, Override, RolloutState } from './rollout/limits.ts';

export * from './decisions.ts';
export * from './fleet-contract.ts';
export * from './question.ts';
export type { Lockout } from './lockout.ts';
export type {
  Allowance,
  Override,
  PlannedRollout,
  RolloutState,
  WindowAnswer,
  WindowLook,
} from './rollout/limits.ts';
export { sizesText } from './rollout/waves.ts';
export * from './shard-messages.ts';
export * from './state-changes.ts';
export * from './standing-contract.ts';
export * from './stretch-messages.ts';
export type { KnownFault, MetFault } from './known-fault.ts';
export { needsPerson, restsUntil, settlesItself } from './attention.ts';
export { memoAtStart, scoreOf } from './score.ts';
export { typedText } from './typed-answer.ts';
export type { Plan, PlannedDevice, PlannedManager, PlannedStep } from './plan.ts';

/** Task queue of the worker that runs workflows and, without sites, all activities. */
export const taskQueue = 'runbook';

/** Task queue of the worker beside the boxes of a site, which runs activities only; `queue` is that of the workflows. */
export function siteQueue(queue: string, site: string): string {
  return `${queue}-site-${site}`;
}

/** Activity that a worker of a site answers at once: it is there. */
export const siteKnock = 'siteIsServed';

/** Workflow types. */
export const workflowTypes = {
  plan: 'planRunbook',
  run: 'runRunbook',
  device: 'deviceRun',
  fleet: 'fleetRun',
} as const;

/** Custom search attributes; the server must know them (`searchAttributes` lists names and types). */
export const searchAttributes = {
  RunbookName: 'Keyword',
  RunbookDigest: 'Keyword',
  RunPhase: 'Keyword',
  NeedsAttention: 'Bool',
  DeviceName: 'Keyword',
  ManagerName: 'Keyword',
  ChangeId: 'Keyword',
} as const;

/** Where the worker finds an inventory. Paths are those of the worker's machine; passwords stay in the files. */
export interface InventoryRef {
  readonly inventory: string;
  readonly knownHosts?: string;
  /** Over everything but secrets; recorded, and compared at the start. */
  readonly digest: string;
}

/** A box as the workflows name it. */
export interface TargetRef {
  /** Appliance UUID, once known. */
  readonly uuid?: string;
  readonly name: string;
  /** `host:port`. */
  readonly address: string;
  /** Key of the inventory entry; absent for a peer that the inventory does not list. */
  readonly entry?: string;
  readonly family?: string;
  /** Site whose worker reaches it. */
  readonly site?: string;
}

export type Severity = 'block' | 'accept' | 'warn';

/** Something about a box that the operator must know before, or instead of, going on. */
export interface Finding {
  readonly code: string;
  readonly severity: Severity;
  readonly text: string;
  /** Name of the box. */
  readonly box: string;
  readonly uuid?: string;
  readonly fault?: MetFault;
  /** Its device has been proven since: nothing is left to do about it. */
  readonly settled?: true;
  /** What it has in common with the findings of other boxes, as `credential:NAME`, `route:JUMP HOST`. */
  readonly cause?: string;
}

/** The envelope every activity takes. */
export interface ActionInput {
  readonly run: RunRef;
  readonly inventory: InventoryRef;
  /** The box acted on; absent for `engine` actions. */
  readonly target?: TargetRef;
  /** The manager of the run, for device actions. */
  readonly manager?: TargetRef;
  /** `<stage>/<step>` and attempt, counted by the workflow. */
  readonly step: string;
  readonly attempt: number;
  /** Evaluated `with:` of the step. */
  readonly params: JsonObject;
  readonly settings?: SiteSettings;
  /** A person asked for this attempt. */
  readonly askedFor?: boolean;
  /** Logins that were refused on any worker, and those after which a person said "once more". */
  readonly refusals?: KnownRefusals;
  /** What the operator answered to an unknown prompt; typed once, by this attempt. */
  readonly typed?: string;
  /** The screen that `typed` answers: at another one it is not sent. */
  readonly typedAt?: string;
  /** A person can be asked: a session that comes to an unknown prompt is kept open at it. */
  readonly mayStand?: true;
  /** What looked like a question of a command was none: it is given all of its time. */
  readonly patient?: true;
  /** The session that the attempt before this one has left at an unknown prompt, with what a person has answered. */
  readonly standing?: StandingSession & { readonly answer?: TypedAnswer };
  /** The run is being cancelled: what is under way is followed to its end, and nothing more is agreed to. */
  readonly stopping?: boolean;
  /** Looks that follow and are made in the same activity. */
  readonly then?: Stretch;
}

export interface RunRef {
  readonly workflowId: string;
  /** First execution id of the run: the fencing token in on-box locks. */
  readonly runId: string;
}

/** The envelope every activity returns. At most 64 KB. */
export interface ActionResult {
  /** Facts of the step. */
  readonly facts: Json;
  readonly findings?: readonly Finding[];
  /** What the faults mean that the findings name. */
  readonly faults?: readonly KnownFault[];
  /** Of the login, where that is a finding and no failure. */
  readonly refusal?: Refusal;
  /** One line for people: what was seen or done. */
  readonly note?: string;
  /** What became of the looks that followed, in order. */
  readonly then?: readonly StepOutcome[];
}

/** What an operator's settings file says about the looking of a run; the worker's own settings otherwise. Milliseconds. */
export interface SiteSettings {
  readonly readTaskTable: boolean;
  readonly readHaStatus: boolean;
  readonly pollGenerateMs: number;
  readonly verifyEveryMs: number;
  readonly verifyParkAfterMs: number;
  /** Durations as written; absent where the file says nothing: then the runbook's own hold. */
  readonly criticalTasks?: { readonly every?: string; readonly limit?: string };
  readonly verifySecondLookMs: number;
  /** How long a step may wait for the worker of its site; absent in runs of older clients. */
  readonly siteWorkerMs?: number;
}

export interface RunOptions {
  /** Only where the operator named a settings file. */
  readonly settings?: SiteSettings;
  /** Values of the runbook's inputs. */
  readonly inputs: JsonObject;
  /** Devices (names or uuids) to which device stages are limited; absent = all. */
  readonly devices?: readonly string[];
  /** Findings of severity `accept` that the operator accepts, by device name, with one reason. */
  readonly accepted: readonly string[];
  readonly acceptReason?: string;
  /** Where the operator's windows or budget are not those of the site. */
  readonly override?: Override;
  readonly changeId?: string;
  /** In a plan: logins that were refused before are tried once more. */
  readonly retryLogins?: boolean;
  /** Largest number of devices worked on at once. */
  readonly lanes: number;
}

export interface StartedBy {
  readonly identity: string;
  /** The yes to the plan was given on a terminal, or beforehand with `--yes`. */
  readonly approval: 'interactive' | 'unattended';
}

export interface PlanInput {
  readonly runbook: Runbook;
  readonly runbookDigest: string;
  readonly inventory: InventoryRef;
  readonly options: RunOptions;
}

export interface RunInput extends PlanInput {
  /** Of a large fleet, see {@link bulkMark}; its result then begins with it too. */
  readonly bulk?: true;
  readonly plan: Plan;
  readonly startedBy: StartedBy;
  /** The fleet that has started it. */
  readonly fleet?: FleetRef;
}

/** What a device run gets: one stage, its devices, the facts they may use, and nothing of other devices. */
export interface DeviceInput {
  /** In a shard, see {@link bulkMark}. */
  readonly bulk?: true;
  readonly runbook: Pick<Runbook, 'name' | 'version' | 'phases' | 'columns'>;
  readonly stage: Stage;
  readonly inventory: InventoryRef;
  readonly options: RunOptions;
  /** Absent in a plan. */
  readonly startedBy?: StartedBy;
  readonly run: RunRef;
  /** Absent where entries are asked. */
  readonly manager?: TargetRef;
  readonly managerFacts: JsonObject;
  /** All managers of the run with their facts; absent in runs of older workers. */
  readonly managers?: readonly JsonObject[];
  /** See `StepContext.mark`. */
  readonly mark?: string;
  /** Absent in runs of older workers, which had one {@link DeviceInput.device}. */
  readonly devices?: readonly DeviceWork[];
  /** A shard: its devices in this many lanes, its news in batches. Absent: a run of one device. */
  readonly lanes?: number;
  /** Activities go on with the looks that follow; absent in runs of older workers. */
  readonly stretches?: true;
  /** A shard: how often it tells, at first, what nobody waits for; absent in shards of older workers. */
  readonly newsEveryMs?: number;
  /** Only looks: what cannot be seen is a finding of the plan or run, nobody is asked. */
  readonly looking?: 'plan' | 'run';
  /** Of a shard in a stage with a rollout. */
  readonly allowance?: Allowance;
  readonly device?: TargetRef;
  readonly deviceFacts?: JsonObject;
  readonly phase?: string;
  /** Of logins, before it began. */
  readonly refusals?: KnownRefusals;
  /** Tell the parent about every step; only for runs small enough that the signals do not matter. */
  readonly chatty: boolean;
}

export interface DeviceResult {
  readonly status: DeviceStatus;
  readonly phase: string;
  /** Facts made by the stage's steps. */
  readonly facts: JsonObject;
  readonly note: string | null;
  readonly decisions: readonly Decision[];
  readonly findings: readonly Finding[];
  readonly faults?: readonly KnownFault[];
  /** Attempts by step, of a device that is not done: it may be begun again. */
  readonly attempts?: Readonly<Record<string, number>>;
}

/** Signal from a device run to its parent: where it stands. */
export interface DeviceNews {
  readonly uuid: string;
  /** UUID of the manager that the device is dealt with for. */
  readonly manager?: string;
  /** Counts the news of one device run: signals may overtake each other. */
  readonly number?: number;
  readonly status: DeviceStatus;
  readonly phase: string;
  readonly step: string;
  readonly facts?: JsonObject;
  readonly questions: readonly Question[];
  readonly faults?: readonly KnownFault[];
  /** What was decided about this device so far. */
  readonly decisions?: readonly Decision[];
  /** It stands before a step that changes the box, because the run is paused. */
  readonly held?: boolean;
  /** Of logins, that it has met or been told of. */
  readonly refusals?: KnownRefusals;
}
export const deviceNewsSignal = 'deviceNews';
/** Signal from a parent to its device runs: finish what is under way, begin nothing. */
export const stopSignal = 'stop';
/** Signals from a parent to its device runs: begin nothing that changes the box ({@link Pause}); go on. */
export const pauseSignal = 'pause';
export const resumeSignal = 'resume';

export type DeviceStatus = 'waiting' | 'running' | 'parked' | 'done' | 'skipped' | 'needs-hands';

export interface StepState {
  readonly path: string;
  readonly title: string;
  readonly status: 'waiting' | 'running' | 'done' | 'not-needed' | 'parked' | 'skipped';
  readonly attempt: number;
  readonly note?: string;
  readonly startedAt?: string;
  readonly endedAt?: string;
}

export type RunOutcome =
  'running' | 'waiting' | 'done' | 'devices-left' | 'cancelled' | 'refused' | 'failed' | 'unknown';

/** Answer of the `state` query and result of a closed run; `-o json` prints it. */
export interface RunDocument {
  readonly schemaVersion: 1;
  readonly kind: 'run';
  readonly run: string;
  readonly runbook: { readonly name: string; readonly version: number; readonly digest: string };
  readonly outcome: RunOutcome;
  /** By the table of exit codes. */
  readonly exitCode: number;
  readonly summary: string;
  readonly startedAt: string;
  readonly endedAt?: string;
  readonly startedBy: StartedBy;
  /** The starter, until somebody takes over; absent in a plan. */
  readonly inCharge?: InCharge;
  /** Until `resume`, or the end of the run. */
  readonly paused?: Halt;
  /** From `cancel` until the run is closed. */
  readonly cancelling?: Halt;
  readonly changeId?: string;
  readonly managers: readonly (JsonObject & { name: string; uuid: string; address: string })[];
  readonly devices: readonly DeviceDocument[];
  readonly steps: readonly StepState[];
  /** Stages in waves, under a budget, or in windows, once they are begun. */
  readonly rollouts?: readonly RolloutState[];
  /** When devices are lost, against how long the run needs; absent where the runbook says nothing of it. */
  readonly lockout?: Lockout;
  readonly questions: readonly Question[];
  readonly decisions: readonly Decision[];
  /** What people asked of the run and it refused, with the reason. */
  readonly refused?: readonly Decision[];
  readonly findings: readonly Finding[];
  /** The known faults that findings and questions name, each once. */
  readonly faults?: readonly KnownFault[];
  readonly leftToDo: readonly string[];
  readonly inputs: JsonObject;
  /** Phases of a device as the runbook declares them, in order. */
  readonly phases: Runbook['phases'];
}

export type DeviceDocument = JsonObject & {
  uuid: string;
  name: string;
  /** Name of the manager: a device under a pair stands in the document once for each. */
  manager: string;
  address: string;
  status: DeviceStatus;
  phase: string;
  proven: boolean;
  question: string | null;
  note: string | null;
  leftToDo: string[];
  /** Until it is released. */
  hold?: { since: string; by: string; reason: string };
};

/** Memo key with the {@link RunMemo}: what can be read without a worker. */
export const memoKey = 'run';

/** Short state of a run, upserted at every turn, so that reading works without a worker. */
export interface RunMemo {
  readonly outcome: RunOutcome;
  readonly phase: string;
  readonly step: string;
  readonly score: {
    readonly done: number;
    readonly running: number;
    readonly waiting: number;
    readonly failed: number;
    readonly notStarted: number;
  };
  readonly paused?: Pause;
  /** Names of held devices, at most 5, and how many there are. */
  readonly held?: { readonly names: readonly string[]; readonly count: number };
  /** At most 5; of those with one cause the first. */
  readonly questions: readonly Pick<
    Question,
    'id' | 'workflowId' | 'box' | 'code' | 'text' | 'answers' | 'needs' | 'cause' | 'settlesAt'
  >[];
}
