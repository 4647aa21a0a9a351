import { spawn } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Option, type Command } from 'commander';

import { RunbookError } from '../../errors/index.ts';

interface WorkerOptions {
  readonly settings?: string;
  readonly site?: string;
  readonly inventory?: readonly string[];
  readonly knownHosts?: string;
}

export function configure(command: Command): void {
  command
    .addOption(new Option('--settings <file>', 'settings of the site'))
    .addOption(
      new Option('--site <name>', 'serve only the boxes of this site of the inventory; runs no workflows'),
    )
    .addOption(
      new Option(
        '--inventory <file...>',
        "with --site: inventories on this machine; default: the run's own path",
      ),
    )
    .addOption(
      new Option(
        '--known-hosts <file>',
        "with --site: known_hosts on this machine; default: the run's own path",
      ),
    )
    .addHelpText(
      'after',
      '\nServes the server that TEMPORAL_ADDRESS (or temporal.toml) names, else the embedded one of this machine.\nSIGTERM lets it finish what it is doing.\nA worker of a site reads inventory, known_hosts and passwords from its own machine. The embedded server listens on this machine alone:\nwhere a site is elsewhere, TEMPORAL_ADDRESS must name a server that its worker reaches.',
    )
    .action(async (options: WorkerOptions) => {
      process.exitCode = await runWorker(options);
    });
}

async function runWorker(options: WorkerOptions): Promise<number> {
  const {
    createHome,
    ensureUp,
    externalServer,
    readSupervisorState,
    runbookHome,
    workerArguments,
    workerEnvironment,
  } = await import('../../supervisor/index.ts');
  const home = runbookHome();
  createHome(home);
  const onProgress = (text: string): void => {
    process.stderr.write(`${text}\n`);
  };
  const external = await externalServer();
  if (
    options.site !== undefined &&
    external === undefined &&
    readSupervisorState(home)?.server.status !== 'ready'
  )
    throw new RunbookError(
      'ENGINE_NO_SERVER',
      `A worker of the site ${options.site} needs the server of the runs, and none is named.`,
      {
        remedy:
          'Set TEMPORAL_ADDRESS to a Temporal server that this machine and the operator reach. The embedded server of `runbook up` listens on its own machine alone.',
      },
    );
  const server = external ?? (await ensureUp({ worker: false, home, onProgress }));
  const main = fileURLToPath(new URL('../../worker/main.ts', import.meta.url));
  const child = spawn(process.execPath, [...workerArguments, main], {
    stdio: 'inherit',
    env: {
      ...workerEnvironment,
      ...process.env,
      TEMPORAL_ADDRESS: server.address,
      TEMPORAL_NAMESPACE: server.namespace,
      RUNBOOK_HOME: home.root,
      ...siteEnvironment(options),
      ...(options.settings === undefined ? {} : { RUNBOOK_SETTINGS: options.settings }),
    },
  });
  const whose = options.site === undefined ? 'Worker' : `Worker of the site ${options.site}`;
  process.stderr.write(`${whose} for ${server.address}, namespace ${server.namespace}; Ctrl-C ends it.\n`);
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

/** @throws RunbookError INPUT_INVALID for a name that no inventory can have */
function siteEnvironment({ site, inventory = [], knownHosts }: WorkerOptions): NodeJS.ProcessEnv {
  if (site === undefined) return {};
  if (!/^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$/.test(site))
    throw new RunbookError('INPUT_INVALID', `--site ${site}: small letters, digits and hyphens, at most 40`);
  return {
    RUNBOOK_WORKER_SITE: site,
    RUNBOOK_WORKER_INVENTORY: inventory.map((file) => path.resolve(file)).join(path.delimiter),
    ...(knownHosts === undefined ? {} : { RUNBOOK_WORKER_KNOWN_HOSTS: path.resolve(knownHosts) }),
  };
}
