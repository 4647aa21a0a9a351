import { Option, type Command } from 'commander';
import { RunbookError } from '../../../errors/index.ts';
import { globalsOf } from './options.ts';

/** Arguments, options and action of the verbs about one device of a run. */
export function configureForDevice(
  command: Command,
  verb: 'hold' | 'release',
  help: string,
  example: string,
): void {
  const isReasonNeeded = verb === 'hold';
  command
    .argument('[run]', 'id of the run, its beginning or end, or @last', '@last')
    .addOption(new Option('--device <name>', 'by name or UUID (required)'))
    .addOption(new Option('--reason <text>', `why; recorded${isReasonNeeded ? ' (required)' : ''}`))
    .addHelpText('after', `\n${help}\n\nExample:\n${example}`)
    .action(async (reference: string) => {
      const { device, reason } = command.opts<{ device?: string; reason?: string }>();
      if (device === undefined)
        throw new RunbookError('INPUT_MISSING', `${verb} needs --device.`, {
          remedy: `Say which: runbook ${verb} … --device NAME`,
        });
      if (isReasonNeeded && (reason ?? '').trim() === '')
        throw new RunbookError(
          'INPUT_MISSING',
          `${verb} needs --reason: it stands in the history and in the report.`,
          { remedy: `Say why: runbook ${verb} … --reason 'WHY'` },
        );
      const { tellRun } = await import('./tell-run.ts');
      const given = { device, ...(reason === undefined ? {} : { reason }) };
      await tellRun(verb, reference, given, globalsOf(command).output);
    });
}
