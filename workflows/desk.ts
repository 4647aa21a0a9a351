import { condition, defineUpdate, setHandler, workflowInfo } from '@temporalio/workflow';
import {
  updates,
  type ApprovalNeed,
  type Decision,
  type DecisionAnswer,
  type DecisionInput,
  type Question,
  type UpdateName,
} from './contract.ts';
import { nowIso } from './instant.ts';

/** What came back for a question; `stop` when the run was cancelled meanwhile. */
export interface Answer {
  readonly verb: UpdateName | 'stop';
  readonly by: string;
  readonly reason?: string;
  readonly case?: string;
  readonly send?: string;
}

export type NewQuestion = Omit<Question, 'workflowId' | 'askedAt'>;

/**
 * Where a workflow's questions lie until a person settles them. A refused command is accepted as an update and answered with the
 * reason, so that it stands in the history too.
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
  /** Waits until stopped, or until the time is over: false. */
  pause(ms: number, summary: string): Promise<boolean>;
}

/** Makes the desk and sets the update handlers; call it before the first await. `onChange` runs after every turn. */
export function createDesk(onChange: () => void): Desk {
  const questions = new Map<string, Question>();
  const answers = new Map<string, Answer>();
  const decisions: Decision[] = [];
  let stopped = false;
  /** Gone through after a cancel, or after a run that came to its end by itself. */
  let ending: 'cancelled' | 'closing' | undefined;

  const stop = (by: string, reason?: string): void => {
    if (stopped || ending !== undefined) return;
    stopped = true;
    decisions.push({ at: nowIso(), by, verb: 'cancel', ...(reason === undefined ? {} : { reason }) });
    onChange();
  };

  const settle = (verb: UpdateName, input: DecisionInput): DecisionAnswer => {
    if (verb === 'cancel') {
      if (ending !== undefined) return { accepted: false, text: whatIsLeft(ending, questions) };
      if (stopped) return { accepted: true, text: 'The run was already being cancelled.' };
      if (input.reason === undefined || input.reason === '')
        return { accepted: false, text: 'cancel needs a reason.' };
      stop(input.by, input.reason);
      return { accepted: true, text: 'Cancelling: what is under way is finished, nothing new is begun.' };
    }
    const found = pick(questions, input.question);
    if (typeof found === 'string') return { accepted: false, text: found };
    const refusal = refuse(found, verb, input);
    if (refusal !== undefined) return { accepted: false, text: refusal };
    questions.delete(found.id);
    answers.set(found.id, {
      verb,
      by: input.by,
      ...(input.reason === undefined ? {} : { reason: input.reason }),
      ...(input.case === undefined ? {} : { case: input.case }),
      ...(input.send === undefined ? {} : { send: input.send }),
    });
    decisions.push({
      at: nowIso(),
      by: input.by,
      verb,
      question: found.id,
      box: found.box,
      ...(input.reason === undefined ? {} : { reason: input.reason }),
      ...(input.case === undefined ? {} : { case: input.case }),
    });
    onChange();
    return { accepted: true, text: `${verb}: ${found.box}, ${found.step}.` };
  };

  for (const verb of updates) {
    setHandler(defineUpdate<DecisionAnswer, [DecisionInput]>(verb), (input) => settle(verb, input), {
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
      if (questions.delete(id)) onChange();
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
    pause: (ms, summary) => condition(() => stopped, ms, { summary }),
  };
}

/** Why a cancel changes nothing at the end of a run, and what would. */
function whatIsLeft(ending: 'cancelled' | 'closing', questions: ReadonlyMap<string, Question>): string {
  const waits = [...questions.values()].map(({ id, text }) => `${id} (${text.slice(0, 200)})`);
  return (
    (ending === 'cancelled' ? 'The run is already being cancelled' : 'The run is at its end already') +
    (waits.length === 0 ? '.' : `; it waits for an answer to ${waits.join(', ')}.`)
  );
}

const descriptions: Record<UpdateName, string> = {
  approve: 'Agree to what is asked: {"question": "…", "by": "you", "reason": "…", "case": "…"}',
  deny: 'Refuse what is asked: {"question": "…", "by": "you", "reason": "…"}',
  retry: 'Do the step again: {"question": "…", "by": "you"}',
  skip: 'Leave the step or device out, with a reason: {"question": "…", "by": "you", "reason": "…"}',
  answer: 'Type a text at an unknown prompt: {"question": "…", "by": "you", "send": "…"}',
  cancel: 'Finish what is under way and begin nothing new: {"by": "you", "reason": "…"}',
};

function pick(questions: Map<string, Question>, id: string | undefined): Question | string {
  if (id !== undefined)
    return questions.get(id) ?? `There is no open question ${id}; it may have been settled already.`;
  const [only, second] = questions.values();
  if (only === undefined) return 'No question is open.';
  return second === undefined
    ? only
    : `Several questions are open; name one: ${[...questions.keys()].join(', ')}.`;
}

const needTexts: Record<ApprovalNeed, string> = {
  reason: 'a reason (--reason)',
  case: 'the number of the support case (--case)',
};

function refuse(question: Question, verb: UpdateName, input: DecisionInput): string | undefined {
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
