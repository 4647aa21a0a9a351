import type { Command } from 'commander';

import type { GlobalOptions } from '../main.ts';

export function configure(command: Command): void {
  command.option('--server-only', 'no worker: look at runs without going on with them');
  command.action(async (options: { readonly serverOnly?: boolean }) => {
    const { ensureUp, externalServer } = await import('../../supervisor/index.ts');
    const { output } = command.optsWithGlobals<GlobalOptions>();
    const external = await externalServer();
    if (external !== undefined) {
      process.stderr.write(
        `TEMPORAL_ADDRESS names ${external.address}: nothing to start here. Start workers with \`runbook worker\`.\n`,
      );
      return;
    }
    const state = await ensureUp({
      worker: options.serverOnly !== true,
      onProgress: (text) => process.stderr.write(`${text}\n`),
    });
    if (output === 'table') {
      process.stdout.write(`Temporal server  ${state.address} (namespace ${state.namespace})\n`);
      process.stdout.write(`Temporal UI      ${state.uiUrl}\n`);
      process.stdout.write(`Worker           ${state.worker.status === 'off' ? 'none' : 'running'}\n`);
    } else process.stdout.write(`${JSON.stringify({ schemaVersion: 1, kind: 'engine', ...state })}\n`);
  });
}
