import type { Command } from 'commander';
import { globalsOf } from './flow/options.ts';

export function configure(command: Command): void {
  command
    .argument('[run]', 'id of the run, its beginning or end, or @last', '@last')
    .action(async (reference: string) => {
      const { findRun } = await import('../client/find-run.ts');
      const { withSession } = await import('../client/session.ts');
      const { isFleet } = await import('../client/read-fleet.ts');
      const { followFleet } = await import('./flow/follow-fleet.ts');
      const { followRun } = await import('./flow/follow-run.ts');
      const { output } = globalsOf(command);
      // Looking on must not wake a worker that would go on changing boxes.
      await withSession({ worker: false }, async (session) => {
        const run = await findRun(session.client, reference);
        await ((await isFleet(session.client, run)) ? followFleet : followRun)(session, run, output);
      });
    });
}
