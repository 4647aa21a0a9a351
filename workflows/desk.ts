import { condition, defineUpdate, setHandler, workflowInfo } from '@temporalio/workflow';
import { chooseQuestions } from './choose-questions.ts';
import {
  deskUpdates,
  type Decision,
  type DecisionAnswer,
  type DecisionInput,
  type DeskUpdate,
  type Pause,
  type Question,
  type TypedAnswer,
} from './contract.ts';
import { readDecision } from './decision-input.ts';
import {
  deskDescriptions,
  doneText,
  endingText,
  isSameDecision,
  refusalOf,
  settledText,
} from './desk-rules.ts';
import { nowIso } from './instant.ts';
import { wordsOf } from './typed-answer.ts';

/** What came back for a question; `stop` when the run was cancelled meanwhile. */
export interface Answer extends TypedAnswer {
  readonly verb: DeskUpdate | 'stop';
  readonly by: string;
  readonly reason?: string;
  readonly case?: string;
  /** With `retry`: the earlier step to go on from. */
  readonly from?: string;
}

export type NewQuestion = Omit<Question, 'workflowId' | 'askedAt'>;

/**
 * Where a workflow's questions lie until a person settles them, and where its steps ask whether they may begin. A refused command
 * is accepted as an update and answered with the reason, so that it stands in the history too.
 */
export interface Desk {
  ask(question: NewQuestion): Promise<Answer>;
  /** Like `ask`, but comes back with undefined after `ms`; the question stays open until `withdraw` or the next asking. */
  askFor(ms: number, question: NewQuestion): Promise<Answer | undefined>;
  /** Like `ask`, but comes back with undefined once `isOver`: then it has settled itself. */
  askUnless(isOver: () => boolean, question: NewQuestion): Promise<Answer | undefined>;
  /**
   * Like `ask`, but comes back with undefined once `isOther` holds, or after `ms`; the question stays open until `withdraw`. Asked
   * again with another text, it is the same question with that text.
   */
  askUntil(isOther: () => boolean, question: NewQuestion, ms?: number): Promise<Answer | undefined>;
  /** Takes a question back that has settled itself. */
  withdraw(id: string): void;
  open(): Question[];
  decisions(): Decision[];
  record(decision: Omit<Decision, 'at'>): void;
  /** Settles what a person means, or says why not; both are recorded. The same decision again changes nothing. */
  decide(verb: DeskUpdate, input: DecisionInput): DecisionAnswer;
  /** Nothing new is begun any more. */
  stop(by: string, reason?: string): void;
  stopped(): boolean;
  /** The run is at its end: what is asked from here on is answered by a person alone, a cancel settles nothing any more. */
  end(): void;
  /** Nothing that changes a box is begun until `resume`, or a stop. */
  pause(pause: Pause): void;
  resume(): void;
  /** Nothing that changes the device of this UUID is begun until it is released (undefined), or a stop. */
  hold(uuid: string, hold: Pause | undefined): void;
  holds(): ReadonlyMap<string, Pause>;
  /** The pause of the run, or the hold of the device named. A stop ends both. */
  paused(uuid?: string): Pause | undefined;
  /** Waits for the end of both; only where {@link Desk.paused} says that there is one. */
  resumed(uuid?: string): Promise<void>;
  /** Something stands still because of a pause or a hold. */
  held(): boolean;
  /** Waits until stopped, or until the time is over: false. */
  rest(ms: number, summary: string): Promise<boolean>;
}

