/**
 * The background process of one home: `main.ts [--worker]` with `RUNBOOK_HOME` and `RUNBOOK_TEMPORAL_CLI`. Started by `ensureUp`,
 * which holds the lock of the home meanwhile. SIGUSR2 adds the worker; SIGTERM stops both parts, SIGINT without time to drain.
 */
import { runbookHome } from './home.ts';
import { readSupervisorState } from './state.ts';
import { Supervisor } from './supervisor.ts';

process.umask(0o077);
const home = runbookHome();
const executable = process.env['RUNBOOK_TEMPORAL_CLI'] ?? 'temporal';
const log = (text: string): void => {
  process.stdout.write(`${new Date().toISOString()} ${text}\n`);
};

const other = readSupervisorState(home);
if (other !== undefined) {
  log(`another supervisor serves this home, pid ${other.supervisor.pid}`);
  process.exit(1);
}

let isWorkerWanted = process.argv.includes('--worker');
let supervisor: Supervisor | undefined;
process.on('SIGUSR2', () => {
  isWorkerWanted = true;
  supervisor?.wantWorker();
});

log(`supervisor of ${home.root}, pid ${process.pid}`);
supervisor = await Supervisor.start({ home, executable, log });
if (isWorkerWanted) supervisor.wantWorker();

const stop = (now: boolean): void => {
  void supervisor.stop({ now }).then(() => process.exit(0));
};
process.on('SIGTERM', () => {
  stop(false);
});
process.on('SIGINT', () => {
  stop(true);
});
// A closed terminal is no reason to stop.
process.on('SIGHUP', () => undefined);
