/** A fleet: many managers in one night, one run above the runs of each. Part of the contract: types and plain constants only. */
import type {
  ApprovalNeed,
  Decision,
  DecisionInput,
  DeviceStatus,
  InCharge,
  InventoryRef,
  Pause,
  Plan,
  Question,
  RunMemo,
  RunOptions,
  RunOutcome,
  StartedBy,
} from './contract.ts';
import type { Runbook } from '../language/runbook.ts';

/** How much of a fleet may be under way at once, and how much of it may fail. */
export interface FleetLimits {
  /** Members at work at once. */
  readonly fmcs: number;
  /** Devices worked on at once over all members: dealt out as lanes to those that begin. */
  readonly devices: number;
  /** Members that may have failed, a number or a percentage of all; with more of them no further one is begun. */
  readonly budget: number | string;
}

/** The member that goes first, alone. */
export interface FleetCanary {
  readonly member: string;
  /** Nothing after it begins before a person has agreed. */
  readonly approve: boolean;
}

/** A member as the fleet run gets it: what its run is started with. */
export interface FleetMember {
  readonly name: string;
  /** Members of a lower order are closed before this one begins. */
  readonly order: number;
  readonly inventory: InventoryRef;
  readonly options: RunOptions;
  /** Its plan, without what only people read (see `memberPlan`): the fleet's history holds it twice. */
  readonly plan: Plan;
  /** Devices that the plan found. */
  readonly devices: number;
}

/** A member that the operator has left out, and why. */
export interface LeftOut {
  readonly name: string;
  readonly reason: string;
}

export interface FleetInput {
  /** `file`: where the operator's file lies, for the commands that are shown. */
  readonly fleet: { readonly name: string; readonly digest: string; readonly file: string };
  readonly runbook: Runbook;
  readonly runbookDigest: string;
  readonly members: readonly FleetMember[];
  readonly leftOut: readonly LeftOut[];
  readonly limits: FleetLimits;
  readonly canary?: FleetCanary;
  readonly startedBy: StartedBy;
  readonly changeId?: string;
}

/** Where a run tells how it stands. */
export interface FleetRef {
  readonly workflowId: string;
  /** What the fleet calls the run. */
  readonly member: string;
}

/** What a closed member leaves for the summary of the fleet. */
export interface MemberEnd {
  readonly outcome: RunOutcome;
  readonly exitCode: number;
  readonly summary: string;
  readonly startedAt: string;
  readonly endedAt: string;
  readonly score: RunMemo['score'];
  /** Devices by the phase they have reached. */
  readonly phases: Readonly<Record<string, number>>;
  /** The first few; the report of the member has all. */
  readonly leftToDo: readonly string[];
  /** How many there are. */
  readonly left: number;
}

/** Signal from a run to the fleet: sent only when a person has something to do, or has it no more. */
export interface MemberNews {
  readonly member: string;
  /** Counts the news of one run: signals may overtake each other. */
  readonly number: number;
  readonly outcome: RunOutcome;
  readonly score: RunMemo['score'];
  readonly paused?: Pause;
  /** At most 5. */
  readonly questions: RunMemo['questions'];
  /** How many are open. */
  readonly asking: number;
  /** How many of them are about something that went wrong. */
  readonly failing: number;
  /** How many of them settle themselves: nobody has to answer those. */
  readonly settling?: number;
  /** Only to a fleet that has not started the run: that one learns it from the run's result. */
  readonly end?: MemberEnd;
}
export const memberNewsSignal = 'memberNews';
/** Signal from a fleet to a run that somebody else has started: tell me too. */
export const followSignal = 'follow';

/** Signal from a fleet to the runs it has started: what a person said to all of them. */
export interface FleetWord {
  readonly verb: 'pause' | 'resume' | 'note' | 'takeover' | 'cancel';
  readonly input: DecisionInput;
}
export const fleetWordSignal = 'fleetWord';

/** A member as the fleet's document shows it. */
export interface MemberState {
  readonly name: string;
  /** Workflow id of its run: questions are answered there. */
  readonly run: string;
  /** Name of its (first) manager; empty where the runbook has none. */
  readonly manager: string;
  readonly uuid: string;
  /** `parked`: nothing of it can move without a person; `needs-hands`: closed, and something is left. */
  readonly status: DeviceStatus;
  /** Not begun until somebody releases it. */
  readonly held: boolean;
  /** Somebody else has started its run: it is followed, and pause and cancel of the fleet do not reach it. */
  readonly followed: boolean;
  readonly order: number;
  readonly devices: number;
  /** Devices it may work on at once; 0 before it is begun. */
  readonly lanes: number;
  readonly outcome: RunOutcome | null;
  readonly exitCode: number | null;
  readonly score: RunMemo['score'];
  readonly phases: Readonly<Record<string, number>>;
  /** Open questions. */
  readonly asking: number;
  /** It rests without needing anybody, until then: everything that it asks settles itself. It gives its place to others. */
  readonly restsUntil?: string | undefined;
  readonly note: string | null;
  readonly changeId: string | null;
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  /** When its run began, by the run's own word: the folder of its report is called after it. */
  readonly runStartedAt: string | null;
  readonly leftToDo: readonly string[];
  readonly left: number;
}

/** A question of the fleet itself, or the short form of one of a member; that one is answered at its own run. */
export interface FleetQuestion {
  readonly id: string;
  readonly workflowId: string;
  /** The run whose id the answering command names. */
  readonly run: string;
  /** Absent where the fleet itself asks. */
  readonly member?: string;
  readonly box: string;
  readonly code: Question['code'];
  readonly text: string;
  readonly answers: Question['answers'];
  readonly needs?: readonly ApprovalNeed[];
  /** It settles itself then: nobody is needed. */
  readonly settlesAt?: string;
}

/** Answer of the `state` query of a fleet and its result. */
export interface FleetDocument {
  readonly schemaVersion: 1;
  readonly kind: 'fleet';
  readonly run: string;
  readonly fleet: { readonly name: string; readonly digest: string; readonly file: string };
  readonly runbook: { readonly name: string; readonly version: number; readonly digest: string };
  readonly outcome: RunOutcome;
  readonly exitCode: number;
  readonly summary: string;
  readonly startedAt: string;
  readonly endedAt?: string;
  readonly startedBy: StartedBy;
  readonly inCharge: InCharge;
  readonly paused?: Pause;
  readonly cancelling?: Pause;
  readonly changeId?: string;
  readonly limits: FleetLimits;
  readonly canary?: FleetCanary;
  /** Members that have failed by now, and how many may. */
  readonly failures: { readonly now: number; readonly allowed: number };
  readonly members: readonly MemberState[];
  readonly leftOut: readonly LeftOut[];
  readonly questions: readonly FleetQuestion[];
  readonly decisions: readonly Decision[];
  readonly leftToDo: readonly string[];
  readonly phases: Runbook['phases'];
}
