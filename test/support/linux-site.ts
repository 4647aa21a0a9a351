/** Linux hosts, a worker and a Temporal server, and the operator's command line on top: judged by the hosts themselves. */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { spawn, type ChildProcess } from 'node:child_process';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { RunDocument } from '../../workflows/contract.ts';
import type { LinuxHost } from './linux-hosts.ts';
import { testServer, type TestServer } from './temporal.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

export interface Typed {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface LinuxSite {
  readonly folder: string;
  readonly hosts: readonly LinuxHost[];
  readonly server: TestServer;
  /** Types a command line of the product; inventory and known_hosts are named for it where it needs them. */
  type(...words: string[]): Promise<Typed>;
  state(run: string): Promise<RunDocument>;
  until(run: string, holds: (document: RunDocument) => boolean): Promise<RunDocument>;
  /** SIGKILL: no farewell. */
  killWorker(): Promise<void>;
  startWorker(): Promise<void>;
}

export interface LinuxInventory {
  /** Text of hosts.yaml, and the folder that its passwords are relative to. */
  readonly text: string;
  readonly folder: string;
  readonly knownHosts: string;
  /** Of the operator, below test/families. */
  readonly family?: string;
}

/** A site with some of the hosts of a lab, which go on living after it. */
export async function withLinuxSite(
  hosts: readonly LinuxHost[],
  { text, folder: secrets, knownHosts, family }: LinuxInventory,
  use: (site: LinuxSite) => Promise<void>,
): Promise<void> {
  const server = await testServer();
  const folder = await mkdtemp(path.join(tmpdir(), 'linux-site-'));
  let worker: ChildProcess | undefined;
  const env = {
    ...process.env,
    TEMPORAL_ADDRESS: server.address,
    TEMPORAL_NAMESPACE: server.namespace,
    RUNBOOK_HOME: path.join(folder, 'home'),
    RUNBOOK_INVENTORY: path.join(folder, 'hosts.yaml'),
    RUNBOOK_KNOWN_HOSTS: path.join(folder, 'known_hosts'),
    NO_COLOR: '1',
  };
  const killWorker = async (): Promise<void> => {
    if (worker === undefined || worker.exitCode !== null || worker.signalCode !== null) return;
    const over = once(worker, 'exit');
    worker.kill('SIGKILL');
    await over;
  };
  const startWorker = async (): Promise<void> => {
    const started = spawn(process.execPath, ['--import', 'tsx', path.join(root, 'worker/main.ts')], {
      cwd: root,
      env,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    worker = started;
    await new Promise<void>((resolve, reject) => {
      started.stdout.on('data', (text: Buffer) => {
        if (text.includes('"ready"')) resolve();
      });
      started.once('exit', (code) => reject(new Error(`the worker ended (${String(code)})`)));
    });
  };
  const state = (run: string): Promise<RunDocument> =>
    server.client.workflow.getHandle(run).query<RunDocument>('state');
  try {
    await cp(path.join(secrets, 'passwords'), path.join(folder, 'passwords'), { recursive: true });
    await writeFile(path.join(folder, 'known_hosts'), knownHosts);
    await writeFile(path.join(folder, 'hosts.yaml'), text);
    if (family !== undefined)
      await cp(path.join(root, 'test/families', family), path.join(folder, 'home/families', family), {
        recursive: true,
      });
    await startWorker();
    await use({
      folder,
      hosts,
      server,
      state,
      killWorker,
      startWorker,
      type: (...words) =>
        new Promise((resolve) => {
          execFile(
            process.execPath,
            [path.join(root, 'cli/bin.js'), ...words],
            { env, maxBuffer: 1 << 24 },
            (error, stdout, stderr) => {
              const code = error === null ? 0 : typeof error.code === 'number' ? error.code : 1;
              resolve({ code, stdout, stderr });
            },
          );
        }),
      until: async (run, holds) => {
        const deadline = Date.now() + 60_000;
        for (;;) {
          const document = await state(run).catch(() => undefined);
          if (document !== undefined && holds(document)) return document;
          if (Date.now() > deadline)
            throw new Error(`the run does not come there: ${JSON.stringify(document, undefined, 1)}`);
          await sleep(100);
        }
      },
    });
  } finally {
    await killWorker();
    await rm(folder, { recursive: true, force: true });
  }
}
