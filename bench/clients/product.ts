import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { connect, readSupervisorState, runbookHome } from '../../supervisor/index.ts';
import { stateQuery } from '../../workflows/contract.ts';
import type { LabProcess } from '../lab-process.ts';
import { Watch } from '../processes.ts';
import type { Client, Round } from './client.ts';

const bin = fileURLToPath(new URL('../../cli/bin.js', import.meta.url));
const runbook = 'deliver-sftunnel-certs';

/**
 * Protections of a site are opened up: they hold a run back on purpose and have nothing to do with what things cost. By default logins
 * come ten a second, and a tunnel is looked at a second time two minutes later.
 */
const settingsOf = (lanes: number): string => `
lanes: ${String(lanes)}
loginsPerSecond: 1000
loginBurst: 1000
concurrentLogins: ${String(lanes)}
samePasswordAtOnce: ${String(lanes)}
sessions: { keepIdle: 5000 }
verify: { every: 500ms, parkAfter: 5m, secondLookAfter: 1ms }
`;

const medianOf = (sorted: readonly number[]): string =>
  (sorted[Math.floor(sorted.length / 2)] ?? 0).toFixed(0);

/**
 * The product as it is shipped: command line, supervisor, worker, Temporal server on SQLite. The whole of `plan` and `run` of a delivery;
 * the work that the others do is its stage `deliver`.
 */
export class Product implements Client {
  readonly name = 'product';
  readonly #lab: LabProcess;
  readonly #env: NodeJS.ProcessEnv;
  readonly #folder: string;

  constructor(lab: LabProcess, folder: string, lanes: number, profiles?: string) {
    this.#lab = lab;
    this.#folder = folder;
    mkdirSync(folder, { recursive: true });
    const settings = path.join(folder, 'settings.yaml');
    writeFileSync(settings, settingsOf(lanes));
    this.#env = { ...process.env, RUNBOOK_HOME: path.join(folder, 'home'), RUNBOOK_SETTINGS: settings };
    delete this.#env['TEMPORAL_ADDRESS'];
    if (profiles !== undefined) {
      mkdirSync(profiles, { recursive: true });
      this.#env['BENCH_PROFILES'] = path.resolve(profiles);
      this.#env['NODE_OPTIONS'] = `--import ${new URL('../profile.js', import.meta.url).href}`;
    }
  }

  async round(): Promise<Round> {
    await this.#cli('up');
    const plan = path.join(this.#folder, 'plan.json');
    const files = [
      '--inventory',
      this.#lab.file('devices.csv'),
      '--known-hosts',
      this.#lab.file('known_hosts'),
    ];
    const planStartedAt = performance.now();
    await this.#cli('plan', runbook, ...files, '--out', plan);
    const planMs = performance.now() - planStartedAt;
    // What follows is counted from here: the reads of the plan are not part of the work.
    await this.#lab.reset();
    const state = readSupervisorState(runbookHome(this.#env));
    const before = Date.now();
    const asking = new AbortController();
    const answers = this.#askOfTheState(before, asking.signal);
    const run = this.#spawn('run', runbook, ...files, '--plan', plan, '--yes', '--no-input');
    const watch = new Watch(
      {
        client: run.pid,
        worker: state?.worker.process?.pid,
        server: state?.server.process?.pid,
        lab: this.#lab.pid,
      },
      ['client'],
    );
    const [code] = (await once(run, 'exit')) as [number | null];
    const used = watch.stop();
    asking.abort();
    const asked = await answers;
    const seen = await this.#lookAtRun(before);
    return {
      workMs: seen.workMs,
      used,
      beganAt: before,
      notes: {
        exit: String(code),
        plan: `${(planMs / 1000).toFixed(1)} s`,
        run: `${(used.wallMs / 1000).toFixed(1)} s`,
        'history events': `${String(seen.parentEvents)} of the run, ${String(seen.allEvents)} in ${String(seen.workflows)} workflows`,
        database: `${this.#databaseMib().toFixed(0)} MiB`,
        'state query at work': `${medianOf(asked)} ms, longest ${Math.max(0, ...asked).toFixed(0)} ms, of ${String(asked.length)}`,
      },
    };
  }

  async stop(): Promise<void> {
    await this.#cli('down');
  }

  #databaseMib(): number {
    const { database } = runbookHome(this.#env);
    return (
      ['', '-wal'].reduce(
        (sum, end) => sum + (statSync(`${database}${end}`, { throwIfNoEntry: false })?.size ?? 0),
        0,
      ) /
      2 ** 20
    );
  }

  /** From the server: when the stage of the work began and ended, and what stands in the histories. */
  async #lookAtRun(since: number) {
    const connection = await connect({ home: runbookHome(this.#env), worker: false });
    const { client } = connection;
    try {
      let [from, to, allEvents, parentEvents, workflows] = [Infinity, 0, 0, 0, 0];
      for await (const run of client.workflow.list({
        query: `StartTime >= "${new Date(since).toISOString()}"`,
      })) {
        const [, , stage] = run.workflowId.split('/');
        workflows += 1;
        allEvents += run.historyLength ?? 0;
        if (stage === undefined) parentEvents = run.historyLength ?? 0;
        if (stage?.startsWith('deliver') !== true) continue;
        from = Math.min(from, run.startTime.getTime());
        to = Math.max(to, run.closeTime?.getTime() ?? Date.now());
      }
      return { workMs: to - from, allEvents, parentEvents, workflows };
    } finally {
      await connection.close();
    }
  }

  /** As `watch` does, once a second while the run is at work: a closed run answers out of its history. Milliseconds. */
  async #askOfTheState(since: number, signal: AbortSignal): Promise<number[]> {
    const connection = await connect({ home: runbookHome(this.#env), worker: false });
    const { client } = connection;
    const query = `StartTime >= "${new Date(since).toISOString()}" AND ExecutionStatus = "Running"`;
    const took: number[] = [];
    try {
      while (!signal.aborted) {
        for await (const { workflowId } of client.workflow.list({ query })) {
          if (workflowId.split('/').length > 2) continue;
          const startedAt = performance.now();
          await client.workflow
            .getHandle(workflowId)
            .query(stateQuery)
            .then(
              () => took.push(performance.now() - startedAt),
              () => undefined,
            );
          break;
        }
        await sleep(1_000, undefined, { signal }).catch(() => undefined);
      }
      return took.sort((a, b) => a - b);
    } finally {
      await connection.close();
    }
  }

  #spawn(...args: string[]) {
    const child = spawn(process.execPath, [bin, ...args], {
      env: this.#env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    // Read, so that it is never held up; kept only for a fault.
    let said = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => {
        said = (said + chunk.toString()).slice(-4_000);
      });
    child.once('exit', (code) => {
      if (code !== 0) process.stderr.write(`runbook ${args[0] ?? ''} ended with ${String(code)}:\n${said}\n`);
    });
    return child;
  }

  async #cli(...args: string[]): Promise<void> {
    await once(this.#spawn(...args), 'exit');
  }
}
