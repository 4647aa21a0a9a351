/** Linux hosts, a worker and a Temporal server, and the operator's command line on top: judged by the hosts themselves. */
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { RunDocument } from '../../workflows/contract.ts';
import type { LinuxHost } from './linux-hosts.ts';
import { runbook, workerProcess, type Typed, type WorkerProcess } from './processes.ts';
import { testServer, type TestServer } from './temporal.ts';
import { untilSeen } from './until.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

export interface LinuxSite {
  readonly folder: string;
  readonly hosts: readonly LinuxHost[];
  readonly server: TestServer;
  /** Types a command line of the product; inventory and known_hosts are named for it where it needs them. */
  type(...words: string[]): Promise<Typed>;
  state(run: string): Promise<RunDocument>;
  until(run: string, holds: (document: RunDocument) => boolean): Promise<RunDocument>;
  readonly worker: WorkerProcess;
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
  const env = {
    ...process.env,
    TEMPORAL_ADDRESS: server.address,
    TEMPORAL_NAMESPACE: server.namespace,
    RUNBOOK_HOME: path.join(folder, 'home'),
    RUNBOOK_INVENTORY: path.join(folder, 'hosts.yaml'),
    RUNBOOK_KNOWN_HOSTS: path.join(folder, 'known_hosts'),
    NO_COLOR: '1',
  };
  const worker = workerProcess(env);
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
    await worker.start();
    await use({
      folder,
      hosts,
      server,
      state,
      worker,
      type: (...words) => runbook(words, { env }),
      until: (run, holds) =>
        untilSeen('the run', () => state(run), holds, { withinMs: 60_000, everyMs: 100 }),
    });
  } finally {
    await worker.kill();
    await rm(folder, { recursive: true, force: true });
  }
}
