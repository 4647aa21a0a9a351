import type { Command } from 'commander';
import { addInventoryOptions, globalsOf, type InventoryOptions } from './flow/options.ts';

export function configure(command: Command): void {
  addInventoryOptions(command)
    .addHelpText(
      'after',
      '\nExit code: 0 when it could look, whatever it saw; 3 when a box that matters could not be looked at.',
    )
    .action(async () => {
      await certs(command.opts<InventoryOptions>(), command);
    });
}

async function certs(options: InventoryOptions, command: Command): Promise<void> {
  const { filesOf } = await import('./flow/files-of.ts');
  const { makePlan, runOptions } = await import('./flow/make-plan.ts');
  const files = filesOf('inspect-sftunnel', options);
  const { withSession } = await import('../client/session.ts');
  const plan = await withSession({ worker: true }, (session) =>
    makePlan(session, files, runOptions(files, {})),
  );
  if (plan === undefined) {
    process.exitCode = 130;
    return;
  }
  const { certsPage } = await import('../output/certs-page.ts');
  const { viewOf } = await import('../output/view.ts');
  const { printData } = await import('./flow/print.ts');
  const words = [
    ...['--inventory', options.inventory ?? ''],
    ...(options.knownHosts === undefined ? [] : ['--known-hosts', options.knownHosts]),
  ];
  printData(
    plan,
    () => certsPage(plan, viewOf(process.stdout), ['plan', 'renew-sftunnel-ca', ...words]),
    globalsOf(command).output,
  );
  process.exitCode = plan.runnable ? 0 : 3;
}
