import { condition, defineUpdate, setHandler, workflowInfo } from '@temporalio/workflow';
import {
  deskUpdates,
  type ApprovalNeed,
  type Decision,
  type DecisionAnswer,
  type DecisionInput,
  type DeskUpdate,
  type Pause,
  type Question,
} from './contract.ts';
import { readDecision } from './decision-input.ts';
import { nowIso } from './instant.ts';

/** What came back for a question; `stop` when the run was cancelled meanwhile. */
export interface Answer {
  readonly verb: DeskUpdate | 'stop';
  readonly by: string;
  readonly reason?: string;
  readonly case?: string;
  readonly send?: string;
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
  /** Takes a question back that has settled itself. */
  withdraw(id: string): void;
  open(): Question[];
  decisions(): Decision[];
  record(decision: Omit<Decision, 'at'>): void;
  /** Nothing new is begun any more. */
  stop(by: string, reason?: string): void;
  stopped(): boolean;
  /** The run is at its end: what is asked from here on is answered by a person alone, a cancel settles nothing any more. */
  end(): void;
  /** Nothing that changes a box is begun until `resume`, or a stop. */
  pause(pause: Pause): void;
  resume(): void;
  /** A stop ends every pause. */
  paused(): Pause | undefined;
  /** Waits for the end of a pause; only where {@link Desk.paused} says that there is one. */
  resumed(): Promise<void>;
  /** Something stands still because of the pause. */
  held(): boolean;
  /** Waits until stopped, or until the time is over: false. */
  rest(ms: number, summary: string): Promise<boolean>;
}