/** `onChange` runs after every turn; `onRefused` after a command that was not done. */
export function createDesk(onChange: () => void, onRefused: () => void = () => undefined): Desk {
  const questions = new Map<string, Question>();
  const answers = new Map<string, Answer>();
  const decisions: Decision[] = [];
  const withdrawn = new Map<string, string>();
  let stopped = false;
  /** Gone through after a cancel, or after a run that came to its end by itself. */
  let ending: 'cancelled' | 'closing' | undefined;
  let pause: Pause | undefined;
  const holds = new Map<string, Pause>();
  let waiting = 0;
  const paused = (uuid?: string): Pause | undefined =>
    stopped ? undefined : (pause ?? (uuid === undefined ? undefined : holds.get(uuid)));

  const record = (decision: Omit<Decision, 'at'>): void => {
    decisions.push({ at: nowIso(), ...decision });
    if (decision.refused !== undefined) onRefused();
  };

  const stop = (by: string, reason?: string): void => {
    if (stopped || ending !== undefined) return;
    stopped = true;
    pause = undefined;
    holds.clear();
    decisions.push({ at: nowIso(), by, verb: 'cancel', ...(reason === undefined ? {} : { reason }) });
    onChange();
  };

  const cancel = (input: DecisionInput): DecisionAnswer => {
    if (ending !== undefined) return { accepted: false, text: endingText(ending, questions) };
    if (stopped) return { accepted: true, text: 'The run was already being cancelled.' };
    if (input.reason === undefined || input.reason === '')
      return { accepted: false, text: 'cancel needs a reason.' };
    stop(input.by, input.reason);
    return { accepted: true, text: 'Cancelling: what is under way is finished, nothing new is begun.' };
  };

  const settle = (verb: DeskUpdate, input: DecisionInput): DecisionAnswer => {
    if (verb === 'cancel') return cancel(input);
    const before = decisions.findLast(
      ({ question, refused }) => question === input.question && refused === undefined,
    );
    if (input.question !== undefined && !questions.has(input.question))
      return {
        accepted: before !== undefined && isSameDecision(before, verb, input),
        text: before === undefined ? whySettled(input.question) : settledText(before),
      };
    const chosen = chooseQuestions([...questions.values()], verb, input);
    if (typeof chosen === 'string') return { accepted: false, text: chosen };
    const refusals = chosen.map((question) => refusalOf(question, verb, input));
    const refusal = refusals.find((text) => text !== undefined);
    if (refusal !== undefined && refusals.every((text) => text !== undefined))
      return { accepted: false, text: refusal };
    const settled = chosen.filter((_question, at) => refusals[at] === undefined);
    for (const question of settled) settleOne(question, verb, input);
    onChange();
    return { accepted: true, text: doneText(verb, settled, paused), boxes: settled.map(({ box }) => box) };
  };

  const settleOne = ({ id, box }: Question, verb: DeskUpdate, input: DecisionInput): void => {
    questions.delete(id);
    const decision = { by: input.by, verb, ...wordsOf(input) };
    answers.set(id, decision);
    decisions.push({ at: nowIso(), ...decision, question: id, box });
  };

  const whySettled = (id: string): string => {
    const at = withdrawn.get(id);
    if (at !== undefined) return `The question ${id} settled itself at ${at}: it needs no answer any more.`;
    const stopping = decisions.find(({ verb, refused }) => verb === 'cancel' && refused === undefined);
    if (stopping !== undefined)
      return `The question ${id} is open no more: the run is being cancelled since ${stopping.at}, by ${stopping.by}.`;
    return `There is no question ${id}.`;
  };

  const put = (question: NewQuestion): void => {
    if (stopped || questions.has(question.id)) return;
    questions.set(question.id, { ...question, workflowId: workflowInfo().workflowId, askedAt: nowIso() });
    onChange();
  };
  const withdraw = (id: string): void => {
    if (!questions.delete(id)) return;
    withdrawn.set(id, nowIso());
    onChange();
  };
  const isSettled = (id: string): boolean => answers.has(id) || stopped;
  const take = (id: string): Answer => {
    questions.delete(id);
    const answer = answers.get(id);
    answers.delete(id);
    return answer ?? { verb: 'stop', by: '' };
  };

  return {
    async ask(question) {
      put(question);
      await condition(() => isSettled(question.id));
      return take(question.id);
    },
    async askFor(ms, question) {
      put(question);
      const isOver = !(await condition(() => isSettled(question.id), ms, {
        summary: question.text.slice(0, 200),
      }));
      return isOver ? undefined : take(question.id);
    },
    async askUnless(isOver, question) {
      put(question);
      await condition(() => isSettled(question.id) || isOver());
      if (isSettled(question.id)) return take(question.id);
      withdraw(question.id);
      return undefined;
    },
    async askUntil(isOther, question, ms) {
      const before = questions.get(question.id);
      if (before !== undefined && before.text !== question.text) {
        questions.set(question.id, { ...before, ...question });
        onChange();
      }
      put(question);
      const isOver = (): boolean => isSettled(question.id) || isOther();
      if (ms === undefined) await condition(isOver);
      else await condition(isOver, ms, { summary: question.text.slice(0, 200) });
      return isSettled(question.id) ? take(question.id) : undefined;
    },
    withdraw,
    open: () => [...questions.values()],
    decisions: () => decisions,
    record,
    decide(verb, input) {
      const answer = settle(verb, input);
      if (!answer.accepted) record(refusedDecision(verb, input, answer.text));
      return answer;
    },
    stop,
    stopped: () => stopped,
    end() {
      ending = stopped ? 'cancelled' : 'closing';
      stopped = false;
    },
    pause(next) {
      pause = next;
      onChange();
    },
    resume() {
      pause = undefined;
      onChange();
    },
    hold(uuid, next) {
      if (next === undefined) holds.delete(uuid);
      else holds.set(uuid, next);
      onChange();
    },
    holds: () => holds,
    paused,
    async resumed(uuid) {
      waiting += 1;
      onChange();
      await condition(() => paused(uuid) === undefined);
      waiting -= 1;
      onChange();
    },
    held: () => waiting > 0,
    rest: (ms, summary) => condition(() => stopped, ms, { summary }),
  };
}

/** A command that was not done, as it stands among the decisions. */
export function refusedDecision(
  verb: string,
  { by, question, device, reason }: DecisionInput,
  refused: string,
): Omit<Decision, 'at'> {
  return {
    by,
    verb,
    ...(question === undefined ? {} : { question }),
    ...(device === undefined ? {} : { box: device }),
    ...(reason === undefined ? {} : { reason }),
    refused,
  };
}

/** Sets the handlers of the updates that settle questions; call it before the first await. */
export function takeDeskUpdates(decide: (verb: DeskUpdate, given: unknown) => MaybeAsync): void {
  for (const verb of deskUpdates) {
    setHandler(defineUpdate<DecisionAnswer, [unknown]>(verb), (given) => decide(verb, given), {
      description: deskDescriptions[verb],
    });
  }
}
type MaybeAsync = DecisionAnswer | Promise<DecisionAnswer>;

/** As {@link Desk.decide}, of an argument as it came. */
export function decideAtDesk(desk: Desk, verb: DeskUpdate, given: unknown): DecisionAnswer {
  const input = readDecision(verb, given);
  return typeof input === 'string' ? { accepted: false, text: input } : desk.decide(verb, input);
}
