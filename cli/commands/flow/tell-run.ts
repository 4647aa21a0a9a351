import type { DecisionAnswer, DecisionInput, RunUpdate } from '../../../workflows/contract.ts';
import { findRun } from '../../client/find-run.ts';
import { operator } from '../../client/identity.ts';
import { describeRun } from '../../client/read-run.ts';
import { withSession } from '../../client/session.ts';
import { settle } from '../../client/settle.ts';
import type { GlobalOptions } from '../../main.ts';
import { viewOf } from '../../output/view.ts';
import { commandLine, printable, printableLines, utc } from '../../../report/index.ts';
import { printData } from './print.ts';

/** What is done with a run as a whole, and not with one of its questions. */
export type WholeRunVerb = RunUpdate | 'cancel';

/**
 * Tells a run what a person does with it, and prints what it answers; exit code 3 where it refuses or is closed.
 * @throws RunbookError ENGINE_NO_RUN
 */
export async function tellRun(
  verb: WholeRunVerb,
  reference: string,
  given: Omit<DecisionInput, 'by'>,
  output: GlobalOptions['output'],
): Promise<void> {
  await withSession({ worker: true }, async ({ client }) => {
    const run = await findRun(client, reference);
    const { closeTime } = await describeRun(client, run);
    const answer =
      closeTime === undefined
        ? await settle(client, verb, run, { by: operator(), ...given })
        : closedAnswer(run, closeTime);
    const { program } = viewOf(process.stdout);
    printData(
      {
        schemaVersion: 1,
        kind: 'decision',
        run,
        verb,
        answers: [{ question: null, box: given.device ?? null, answer }],
      },
      () =>
        [
          printableLines(answer.text),
          ...(verb === 'pause' && answer.accepted
            ? [`Go on with: ${commandLine(program, ['resume', run])}`]
            : []),
          ...(verb === 'hold' && answer.accepted && given.device !== undefined
            ? [`Go on with: ${commandLine(program, ['release', run, '--device', given.device])}`]
            : []),
        ].join('\n'),
      output,
    );
    process.exitCode = answer.accepted ? 0 : 3;
  });
}

function closedAnswer(run: string, at: Date): DecisionAnswer {
  return {
    accepted: false,
    text: `${printable(run)} is closed since ${utc(at.toISOString())}; nothing was changed.`,
  };
}
