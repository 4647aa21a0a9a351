import type { JsonObject } from '../../language/json.ts';
import type { Stage } from '../../language/runbook.ts';
import type {
  ActionInput,
  Finding,
  KnownFault,
  Question,
  StartedBy,
  StepState,
  TargetRef,
} from '../contract.ts';
import type { Desk } from '../desk.ts';
import type { Refusals } from '../refusals.ts';
import type { Stretches } from '../stretches.ts';

/** What the steps of one stage on one target work with. */
export interface StepContext {
  readonly mode: 'plan' | 'run';
  readonly stage: Stage;
  /** Tells the steps for one manager from those for another, see `sideMark`; part of paths and ids. */
  readonly mark: string;
  /** The box the stage runs on. */
  readonly target: TargetRef;
  readonly isDevice: boolean;
  /** What a read that keeps failing becomes: a question, or a finding of the plan. */
  readonly onFailure: 'park' | 'finding';
  readonly desk: Desk;
  /** Of logins, as far as this workflow knows. */
  readonly refusals: Refusals;
  readonly startedBy: StartedBy | undefined;
  /** Everything conditions may refer to, as it is now. */
  facts(): JsonObject;
  /** Facts of a finished step. */
  setFacts(stepId: string, facts: JsonObject[string]): void;
  finding(finding: Finding): void;
  /** What a known fault means that a finding or question names. */
  knownFault(fault: KnownFault): void;
  enterPhase(phase: string): void;
  /** The state the box is in if nothing more happens. */
  boxState(): string;
  report(state: StepState): void;
  envelope(stepId: string): Omit<ActionInput, 'attempt' | 'params'>;
  /** Steps before the one at hand that a person may have the stage gone on from. */
  backTo?(): readonly string[];
  /** Absent where every step is an activity of its own. */
  readonly stretches?: Stretches;
  /** Counts attempts per step over the whole run, so that activity ids never repeat. */
  nextAttempt(stepId: string): number;
}

/**
 * How a step ended.
 * - `next`: go on. `back`: go on from the named step of the stage; `askedFor` when a person asked for what follows. `skipped`: the person left this target out.
 * - `stopped`: the run is being cancelled; the note says what that leaves on the box. `refused`: the person said no before anything was changed.
 */
export type StepEnd =
  | { readonly end: 'next'; readonly note?: string }
  | { readonly end: 'back'; readonly to: string; readonly askedFor?: boolean }
  | { readonly end: 'skipped'; readonly note: string }
  | { readonly end: 'stopped'; readonly note?: string }
  | { readonly end: 'refused'; readonly note: string };

/** What a question says of the ways back. */
export function waysBack(context: StepContext): Pick<Question, 'backTo'> {
  const steps = context.backTo?.() ?? [];
  return steps.length === 0 ? {} : { backTo: steps };
}

export function path(step: { id: string }, context: Pick<StepContext, 'stage' | 'mark'>): string {
  return `${context.stage.id}${context.mark}/${step.id}`;
}

/** Unique in the run, so that an answer that comes late or twice never settles another question. */
export function questionId(
  name: string,
  context: Pick<StepContext, 'isDevice' | 'target' | 'mark'>,
  attempt: number,
): string {
  const box = context.isDevice ? `${context.target.uuid ?? context.target.name}/` : '';
  return `${box}${name}${context.mark}#${String(attempt)}`;
}
