import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { Option, type Command } from 'commander';

import { RunbookError } from '../../errors/index.ts';

interface WorkerOptions {
  readonly settings?: string;
}

export function configure(command: Command): void {
  command
    .addOption(new Option('--settings <file>', 'settings of the site'))
    .addHelpText(
      'after',
      '\nServes the server that TEMPORAL_ADDRESS (or temporal.toml) names, else the embedded one of this machine.\nSIGTERM lets it finish what it is doing.',
    )
    .action(async (options: WorkerOptions) => {
      process.exitCode = await runWorker(options);
    });
}

async function runWorker(options: WorkerOptions): Promise<number> {
  const { createHome, ensureUp, externalServer, runbookHome, typescriptArguments } =
    await import('../../supervisor/index.ts');
  const home = runbookHome();
  createHome(home);
  const onProgress = (text: string): void => {
    process.stderr.write(`${text}\n`);
  };
  const server = (await externalServer()) ?? (await ensureUp({ worker: false, home, onProgress }));
  const main = fileURLToPath(new URL('../../worker/main.ts', import.meta.url));
  const child = spawn(process.execPath, [...typescriptArguments, main], {
    stdio: 'inherit',
    env: {
      ...process.env,
      TEMPORAL_ADDRESS: server.address,
      TEMPORAL_NAMESPACE: server.namespace,
      RUNBOOK_HOME: home.root,
      ...(options.settings === undefined ? {} : { RUNBOOK_SETTINGS: options.settings }),
    },
  });
  process.stderr.write(`Worker for ${server.address}, namespace ${server.namespace}; Ctrl-C ends it.\n`);
  for (const name of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
    process.on(name, () => {
      // A terminal sends Ctrl-C to both of us; a second signal does the worker no harm.
      child.kill('SIGTERM');
    });
  }
  return new Promise((resolve, reject) => {
    child.once('error', (error) => {
      reject(new RunbookError('ENGINE_NO_WORKER', `The worker cannot be started: ${error.message}`));
    });
    child.once('exit', (code) => {
      resolve(code === 0 ? 0 : 1);
    });
  });
}
