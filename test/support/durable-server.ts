/** A Temporal server of one test, with a database file, that may be killed and started again. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { NativeConnection } from '@temporalio/worker';
import {
  embeddedNamespace,
  ownEnvironment,
  prepareServer,
  serverArguments,
} from '../../supervisor/embedded-server.ts';
import { findTemporalExecutable, runbookHome } from '../../supervisor/index.ts';
import { endBy } from './processes.ts';
import type { TestServer } from './temporal.ts';

export interface DurableServer {
  readonly server: TestServer;
  /** SIGKILL: no farewell. */
  kill(): Promise<void>;
  /** On the same port and database. */
  start(): Promise<void>;
}

export async function withDurableServer(use: (durable: DurableServer) => Promise<void>): Promise<void> {
  const { path: executable } = await findTemporalExecutable(runbookHome());
  const folder = await mkdtemp(path.join(tmpdir(), 'server-'));
  const [frontend, ui] = await freePorts();
  const address = `127.0.0.1:${String(frontend)}`;
  let child: ChildProcess | undefined;
  const start = async (): Promise<void> => {
    const words = serverArguments(path.join(folder, 'temporal.db'), { frontend, ui });
    child = spawn(executable, words, { env: ownEnvironment(), stdio: 'ignore' });
    const isReady = await prepareServer(executable, address, { timeoutMs: 30_000, isWanted: () => true });
    if (!isReady) throw new Error('the server does not serve');
  };
  const kill = (): Promise<void> => endBy('SIGKILL', child);
  try {
    await start();
    const connection = await Connection.connect({ address });
    const nativeConnection = await NativeConnection.connect({ address });
    const namespace = embeddedNamespace;
    const client = new Client({ connection, namespace });
    try {
      await use({ server: { client, nativeConnection, address, namespace, executable }, kill, start });
    } finally {
      await connection.close();
      await nativeConnection.close();
    }
  } finally {
    await kill();
    await rm(folder, { recursive: true, force: true });
  }
}

async function freePorts(): Promise<[number, number]> {
  const servers = [createServer(), createServer()];
  const ports = await Promise.all(
    servers.map(async (server) => {
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      return (server.address() as AddressInfo).port;
    }),
  );
  for (const server of servers) server.close();
  return ports as [number, number];
}
