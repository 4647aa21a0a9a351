import { RunbookError } from '../../../errors/index.ts';
import type { DecisionAnswer, DecisionInput, FleetQuestion } from '../../../workflows/contract.ts';
import { operator } from '../../client/identity.ts';
import { readFleet } from '../../client/read-fleet.ts';
import type { Session } from '../../client/session.ts';
import { settle } from '../../client/settle.ts';
import type { GlobalOptions } from '../../main.ts';
import { printableLines } from '../../../report/index.ts';
import type { DecisionOptions, DecisionVerb } from './decision-options.ts';
import { printData } from './print.ts';

/**
 * An answer given at a fleet. `--device` names a member; a question that a member asks goes to its own run, whoever was named.
 * @throws RunbookError INPUT_INVALID when it is not clear which question is meant
 */
export async function decideFleet(
  client: Session['client'],
  verb: DecisionVerb,
  run: string,
  options: DecisionOptions,
  output: GlobalOptions['output'],
): Promise<void> {
  const reading = await readFleet(client, run);
  if (reading.from === 'record' && !reading.closed)
    throw new RunbookError('ENGINE_NO_WORKER', `No worker answers for ${run}.`);
  const questions = reading.from === 'record' ? [] : reading.document.questions;
  const asked = options.device === undefined ? meant(verb, run, questions, options.question) : undefined;
  const input: DecisionInput = {
    by: operator(),
    ...(asked === undefined ? {} : { question: asked.id }),
    ...(options.device === undefined ? {} : { device: options.device }),
    ...(options.reason === undefined ? {} : { reason: options.reason }),
    ...(options.case === undefined ? {} : { case: options.case }),
    ...(options.send === undefined ? {} : { send: options.send }),
  };
  const answer: DecisionAnswer = await settle(client, verb, asked?.run ?? run, input);
  const { question = null, device: box = null } = input;
  printData(
    { schemaVersion: 1, kind: 'decision', run, verb, answers: [{ question, box, answer }] },
    () => `${answer.accepted ? '✓' : 'refused'} ${printableLines(answer.text)}`,
    output,
  );
  process.exitCode = answer.accepted ? 0 : 3;
}

/** The question named, or the only one of the fleet itself that the verb settles. */
function meant(
  verb: DecisionVerb,
  run: string,
  questions: readonly FleetQuestion[],
  id: string | undefined,
): FleetQuestion {
  const fitting =
    id === undefined
      ? questions.filter(({ member, answers }) => member === undefined && answers.includes(verb))
      : questions.filter((question) => question.id === id || question.id.endsWith(id));
  const [only] = fitting;
  if (only !== undefined && fitting.length === 1) return only;
  throw new RunbookError(
    'INPUT_INVALID',
    fitting.length === 0
      ? `No open question of ${run} itself fits.`
      : `${fitting.length} open questions fit; which one is meant?`,
    { remedy: `\`runbook status ${run}\` shows each with the command that answers it.` },
  );
}
