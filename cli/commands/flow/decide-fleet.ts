import { RunbookError } from '../../../errors/index.ts';
import type { DecisionAnswer, DecisionInput, FleetQuestion } from '../../../workflows/contract.ts';
import { readFleet, type LiveFleet } from '../../client/read-fleet.ts';
import type { Session } from '../../client/session.ts';
import { chooseQuestions, settle } from '../../client/settle.ts';
import type { GlobalOptions } from '../../main.ts';
import { printableLines } from '../../../report/index.ts';
import type { DecisionOptions, DecisionVerb } from './decision-options.ts';
import { printData } from './print.ts';

/** Where an answer goes, and what it says. */
export interface FleetAddressee {
  /** The fleet, or the run of a member. */
  readonly run: string;
  /** The member, where it is its run. */
  readonly member?: string;
  readonly input: Pick<DecisionInput, 'question' | 'device' | 'all' | 'cause'>;
}

/**
 * An answer given at a fleet. `--device` names a member; a question that a member asks goes to its own run, whoever was named; all, a cause,
 * what failed: to each run that it is about.
 * @throws RunbookError INPUT_INVALID when it is not clear which question is meant
 */
export async function decideFleet(
  client: Session['client'],
  verb: DecisionVerb,
  run: string,
  options: DecisionOptions & { readonly said: DecisionInput },
  output: GlobalOptions['output'],
): Promise<void> {
  const reading = await readFleet(client, run);
  if (reading.from === 'record' && !reading.closed)
    throw new RunbookError('ENGINE_NO_WORKER', `No worker answers for ${run}.`);
  const fleet = reading.from === 'record' ? { questions: [], members: [] } : reading.document;
  const answers = await Promise.all(
    addresseesOf(fleet, verb, run, options).map(async (to) => ({
      question: to.input.question ?? null,
      box: to.member ?? to.input.device ?? null,
      answer: await settle(client, verb, to.run, { ...options.said, ...to.input }),
    })),
  );
  printData(
    { schemaVersion: 1, kind: 'decision', run, verb, answers },
    () => answers.map(({ box, answer }) => line(answer, answers.length > 1 ? box : null)).join('\n'),
    output,
  );
  process.exitCode = answers.some(({ answer }) => answer.accepted) ? 0 : 3;
}

function line({ accepted, text }: DecisionAnswer, member: string | null): string {
  const whose = member === null ? '' : `${member}: `;
  return `${accepted ? '✓' : 'refused'} ${whose}${printableLines(text)}`;
}

/** Whom a decision goes to. */
export function addresseesOf(
  fleet: Pick<LiveFleet, 'questions' | 'members'>,
  verb: DecisionVerb,
  run: string,
  options: DecisionOptions,
): FleetAddressee[] {
  const { device, cause, question } = options;
  const ways = [question, device, cause, options.failed, options.all].filter((way) => way !== undefined);
  if (ways.length > 1)
    throw new RunbookError(
      'INPUT_INVALID',
      'Say in one way what is meant: a member, a question, a cause, or all.',
      { remedy: `runbook ${verb} --help` },
    );
  // What is about a member as a whole is judged by the fleet.
  if (device !== undefined) return [{ run, input: { device } }];
  const all =
    cause !== undefined ? { cause } : options.failed === true ? { all: 'failed' as const } : undefined;
  if (all !== undefined || options.all === true)
    return toEach(fleet, verb, run, all ?? { all: 'open' as const });
  const asked = meant(verb, run, fleet.questions, question);
  return [
    {
      run: asked.run,
      ...(asked.member === undefined ? {} : { member: asked.member }),
      input: { question: asked.id },
    },
  ];
}

/** The fleet itself, where it asks, and each open member that has something of the kind. */
function toEach(
  { questions, members }: Pick<LiveFleet, 'questions' | 'members'>,
  verb: DecisionVerb,
  run: string,
  input: FleetAddressee['input'],
): FleetAddressee[] {
  const asks = (of: string): boolean =>
    questions.some((question) => question.run === of && question.answers.includes(verb));
  const theirs = members
    .filter(({ status }) => status === 'running' || status === 'parked')
    .filter(
      (member) => asks(member.run) || (verb === 'retry' && input.all === 'failed' && member.score.failed > 0),
    )
    .map((member) => ({ run: member.run, member: member.name, input }));
  const to = [...(input.all === 'open' && asks(run) ? [{ run, input }] : []), ...theirs];
  if (to.length > 0) return to;
  throw noneFits(run, `No open question of ${run} or its members can be settled with ${verb}.`);
}

/** The question named, or the only one of the fleet itself that the verb settles. */
function meant(
  verb: DecisionVerb,
  run: string,
  questions: readonly FleetQuestion[],
  id: string | undefined,
): FleetQuestion {
  const own = id === undefined ? questions.filter(({ member }) => member === undefined) : questions;
  const fitting = chooseQuestions({ questions: own }, verb, id);
  const [only] = fitting;
  if (only !== undefined && fitting.length === 1) return only;
  throw noneFits(
    run,
    fitting.length === 0
      ? `No open question of ${run} itself fits.`
      : `${fitting.length} open questions fit; which one is meant?`,
  );
}

function noneFits(run: string, text: string): RunbookError {
  return new RunbookError('INPUT_INVALID', text, {
    remedy: `\`runbook status ${run}\` shows each with the command that answers it.`,
  });
}
