import type { Command } from 'commander';

export function configure(command: Command): void {
  command.option('--now', 'do not let the worker finish what it is doing');
  command.action(async (options: { readonly now?: boolean }) => {
    const { stop } = await import('../../supervisor/index.ts');
    const hasStopped = await stop({ now: options.now === true });
    process.stderr.write(
      hasStopped ? 'Stopped. Open runs go on at the next `runbook up`.\n' : 'Nothing was running.\n',
    );
  });
}
