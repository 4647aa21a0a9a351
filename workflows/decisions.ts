/** What people decide about a run and do with it as a whole. Part of the contract: types and plain constants only. */

/** What an operator decided, in order; also in the history as updates. */
export interface Decision {
  readonly at: string;
  readonly by: string;
  readonly verb: string;
  readonly question?: string;
  readonly box?: string;
  /** Also the text of a note. */
  readonly reason?: string;
  /** Number of the support case that an approval named. */
  readonly case?: string;
  /** What `answer` typed. */
  readonly send?: string;
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

/** Argument of every update; `question` may be left out where the run has just one. */
export interface DecisionInput {
  readonly question?: string;
  readonly by: string;
  readonly reason?: string;
  /** For `approve`: number of the support case, where the question needs one. */
  readonly case?: string;
  /** For `answer`: what is typed at the unknown prompt. Never a secret. */
  readonly send?: string;
  /** For `note`: what is noted. */
  readonly text?: string;
  /** For `note`: name or UUID of the device it is about. */
  readonly device?: string;
}

/** Answer of an update. Refusals are accepted, judged in the workflow and answered, so that they stand in the history. */
export interface DecisionAnswer {
  readonly accepted: boolean;
  readonly text: string;
}

/** Updates that settle a question or end the run; whoever has questions takes them. Each takes a {@link DecisionInput}. */
export const deskUpdates = ['approve', 'deny', 'retry', 'skip', 'answer', 'cancel'] as const;
export type DeskUpdate = (typeof deskUpdates)[number];
/** Updates about the run as a whole, which its device runs do not take. */
export const runUpdates = ['pause', 'resume', 'note', 'takeover'] as const;
export type RunUpdate = (typeof runUpdates)[number];
/** All of them; each takes a {@link DecisionInput} and answers a {@link DecisionAnswer}. */
export type UpdateName = DeskUpdate | RunUpdate;
