import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes, randomInt } from 'node:crypto';
import { readlink } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { call } from './call.ts';

/**
 * A bridge in a namespace of its own, one cable to the host and one to every box. Nothing of it has a name outside: when the
 * process that holds the namespace ends, the kernel takes bridge and cables away, also those on the host.
 */
export class Network {
  /** Of the benchmark range 198.18.0.0/15, which nobody routes. */
  readonly #prefix = `198.${randomInt(18, 20)}.${randomInt(0, 256)}`;
  readonly #holder: ChildProcess;
  #ports = 0;

  private constructor(holder: ChildProcess) {
    this.#holder = holder;
  }

  static async make(): Promise<Network> {
    const network = new Network(
      spawn('setpriv', ['--pdeathsig', 'KILL', 'unshare', '--net', 'sleep', 'infinity'], {
        stdio: 'ignore',
      }),
    );
    await entersNetwork(network.pid);
    const cable = `rbl${randomBytes(4).toString('hex')}`;
    await call('ip', ['link', 'add', cable, 'type', 'veth', 'peer', 'name', 'host', 'netns', network.pid]);
    await inNetwork(network.pid, [
      'link add bridge type bridge',
      'link set host master bridge',
      'link set host up',
      'link set bridge up',
    ]);
    await call('ip', ['addr', 'add', `${network.hostAddress}/24`, 'dev', cable]);
    await call('ip', ['link', 'set', cable, 'up']);
    return network;
  }

  get pid(): string {
    return String(this.#holder.pid);
  }

  get hostAddress(): string {
    return `${this.#prefix}.254`;
  }

  /** The n-th address, from 1. */
  addressOf(n: number): string {
    if (n > 250) throw new Error('the system lab has at most 250 boxes');
    return `${this.#prefix}.${n}`;
  }

  /** Lays a cable to the network namespace of a process, where it is eth0 with this address. */
  async attach(pid: string, address: string): Promise<void> {
    this.#ports += 1;
    const port = `port${this.#ports}`;
    await inNetwork(this.pid, [
      `link add ${port} type veth peer name eth0 netns ${pid}`,
      `link set ${port} master bridge`,
      `link set ${port} up`,
    ]);
    await inNetwork(pid, ['link set lo up', `addr add ${address}/24 dev eth0`, 'link set eth0 up']);
  }

  stop(): void {
    this.#holder.kill('SIGKILL');
  }
}

/** Lines for `ip -batch` in the network namespace of a process. */
export async function inNetwork(pid: string, lines: readonly string[]): Promise<void> {
  await call('nsenter', ['-t', pid, '-n', 'ip', '-batch', '-'], `${lines.join('\n')}\n`);
}

/** Waits until a process that was just started is in a network namespace other than ours. */
export async function entersNetwork(pid: string): Promise<void> {
  const ours = await readlink('/proc/self/ns/net');
  for (let looks = 0; looks < 500; looks += 1) {
    const theirs = await readlink(`/proc/${pid}/ns/net`).catch(() => undefined);
    if (theirs !== undefined && theirs !== ours) return;
    await sleep(10);
  }
  throw new Error(`process ${pid} got no net namespace of its own`);
}
