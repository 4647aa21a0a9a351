import { createHash } from 'node:crypto';
import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import { RunbookError } from '../../errors/index.ts';
import type {
  DecisionAnswer,
  DecisionInput,
  Question,
  RunDocument,
  RunMemo,
  UpdateName,
} from '../../workflows/contract.ts';

/** What the server knows of a question without a worker is enough to answer it. */
export type OpenQuestion = RunMemo['questions'][number] | Question;

export interface QuestionChoice {
  /** Id, or what it ends with. */
  readonly question?: string | undefined;
  /** Name or uuid of a box. */
  readonly device?: string | undefined;
  readonly all?: boolean | undefined;
}

/** The open questions that a verb and the operator's words mean. With none of them, the one that the verb can settle. */
export function chooseQuestions(document: RunDocument, verb: UpdateName, choice: QuestionChoice): Question[] {
  const canSettle = (question: Question): boolean => (question.answers as readonly string[]).includes(verb);
  let fitting: readonly Question[] = document.questions;
  if (choice.question !== undefined) {
    const wanted = choice.question;
    const exact = fitting.filter(({ id }) => id === wanted);
    fitting = exact.length > 0 ? exact : fitting.filter(({ id }) => id.endsWith(wanted));
  }
  if (choice.device !== undefined) {
    const wanted = choice.device;
    const uuids = document.devices
      .filter(({ name, uuid }) => name === wanted || uuid === wanted)
      .map(({ uuid }) => uuid);
    fitting = fitting.filter(
      ({ box, uuid }) => box === wanted || (uuid !== undefined && uuids.includes(uuid)),
    );
  }
  const named = choice.question !== undefined || choice.device !== undefined;
  // A named question goes to the workflow even where the verb does not fit: its refusal belongs into the history.
  return named && fitting.length === 1 ? [...fitting] : fitting.filter(canSettle);
}

export interface Settled {
  readonly question: string;
  readonly box: string;
  readonly answer: DecisionAnswer;
}

const answerMs = 60_000;

/**
 * Sends a decision to the workflow that owns the question, and waits for its answer. The same decision within a minute is the
 * same update, so that a double click is one decision.
 */
export async function settle(
  client: Client,
  verb: UpdateName,
  workflowId: string,
  input: DecisionInput,
  now = new Date(),
): Promise<DecisionAnswer> {
  try {
    return await client.connection.withDeadline(now.getTime() + answerMs, () =>
      client.workflow.getHandle(workflowId).executeUpdate<DecisionAnswer, [DecisionInput]>(verb, {
        args: [input],
        ...(isOneDecision(verb) ? { updateId: updateId(verb, input, now) } : {}),
      }),
    );
  } catch (thrown) {
    if (thrown instanceof WorkflowNotFoundError) {
      return { accepted: false, text: 'It is closed already; nothing was changed.' };
    }
    throw new RunbookError(
      'ENGINE_NO_WORKER',
      `No answer to ${verb} within ${answerMs / 1000} s. It stands in the history if it was taken; see the status before trying again.`,
      {},
      { cause: thrown },
    );
  }
}

/**
 * May the same words within a minute be one update? Not where they may be meant again: resume, pause and resume once more would
 * get the answer of the first, and the run would stand still. The run itself bears those verbs twice.
 */
export function isOneDecision(verb: UpdateName): boolean {
  return verb !== 'pause' && verb !== 'resume' && verb !== 'takeover';
}

export function updateId(verb: UpdateName, input: DecisionInput, now: Date): string {
  const minute = Math.floor(now.getTime() / 60_000);
  const digest = createHash('sha256').update(
    JSON.stringify([
      verb,
      input.question,
      input.by,
      input.reason,
      input.case,
      input.send,
      input.text,
      input.device,
      minute,
    ]),
  );
  return `${verb}-${digest.digest('hex').slice(0, 16)}`;
}
