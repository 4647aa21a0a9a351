import { Option, type Command } from 'commander';
import { globalsOf } from './flow/options.ts';

export function configure(command: Command): void {
  command
    .argument('[run]', 'id of the run, its beginning or end, or @last', '@last')
    .addOption(new Option('--reason <text>', 'why; recorded (required)'))
    .addHelpText(
      'after',
      '\nBefore a new CA is made, what was changed is taken back. After, what is under way is finished, good new sets stay, and\nwhat is left is listed. Follow it with `runbook watch`.',
    )
    .action(async (reference: string) => {
      await cancel(reference, command.opts<{ reason?: string }>(), command);
    });
}

async function cancel(
  reference: string,
  options: { readonly reason?: string },
  command: Command,
): Promise<void> {
  const { RunbookError } = await import('../../errors/index.ts');
  if (options.reason === undefined || options.reason.trim() === '') {
    throw new RunbookError(
      'INPUT_MISSING',
      'cancel needs --reason: it stands in the history and in the report.',
      {
        remedy: "Say why: runbook cancel … --reason 'WHY'",
      },
    );
  }
  const { findRun } = await import('../client/find-run.ts');
  const { operator } = await import('../client/identity.ts');
  const { withSession } = await import('../client/session.ts');
  const { settle } = await import('../client/settle.ts');
  const { printData } = await import('./flow/print.ts');
  const { reason } = options;
  await withSession({ worker: true }, async ({ client }) => {
    const run = await findRun(client, reference);
    const answer = await settle(client, 'cancel', run, { by: operator(), reason });
    printData(
      {
        schemaVersion: 1,
        kind: 'decision',
        run,
        verb: 'cancel',
        answers: [{ question: null, box: null, answer }],
      },
      () => answer.text,
      globalsOf(command).output,
    );
    process.exitCode = answer.accepted ? 0 : 3;
  });
}
