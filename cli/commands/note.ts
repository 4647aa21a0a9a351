import { Option, type Command } from 'commander';
import { RunbookError } from '../../errors/index.ts';
import { globalsOf } from './flow/options.ts';

export function configure(command: Command): void {
  command
    .usage('[options] [run] TEXT')
    .argument('<words...>', 'the text in quotes; before it the id of the run, else @last')
    .addOption(new Option('--device <name>', 'the box that it is about, by name or UUID'))
    .addHelpText('after', '\nIt stands in status and report, with name and time. Never note a password.')
    .action(async (words: readonly string[]) => {
      const { run, text } = readWords(words);
      const { device } = command.opts<{ device?: string }>();
      const { tellRun } = await import('./flow/tell-run.ts');
      await tellRun(
        'note',
        run,
        { text, ...(device === undefined ? {} : { device }) },
        globalsOf(command).output,
      );
    });
}

function readWords(words: readonly string[]): { readonly run: string; readonly text: string } {
  const [first = '', second] = words;
  const { run, text } = second === undefined ? { run: '@last', text: first } : { run: first, text: second };
  if (words.length > 2 || text.trim() === '')
    throw new RunbookError(
      'INPUT_INVALID',
      words.length > 2 ? 'The text of a note is one word to the shell.' : 'note needs a text.',
      { remedy: "Put it in quotes: runbook note 'TEXT', or runbook note RUN 'TEXT'." },
    );
  return { run, text };
}