/** Makes the desk and sets the update handlers; call it before the first await. `onChange` runs after every turn. */
export function createDesk(onChange: () => void): Desk {
  const questions = new Map<string, Question>();
  const answers = new Map<string, Answer>();
  const decisions: Decision[] = [];
  const withdrawn = new Map<string, string>();
  let stopped = false;
  /** Gone through after a cancel, or after a run that came to its end by itself. */
  let ending: 'cancelled' | 'closing' | undefined;
  let pause: Pause | undefined;
  let waiting = 0;

  const stop = (by: string, reason?: string): void => {
    if (stopped || ending !== undefined) return;
    stopped = true;
    pause = undefined;
    decisions.push({ at: nowIso(), by, verb: 'cancel', ...(reason === undefined ? {} : { reason }) });
    onChange();
  };

  const settle = (verb: DeskUpdate, given: unknown): DecisionAnswer => {
    const input = readDecision(given);
    if (typeof input === 'string') return { accepted: false, text: input };
    if (verb === 'cancel') {
      if (ending !== undefined) return { accepted: false, text: whatIsLeft(ending, questions) };
      if (stopped) return { accepted: true, text: 'The run was already being cancelled.' };
      if (input.reason === undefined || input.reason === '')
        return { accepted: false, text: 'cancel needs a reason.' };
      stop(input.by, input.reason);
      return { accepted: true, text: 'Cancelling: what is under way is finished, nothing new is begun.' };
    }
    const found = pick(input.question);
    if (typeof found === 'string') return { accepted: false, text: found };
    const refusal = refuse(found, verb, input);
    if (refusal !== undefined) return { accepted: false, text: refusal };
    questions.delete(found.id);
    const decision = {
      by: input.by,
      verb,
      ...(input.reason === undefined ? {} : { reason: input.reason }),
      ...(input.case === undefined ? {} : { case: input.case }),
      ...(input.send === undefined ? {} : { send: input.send }),
    };
    answers.set(found.id, decision);
    decisions.push({ at: nowIso(), ...decision, question: found.id, box: found.box });
    onChange();
    const later = pause === undefined ? '' : ' The run is paused: what changes a box begins after resume.';
    return { accepted: true, text: `${verb}: ${found.box}, ${found.step}.${later}` };
  };

  const pick = (id: string | undefined): Question | string => {
    if (id !== undefined) return questions.get(id) ?? whySettled(id);
    const [only, second] = questions.values();
    if (only === undefined) return 'No question is open.';
    return second === undefined
      ? only
      : `Several questions are open; name one: ${[...questions.keys()].join(', ')}.`;
  };
  const whySettled = (id: string): string => {
    const decision = decisions.findLast(({ question }) => question === id);
    if (decision !== undefined) return settledText(decision);
    const at = withdrawn.get(id);
    if (at !== undefined)
      return `The question ${id} settled itself at ${at}: what it asked for was found done.`;
    const cancel = decisions.find(({ verb }) => verb === 'cancel');
    if (cancel !== undefined)
      return `The question ${id} is open no more: the run is being cancelled since ${cancel.at}, by ${cancel.by}.`;
    return `There is no question ${id}.`;
  };

  for (const verb of deskUpdates) {
    setHandler(defineUpdate<DecisionAnswer, [unknown]>(verb), (input) => settle(verb, input), {
      description: descriptions[verb],
    });
  }

  const put = (question: NewQuestion): void => {
    if (stopped || questions.has(question.id)) return;
    questions.set(question.id, { ...question, workflowId: workflowInfo().workflowId, askedAt: nowIso() });
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
    withdraw(id) {
      if (!questions.delete(id)) return;
      withdrawn.set(id, nowIso());
      onChange();
    },
    open: () => [...questions.values()],
    decisions: () => decisions,
    record(decision) {
      decisions.push({ at: nowIso(), ...decision });
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
    paused: () => pause,
    async resumed() {
      waiting += 1;
      onChange();
      await condition(() => pause === undefined);
      waiting -= 1;
      onChange();
    },
    held: () => waiting > 0,
    rest: (ms, summary) => condition(() => stopped, ms, { summary }),
  };
}

/** Who settled a question, how and when: for those who come second. */
function settledText({ question, by, verb, at, reason, send }: Decision): string {
  const what = send === undefined ? verb : `${verb} ${JSON.stringify(send)}`;
  const why = reason === undefined || reason === '' ? '' : ` (${JSON.stringify(reason)})`;
  return `The question ${question ?? ''} was settled by ${by} at ${at}: ${what}${why}. That counts; nothing was changed.`;
}

/** Why a cancel changes nothing at the end of a run, and what would. */
function whatIsLeft(ending: 'cancelled' | 'closing', questions: ReadonlyMap<string, Question>): string {
  const waits = [...questions.values()].map(({ id, text }) => `${id} (${text.slice(0, 200)})`);
  return (
    (ending === 'cancelled' ? 'The run is already being cancelled' : 'The run is at its end already') +
    (waits.length === 0 ? '.' : `; it waits for an answer to ${waits.join(', ')}.`)
  );
}

const descriptions: Record<DeskUpdate, string> = {
  approve: 'Agree to what is asked: {"question": "…", "by": "you", "reason": "…", "case": "…"}',
  deny: 'Refuse what is asked: {"question": "…", "by": "you", "reason": "…"}',
  retry: 'Do the step again: {"question": "…", "by": "you"}',
  skip: 'Leave the step or device out, with a reason: {"question": "…", "by": "you", "reason": "…"}',
  answer: 'Type a text at an unknown prompt: {"question": "…", "by": "you", "send": "…"}',
  cancel: 'Finish what is under way and begin nothing new: {"by": "you", "reason": "…"}',
};

const needTexts: Record<ApprovalNeed, string> = {
  reason: 'a reason (--reason)',
  case: 'the number of the support case (--case)',
};

function refuse(question: Question, verb: DeskUpdate, input: DecisionInput): string | undefined {
  if (!(question.answers as readonly string[]).includes(verb)) {
    return `This question cannot be settled with ${verb}; possible: ${question.answers.join(', ')}.`;
  }
  if ((verb === 'skip' || verb === 'deny') && (input.reason ?? '') === '') return `${verb} needs a reason.`;
  if (verb === 'approve') {
    const missing = (question.needs ?? []).filter((need) => (input[need] ?? '').trim() === '');
    if (missing.length > 0)
      return `This approval needs ${missing.map((need) => needTexts[need]).join(' and ')}: they are recorded.`;
  }
  if (verb === 'answer' && input.send === undefined) return 'answer needs the text to send.';
  return undefined;
}
