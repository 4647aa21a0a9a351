import { Option, type Command } from 'commander';
import { RunbookError } from '../../../errors/index.ts';
import { globalsOf } from './options.ts';
import type { WholeRunVerb } from './tell-run.ts';

const reasonNeeded: readonly WholeRunVerb[] = ['cancel', 'pause', 'takeover'];

/** Arguments, options and action of the verbs about a run as a whole that take nothing but a reason. */
export function configureWithReason(command: Command, verb: WholeRunVerb, help: string): void {
  const isNeeded = reasonNeeded.includes(verb);
  command
    .argument('[run]', 'id of the run, its beginning or end, or @last', '@last')
    .addOption(new Option('--reason <text>', `why; recorded${isNeeded ? ' (required)' : ''}`))
    .addHelpText('after', `\n${help}`)
    .action(async (reference: string) => {
      const { reason } = command.opts<{ reason?: string }>();
      if (isNeeded && (reason ?? '').trim() === '')
        throw new RunbookError(
          'INPUT_MISSING',
          `${verb} needs --reason: it stands in the history and in the report.`,
          { remedy: `Say why: runbook ${verb} … --reason 'WHY'` },
        );
      const { tellRun } = await import('./tell-run.ts');
      await tellRun(verb, reference, reason === undefined ? {} : { reason }, globalsOf(command).output);
    });
}
