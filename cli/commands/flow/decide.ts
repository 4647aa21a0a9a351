import { RunbookError } from '../../../errors/index.ts';
import type { DecisionInput, Question, RunDocument } from '../../../workflows/contract.ts';
import { findRun } from '../../client/find-run.ts';
import { operator } from '../../client/identity.ts';
import { isFleet } from '../../client/read-fleet.ts';
import { readRun } from '../../client/read-run.ts';
import { withSession, type Session } from '../../client/session.ts';
import { chooseQuestions, settle, type Settled } from '../../client/settle.ts';
import type { GlobalOptions } from '../../main.ts';
import { questionList } from '../../output/question.ts';
import { viewOf, type View } from '../../output/view.ts';
import { decideFleet } from './decide-fleet.ts';
import type { DecisionOptions, DecisionVerb } from './decision-options.ts';
import { printData, say } from './print.ts';

/** A worker that was just started has to replay the run before it can answer. */
const waitMs = 20_000;

/** Finds the question that is meant, sends the decision to the workflow that owns it, and prints what that answers. */
export async function decide(
  verb: DecisionVerb,
  reference: string,
  options: DecisionOptions,
  output: GlobalOptions['output'],
): Promise<void> {
  if ((verb === 'skip' || verb === 'deny') && (options.reason ?? '').trim() === '') {
    throw new RunbookError(
      'INPUT_MISSING',
      `${verb} needs --reason: it stands in the history and in the report.`,
      {
        remedy: `Say why: runbook ${verb} … --reason 'WHY'`,
      },
    );
  }
  if (verb === 'answer' && options.send === undefined) {
    throw new RunbookError(
      'INPUT_MISSING',
      'answer needs --send: the text that is typed at the prompt. It is recorded, so never a password.',
      {
        remedy: "runbook answer … --send 'TEXT'",
      },
    );
  }
  await withSession({ worker: true }, async (session) => {
    const run = await findRun(session.client, reference);
    if (await isFleet(session.client, run)) {
      await decideFleet(session.client, verb, run, options, output);
      return;
    }
    const document = await readDocument(session, run);
    const chosen = pick(verb, run, document, options);
    const settled: Settled[] = [];
    for (const question of chosen) {
      const answer = await settle(session.client, verb, question.workflowId, decision(question, options));
      settled.push({ question: question.id, box: question.box, answer });
    }
    printData(
      { schemaVersion: 1, kind: 'decision', run, verb, answers: settled },
      () => settled.map((one) => line(one, viewOf(process.stdout))).join('\n'),
      output,
    );
    process.exitCode = settled.every(({ answer }) => answer.accepted) ? 0 : 3;
  });
}

function decision(question: Question, options: DecisionOptions): DecisionInput {
  return {
    question: question.id,
    by: operator(),
    ...(options.reason === undefined ? {} : { reason: options.reason }),
    ...(options.case === undefined ? {} : { case: options.case }),
    ...(options.send === undefined ? {} : { send: options.send }),
  };
}

function line({ box, answer }: Settled, view: View): string {
  return `${answer.accepted ? view.paint('good', '✓') : view.paint('bad', 'refused')} ${answer.text.includes(box) ? '' : `${box}: `}${answer.text}`;
}

/** @throws RunbookError INPUT_INVALID when it is not clear which question is meant; they are listed with their commands. */
function pick(verb: DecisionVerb, run: string, document: RunDocument, options: DecisionOptions): Question[] {
  const chosen = chooseQuestions(document, verb, options);
  if (chosen.length === 1 || (chosen.length > 1 && options.all === true)) return chosen;
  const view = viewOf(process.stderr);
  if (chosen.length > 1) {
    say(questionList(run, chosen, view, 10));
    throw new RunbookError('INPUT_INVALID', `${chosen.length} open questions fit; which one is meant?`, {
      remedy: `Type one of the commands above, or add --all to ${verb} them all.`,
    });
  }
  if (document.questions.length > 0) say(questionList(run, document.questions, view, 10, document.faults));
  throw new RunbookError(
    'INPUT_INVALID',
    document.questions.length === 0
      ? `${run} asks nothing at the moment.`
      : `No open question of ${run} fits.`,
    {
      remedy: document.questions.length === 0 ? 'See `runbook status`.' : 'Type one of the commands above.',
    },
  );
}

async function readDocument(session: Session, run: string): Promise<RunDocument> {
  const reading = await readRun(session.client, run, waitMs);
  if (reading.closed)
    throw new RunbookError('INPUT_INVALID', `${run} is closed; nothing was changed.`, {
      remedy: 'See `runbook report`.',
    });
  if (reading.from === 'record') throw new RunbookError('ENGINE_NO_WORKER', `No worker answers for ${run}.`);
  return reading.document;
}
