import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, writeSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

import { embeddedNamespace, ownEnvironment, prepareServer, serverArguments } from './embedded-server.ts';
import type { Home } from './home.ts';
import { KeptProcess } from './kept-process.ts';
import { openLog } from './log-file.ts';
import { choosePorts, type ServerPorts } from './ports.ts';
import { endProcess, identify, type ProcessIdentity } from './process-identity.ts';
import { readStoredState, removeState, writeState } from './state.ts';
import { workerArguments, workerEnvironment } from './worker-process.ts';
import { productVersion } from './version.ts';
import { endWithUs } from './watchdog.ts';

export interface SupervisorOptions {
  readonly home: Home;
  /** Path of the Temporal CLI. */
  readonly executable: string;
  /** How long a worker may drain, in milliseconds. Default 30 s. */
  readonly workerGraceMs?: number;
  readonly log: (text: string) => void;
}

/** Keeps the embedded server, and a worker when one is wanted, running until {@link Supervisor.stop}. */
export class Supervisor {
  readonly #options: SupervisorOptions & { readonly workerGraceMs: number };
  #ports: ServerPorts;
  readonly #self: ProcessIdentity;
  readonly #server: KeptProcess;
  readonly #worker: KeptProcess;
  readonly #startedAt = new Date().toISOString();
  #isWorkerWanted = false;
  #stopping: Promise<void> | undefined;

  /** Ends what an earlier supervisor of this home has left behind, then starts the server. */
  static async start(options: SupervisorOptions): Promise<Supervisor> {
    await endLeftovers(options);
    const supervisor = new Supervisor(options, await choosePorts(options.home));
    supervisor.#server.start();
    return supervisor;
  }

  private constructor(options: SupervisorOptions, ports: ServerPorts) {
    const self = identify(process.pid);
    if (self === undefined) throw new Error('this process cannot see itself');
    this.#self = self;
    this.#options = { workerGraceMs: 30_000, ...options };
    this.#ports = ports;
    const onChange = (): void => {
      this.#changed();
    };
    this.#server = new KeptProcess({
      name: 'server',
      start: () => this.#startServer(),
      becomesReady: (child) => this.#serverServes(child),
      onChange,
      log: options.log,
    });
    this.#worker = new KeptProcess({
      name: 'worker',
      start: () => this.#startWorker(),
      becomesReady: (child) => announcesReady(child, openLog(path.join(options.home.logs, 'worker.log'))),
      onChange,
      log: options.log,
    });
  }

  get address(): string {
    return `127.0.0.1:${this.#ports.frontend}`;
  }

  /** From now on there is a worker too, as soon as the server serves. May be repeated. */
  wantWorker(): void {
    this.#isWorkerWanted = true;
    this.#changed();
  }

  /** Worker first, then server; with `now` the worker gets no time to drain. Called again, it waits for, or hurries, the stop under way. */
  stop(options: { readonly now: boolean }): Promise<void> {
    this.#stopping ??= this.#stop(options);
    if (options.now) this.#worker.kill();
    return this.#stopping;
  }

  async #stop(options: { readonly now: boolean }): Promise<void> {
    this.#options.log('stopping');
    await this.#worker.stop(options.now ? 0 : this.#options.workerGraceMs);
    await this.#server.stop(10_000);
    removeState(this.#options.home);
    this.#options.log('stopped');
  }

  #changed(): void {
    const isServing = this.#server.state.status === 'ready';
    if (this.#isWorkerWanted && isServing && this.#stopping === undefined && !this.#worker.isWanted) {
      this.#worker.start();
      return;
    }
    writeState(this.#options.home, {
      supervisor: this.#self,
      server: this.#server.state,
      worker: this.#worker.state,
      address: this.address,
      namespace: embeddedNamespace,
      uiUrl: `http://127.0.0.1:${this.#ports.ui}`,
      executable: this.#options.executable,
      startedAt: this.#startedAt,
      version: productVersion,
    });
  }

  #startServer(): ChildProcess {
    const { home, executable } = this.#options;
    const log = openLog(path.join(home.logs, 'server.log'));
    const child = spawn(executable, serverArguments(home.database, this.#ports), {
      cwd: home.root,
      env: ownEnvironment(),
      stdio: ['ignore', log, log],
    });
    closeSync(log);
    if (child.pid !== undefined) child.once('exit', endWithUs(child.pid));
    child.once('exit', () => {
      void this.#leaveTakenPorts();
    });
    return child;
  }

  /** A port may be somebody else's by now: the server would be started again and die of it for ever. */
  async #leaveTakenPorts(): Promise<void> {
    if (this.#stopping !== undefined) return;
    const before = this.#ports;
    this.#ports = await choosePorts(this.#options.home);
    if (this.#ports.frontend === before.frontend && this.#ports.ui === before.ui) return;
    this.#options.log(
      `server: another program has taken port ${before.frontend} or ${before.ui}; from now on ${this.#ports.frontend} and ${this.#ports.ui}`,
    );
    // It knows the old address only, and is started again with the new one.
    this.#worker.kill();
    this.#changed();
  }

  async #serverServes(child: ChildProcess): Promise<boolean> {
    const isWanted = (): boolean =>
      child.exitCode === null && child.signalCode === null && this.#stopping === undefined;
    const serves = await prepareServer(this.#options.executable, this.address, {
      timeoutMs: 60_000,
      isWanted,
    });
    if (!serves && isWanted()) child.kill('SIGKILL');
    return serves;
  }

  #startWorker(): ChildProcess {
    const { home, workerGraceMs } = this.#options;
    const main =
      process.env['RUNBOOK_WORKER_MAIN'] ?? fileURLToPath(new URL('../worker/main.ts', import.meta.url));
    const preload = new URL('./die-with-parent.js', import.meta.url).href;
    const log = openLog(path.join(home.logs, 'worker.log'));
    const child = spawn(process.execPath, [...workerArguments, '--import', preload, main], {
      cwd: home.root,
      env: {
        ...workerEnvironment,
        ...ownEnvironment(),
        TEMPORAL_ADDRESS: this.address,
        TEMPORAL_NAMESPACE: embeddedNamespace,
        RUNBOOK_HOME: home.root,
        RUNBOOK_WORKER_GRACE_MS: String(workerGraceMs),
      },
      stdio: ['ignore', 'pipe', log, 'ipc'],
    });
    closeSync(log);
    return child;
  }
}

/** Resolves with true at the line `{"ready":true}` on stdout, with false at its end; copies all of it to the log. */
function announcesReady(child: ChildProcess, log: number): Promise<boolean> {
  return new Promise((resolve) => {
    if (child.stdout === null) return;
    const lines = createInterface({ input: child.stdout });
    lines.on('line', (line) => {
      writeSync(log, `${line}\n`);
      if (/^\s*\{\s*"ready"\s*:\s*true\b/.test(line)) resolve(true);
    });
    lines.once('close', () => {
      closeSync(log);
      resolve(false);
    });
  });
}

async function endLeftovers({ home, log }: SupervisorOptions): Promise<void> {
  const stored = readStoredState(home);
  for (const [name, part, graceMs] of [
    ['worker', stored?.worker, 5_000],
    ['server', stored?.server, 10_000],
  ] as const) {
    if (part?.process === undefined) continue;
    log(`ending the ${name} of an earlier supervisor, pid ${part.process.pid}, if it still runs`);
    await endProcess(part.process, graceMs);
  }
  removeState(home);
}
