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
  let ports = await freePorts();
  const addressOf = ([frontend]: [number, number]): string => `127.0.0.1:${String(frontend)}`;
  let child: ChildProcess | undefined;
  /** False when it has ended, such as at a port that somebody else has taken meanwhile. */
  const serves = async (): Promise<boolean> => {
    const [frontend, ui] = ports;
    const own = spawn(executable, serverArguments(path.join(folder, 'temporal.db'), { frontend, ui }), {
      env: ownEnvironment(),
      stdio: 'ignore',
    });
    child = own;
    const isWanted = (): boolean => own.exitCode === null && own.signalCode === null;
    return await prepareServer(executable, addressOf(ports), { timeoutMs: 90_000, isWanted });
  };
  const start = async (): Promise<void> => {
    if (!(await serves())) throw new Error('the server does not serve');
  };
  const kill = (): Promise<void> => endBy('SIGKILL', child);
  try {
    for (let tries = 1; !(await serves()); tries += 1) {
      if (tries === 3) throw new Error('the server does not serve');
      await kill();
      ports = await freePorts();
    }
    const address = addressOf(ports);
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
