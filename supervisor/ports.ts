import { readFileSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';

import type { Home } from './home.ts';

export interface ServerPorts {
  /** gRPC. */
  readonly frontend: number;
  readonly ui: number;
}

/**
 * Loopback ports of the embedded server. They are kept with the database, so that a bookmark of the UI lives as long as the home;
 * when somebody else has taken one meanwhile, both are chosen anew.
 */
export async function choosePorts(home: Home): Promise<ServerPorts> {
  const file = path.join(home.server, 'ports.json');
  const kept = readPorts(file);
  if (kept !== undefined && (await isFree(kept.frontend)) && (await isFree(kept.ui))) return kept;
  const ports = await freePorts();
  writeFileSync(file, `${JSON.stringify(ports)}\n`, { mode: 0o600 });
  return ports;
}

function readPorts(file: string): ServerPorts | undefined {
  try {
    const { frontend, ui } = JSON.parse(readFileSync(file, 'utf8')) as Partial<ServerPorts>;
    return Number.isInteger(frontend) && Number.isInteger(ui) ? ({ frontend, ui } as ServerPorts) : undefined;
  } catch {
    return undefined;
  }
}

async function freePorts(): Promise<ServerPorts> {
  // Both are held at once, else the same number could come twice.
  const [first, second] = [await listen(0), await listen(0)];
  const ports = { frontend: portOf(first), ui: portOf(second) };
  await Promise.all([close(first), close(second)]);
  return ports;
}

async function isFree(port: number): Promise<boolean> {
  try {
    await close(await listen(port));
    return true;
  } catch {
    return false;
  }
}

function listen(port: number): Promise<net.Server> {
  return new Promise((resolve, reject) => {
    const server = net.createServer();
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      resolve(server);
    });
  });
}

function close(server: net.Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => {
      resolve();
    });
  });
}

function portOf(server: net.Server): number {
  return (server.address() as net.AddressInfo).port;
}
