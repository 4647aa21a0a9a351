import { RunbookError } from '../../../errors/index.ts';
import type { DecisionAnswer, DecisionInput, Question, RunDocument } from '../../../workflows/contract.ts';
import { findRun } from '../../client/find-run.ts';
import { operator } from '../../client/identity.ts';
import { isFleet } from '../../client/read-fleet.ts';
import { readRun } from '../../client/read-run.ts';
import { withSession, type Session } from '../../client/session.ts';
import { chooseQuestions, seenQuestion, settle } from '../../client/settle.ts';
import type { GlobalOptions } from '../../main.ts';
import { questionList } from '../../output/question.ts';
import { printableLines } from '../../../report/index.ts';
import { viewOf, type View } from '../../output/view.ts';
import { decideFleet } from './decide-fleet.ts';
import type { DecisionOptions, DecisionVerb } from './decision-options.ts';
import { printData, say } from './print.ts';
import { typedAnswer } from './typed-options.ts';

/** A worker that was just started has to replay the run before it can answer. */
const waitMs = 20_000;

/** Tells the run what is decided and about what, and prints what it answers. */
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
  const said = saidBy(verb, options);
  await withSession({ worker: true }, async (session) => {
    const run = await findRun(session.client, reference);
    if (await isFleet(session.client, run)) {
      await decideFleet(session.client, verb, run, { ...options, said }, output);
      return;
    }
    const document = await readDocument(session, run);
    const input = { ...said, ...meant(verb, run, document, options) };
    const seen = document.questions.map(({ id }) => id);
    const answer = await settle(session.client, verb, run, input, seen);
    const { question = null, device: box = null } = input;
    printData(
      { schemaVersion: 1, kind: 'decision', run, verb, answers: [{ question, box, answer }] },
      () => line(answer, viewOf(process.stdout)),
      output,
    );
    process.exitCode = answer.accepted ? 0 : 3;
  });
}

/** Who decides, and all that is said with it; whom it is about follows from what is open. */
function saidBy(verb: DecisionVerb, options: DecisionOptions): DecisionInput {
  const { reason, from } = options;
  return {
    by: operator(),
    ...(reason === undefined ? {} : { reason }),
    ...(options.case === undefined ? {} : { case: options.case }),
    ...(from === undefined ? {} : { from }),
    ...(verb === 'answer' ? typedAnswer(options) : {}),
  };
}

/**
 * What the run is told of whom the decision is about; whether it fits is for the run to say, so that a refusal stands in the history.
 * @throws RunbookError INPUT_INVALID when it is not clear which question is meant; they are listed with their commands.
 */
function meant(
  verb: DecisionVerb,
  run: string,
  document: RunDocument,
  options: DecisionOptions,
): Pick<DecisionInput, 'question' | 'device' | 'all' | 'cause'> {
  const { device, cause } = options;
  const ways = [options.question, device, cause, options.failed, options.all].filter(
    (way) => way !== undefined,
  );
  if (ways.length > 1 && (ways.length > 2 || device === undefined || options.question === undefined))
    throw new RunbookError(
      'INPUT_INVALID',
      'Say in one way what is meant: a device, a question, a cause, or all.',
      {
        remedy: `runbook ${verb} --help`,
      },
    );
  if (options.failed === true) return { all: 'failed' };
  if (options.all === true) return { all: 'open' };
  if (cause !== undefined) return { cause };
  if (device !== undefined && options.question === undefined) {
    const question = seenQuestion(document, verb, device);
    return { device, ...(question === undefined ? {} : { question }) };
  }
  const chosen = chooseQuestions(document, verb, options.question);
  const [only] = chosen;
  if (chosen.length === 1 && only !== undefined)
    return { question: only.id, ...(device === undefined ? {} : { device }) };
  throw notClear(verb, run, document, chosen);
}

function notClear(
  verb: DecisionVerb,
  run: string,
  document: RunDocument,
  chosen: readonly Question[],
): RunbookError {
  const view = viewOf(process.stderr);
  if (chosen.length > 1) {
    say(questionList(run, chosen, view, 10));
    return new RunbookError('INPUT_INVALID', `${chosen.length} open questions fit; which one is meant?`, {
      remedy: `Type one of the commands above, or add --all to ${verb} them all.`,
    });
  }
  if (document.questions.length > 0) say(questionList(run, document.questions, view, 10, document.faults));
  return new RunbookError(
    'INPUT_INVALID',
    document.questions.length === 0
      ? `${run} asks nothing at the moment.`
      : `No open question of ${run} fits.`,
    {
      remedy: document.questions.length === 0 ? 'See `runbook status`.' : 'Type one of the commands above.',
    },
  );
}

function line({ accepted, text }: DecisionAnswer, view: View): string {
  return `${accepted ? view.paint('good', '✓') : view.paint('bad', 'refused')} ${printableLines(text)}`;
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
