import { Option, type Command } from 'commander';
import { globalsOf } from './flow/options.ts';

export function configure(command: Command): void {
  command
    .addOption(new Option('-n, --limit <number>', 'how many, the newest first').default('20'))
    .action(async () => {
      const { RunbookError } = await import('../../errors/index.ts');
      const { readRunList } = await import('../client/run-list.ts');
      const { withSession } = await import('../client/session.ts');
      const { runListPage } = await import('../output/run-list-page.ts');
      const { viewOf } = await import('../output/view.ts');
      const { printData } = await import('./flow/print.ts');
      const limit = Number(command.opts<{ limit: string }>().limit);
      if (!Number.isInteger(limit) || limit < 1)
        throw new RunbookError('INPUT_INVALID', '--limit must be a whole number from 1.');
      const runs = await withSession({ worker: false }, ({ client }) => readRunList(client, limit));
      printData(
        { schemaVersion: 1, kind: 'list', runs },
        () => runListPage(runs, viewOf(process.stdout)),
        globalsOf(command).output,
      );
    });
}
