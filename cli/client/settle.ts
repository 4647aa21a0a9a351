import { createHash } from 'node:crypto';
import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import { RunbookError } from '../../errors/index.ts';
import type {
  DecisionAnswer,
  DecisionInput,
  Question,
  RunDocument,
  UpdateName,
} from '../../workflows/contract.ts';

/** The open question that a verb means where the operator names none, or names it by its id or the end of it; several: it is not clear. */
export function chooseQuestions<Asked extends Pick<Question, 'id' | 'answers'>>(
  { questions }: { readonly questions: readonly Asked[] },
  verb: UpdateName,
  id?: string,
): Asked[] {
  if (id === undefined)
    return questions.filter(({ answers }) => (answers as readonly string[]).includes(verb));
  const exact = questions.filter((question) => question.id === id);
  return exact.length > 0 ? exact : questions.filter((question) => question.id.endsWith(id));
}

/** A yes and a typed text are for just the question that was seen, not for the next one of the box. */
export function seenQuestion(
  document: Pick<RunDocument, 'questions'>,
  verb: UpdateName,
  device: string,
): string | undefined {
  if (verb === 'retry' || verb === 'skip') return undefined;
  const theirs = chooseQuestions(document, verb).filter(({ box, uuid }) => box === device || uuid === device);
  return theirs.length === 1 ? theirs[0]?.id : undefined;
}

const answerMs = 60_000;

/**
 * Sends a decision to a run, and waits for its answer. The same decision within a minute is the same update, so that a double click
 * is one decision.
 * @param seen ids of the questions that the operator could see: the same words about other ones are another decision
 */
export async function settle(
  client: Client,
  verb: UpdateName,
  workflowId: string,
  input: DecisionInput,
  seen: readonly string[] = [],
): Promise<DecisionAnswer> {
  const now = new Date();
  try {
    return await client.connection.withDeadline(now.getTime() + answerMs, () =>
      client.workflow.getHandle(workflowId).executeUpdate<DecisionAnswer, [DecisionInput]>(verb, {
        args: [input],
        ...(isOneDecision(verb) ? { updateId: updateId(verb, input, now, seen) } : {}),
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
  return !['pause', 'resume', 'hold', 'release', 'takeover'].includes(verb);
}

export function updateId(
  verb: UpdateName,
  input: DecisionInput,
  now: Date,
  seen: readonly string[] = [],
): string {
  const minute = Math.floor(now.getTime() / 60_000);
  const words = Object.entries(input).sort(([a], [b]) => a.localeCompare(b));
  const digest = createHash('sha256').update(JSON.stringify([verb, words, seen, minute]));
  return `${verb}-${digest.digest('hex').slice(0, 16)}`;
}
