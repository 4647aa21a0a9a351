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

log(`supervisor of ${home.root}, pid ${process.pid}`);
const started = Supervisor.start({ home, executable, log });

// All handlers stand before the state file tells anybody our number.
const wantWorker = (): void => {
  void started.then((supervisor) => {
    supervisor.wantWorker();
  });
};
const stop = (now: boolean): void => {
  void started.then((supervisor) => supervisor.stop({ now })).then(() => process.exit(0));
};
process.on('SIGUSR2', wantWorker);
process.on('SIGTERM', () => {
  stop(false);
});
process.on('SIGINT', () => {
  stop(true);
});
// A closed terminal is no reason to stop.
process.on('SIGHUP', () => undefined);

if (process.argv.includes('--worker')) wantWorker();
