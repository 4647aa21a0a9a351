/** What people decide about a run and do with it as a whole. Part of the contract: types and plain constants only. */

/** What a person answers to a prompt: one of these. */
export interface TypedAnswer {
  /** A line; Enter is typed after it. Never a secret. */
  readonly send?: string;
  /** Typed as it is, without an Enter. Never a secret. */
  readonly raw?: string;
  /** Name of a key, see {@link promptKeys}. */
  readonly key?: string;
  /** Name of a secret of the inventory, which the worker types with an Enter. */
  readonly credential?: string;
}

/** Keys by name, as they are typed. */
export const promptKeys: Readonly<Record<string, string>> = {
  enter: '\r',
  space: ' ',
  tab: '\t',
  escape: '\x1b',
  'ctrl-c': '\x03',
  'ctrl-d': '\x04',
  'ctrl-u': '\x15',
  'ctrl-z': '\x1a',
  q: 'q',
  y: 'y',
  n: 'n',
};

/** What an operator decided, in order; also in the history as updates. */
export interface Decision extends TypedAnswer {
  readonly at: string;
  readonly by: string;
  /** Why it was not done; absent where it was. */
  readonly refused?: string;
  readonly verb: string;
  readonly question?: string;
  readonly box?: string;
  /** Also the text of a note. */
  readonly reason?: string;
  /** Number of the support case that an approval named. */
  readonly case?: string;
  /** The earlier step that `retry` went on from. */
  readonly from?: string;
}

/** Since when nothing that changes a box is begun, by whose word and why. */
export interface Pause {
  readonly since: string;
  readonly by: string;
  readonly reason: string;
}

/** A step that goes on although nothing new is begun. */
export interface InFlight {
  readonly box: string;
  /** `<stage>/<step>`; empty where a device run has not told. */
  readonly step: string;
  readonly title?: string;
  readonly since?: string;
}

/** A pause or a cancel, and what is still being finished under it. */
export type Halt = Pause & { readonly inFlight: readonly InFlight[] };

/** Who is in charge of a run, and who was before. */
export interface InCharge {
  readonly by: string;
  readonly since: string;
  /** Those before, the latest first. */
  readonly before: readonly string[];
}

/** Argument of every update. Which question or box is meant may be left out where there is just one. */
export interface DecisionInput extends TypedAnswer {
  /** Id of a question. */
  readonly question?: string;
  /** Name or UUID of a device: the question that it stands at; for `retry` also one that has ended without being done. */
  readonly device?: string;
  /** `failed`: everything that failed, devices that ended so among them; `open`: every open question that the verb can settle. */
  readonly all?: 'failed' | 'open';
  /** Every open question of this cause. */
  readonly cause?: string;
  /** For `retry`: the earlier step of the stage to go on from. */
  readonly from?: string;
  /** Who decides; {@link someone} where it is left out, as at a button of the Temporal UI. */
  readonly by: string;
  readonly reason?: string;
  /** For `approve`: number of the support case, where the question needs one. */
  readonly case?: string;
  /** For `note`: what is noted. */
  readonly text?: string;
}

/** Recorded where an update did not say who sent it: a workflow cannot know. */
export const someone = 'somebody (name not told)';

/** Answer of an update. Refusals are accepted, judged in the workflow and answered, so that they stand in the history. */
export interface DecisionAnswer {
  readonly accepted: boolean;
  readonly text: string;
  /** The boxes that it took effect on, where it is about boxes. */
  readonly boxes?: readonly string[];
}

/** Updates that settle questions or end the run; whoever has questions takes them. Each takes a {@link DecisionInput}. */
export const deskUpdates = ['approve', 'deny', 'retry', 'skip', 'answer', 'cancel'] as const;
export type DeskUpdate = (typeof deskUpdates)[number];
/** Updates about the run as a whole or a box of it, which its device runs do not take. */
export const runUpdates = ['pause', 'resume', 'hold', 'release', 'note', 'takeover'] as const;
export type RunUpdate = (typeof runUpdates)[number];
/** All of them; each takes a {@link DecisionInput} and answers a {@link DecisionAnswer}. */
export type UpdateName = DeskUpdate | RunUpdate;

/** A decision that the run passes on to the device run whose question it settles. */
export interface ForwardedDecision {
  /** The same one twice has one effect. */
  readonly id: string;
  readonly verb: Exclude<DeskUpdate, 'cancel'>;
  /** Names the question, or a device that has not been begun by its UUID. */
  readonly input: DecisionInput;
}
/** Signal from a run to a device run, with a list of {@link ForwardedDecision}s. */
export const decideSignal = 'decide';
/** Signal back, with a list of {@link ForwardedAnswer}s. */
export const decidedSignal = 'decided';
export interface ForwardedAnswer extends DecisionAnswer {
  readonly id: string;
}

/** Since when nothing is begun that changes this device, by whose word and why; absent: released. */
export interface DeviceHold {
  readonly uuid: string;
  readonly hold?: Pause;
}
/** Signal from a run to a device run, with a {@link DeviceHold}. */
export const holdSignal = 'hold';
