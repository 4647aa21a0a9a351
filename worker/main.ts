import { NativeConnection, Runtime, DefaultLogger, type NativeConnectionOptions } from '@temporalio/worker';
import { RunbookError } from '../errors/index.ts';
import { externalServer, Journal } from '../supervisor/index.ts';
import { createWorker } from './create-worker.ts';
import { readConfig } from './config.ts';
import { workflowBundle } from './workflow-bundle.ts';

/**
 * The worker process: runs workflows and activities until SIGTERM, then drains. Says `{"ready":true}` on stdout when it polls.
 * Environment: TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, RUNBOOK_HOME, RUNBOOK_SETTINGS, RUNBOOK_WORKER_SITE and its files.
 */
async function main(): Promise<void> {
  const config = readConfig();
  Runtime.install({
    logger: new DefaultLogger('INFO', ({ level, message, meta, timestampNanos }) => {
      const at = new Date(Number(timestampNanos / 1_000_000n)).toISOString();
      process.stderr.write(`${JSON.stringify({ at, level, message, meta })}\n`);
    }),
    shutdownSignals: ['SIGTERM', 'SIGINT'],
  });
  const server = await externalServer();
  if (server === undefined) throw new RunbookError('ENGINE_NO_SERVER', 'A worker needs TEMPORAL_ADDRESS.');
  const connection = await NativeConnection.connect({
    ...(server.connectionOptions as NativeConnectionOptions),
    address: server.address,
  });
  const journal = new Journal(config.home.inFlight);
  journal.dropOld(Date.now());
  const { worker, sessions } = await createWorker({
    connection,
    namespace: server.namespace,
    settings: config.settings,
    reportsFolder: config.home.reports,
    families: config.home.families,
    journal,
    graceMs: config.graceMs,
    ...(config.site === undefined
      ? { bundle: await workflowBundle(config.home.cache) }
      : { site: config.site }),
  });
  const running = worker.run();
  process.stdout.write('{"ready":true}\n');
  await running;
  await sessions.close();
  await connection.close();
}

main().then(
  () => process.exit(0),
  (thrown: unknown) => {
    process.stderr.write(`${thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)}\n`);
    process.exit(1);
  },
);
