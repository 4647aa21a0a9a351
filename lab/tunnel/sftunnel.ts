import { type X509Certificate } from 'node:crypto';
import type { Appliance } from '../appliance/appliance.ts';
import type { Process } from '../appliance/process-table.ts';
import { verifyPeer, type Verdict } from '../certificates/verify-chain.ts';
import { isUp, newLink, type Channel, type Link, type Peer } from './link.ts';

/** Turns one attempt to connect to a manager into a channel, or throws a TunnelRefused. */
export type Connect = (ftd: Sftunnel, link: Link, name: 'a' | 'b') => Promise<Channel>;

/** Why a connection did not come about; already logged by both sides. */
export class TunnelRefused extends Error {}

export interface SftunnelTiming {
  readonly reconnectMs: number;
  readonly restartMs: number;
  readonly heartbeatMs: number;
  readonly deadPeerMs: number;
}

/**
 * The sftunnel process of one appliance, with its tunnels to all peers. One side of a link dials, the other accepts. Files
 * are read at each connection; a session that lives is not touched by what happens to the files, nor by expiry.
 */
export class Sftunnel {
  readonly appliance: Appliance;
  readonly timing: SftunnelTiming;
  readonly links = new Map<string, Link>();
  process: Process;
  startedAtMs: number;
  /** When it was restarted, by the lab's clock, so that the order between boxes can be told. */
  readonly restartedAtMs: number[] = [];
  enabled = true;
  readonly #connect: Connect;
  readonly #retries = new Map<string, NodeJS.Timeout>();
  readonly #attempts = new Map<string, Promise<void>>();
  #closed = false;

  constructor(appliance: Appliance, timing: SftunnelTiming, connect: Connect) {
    this.appliance = appliance;
    this.timing = timing;
    this.#connect = connect;
    this.startedAtMs = appliance.nowMs();
    this.process = this.#spawn();
  }

  /** A new peer, at registration. */
  register(peer: Peer, side: 'dials' | 'accepts'): Link {
    const link = newLink(peer, side === 'dials', this.appliance.nowMs());
    this.links.set(peer.uuid, link);
    return link;
  }

  get restarts(): number {
    return this.restartedAtMs.length;
  }

  get running(): boolean {
    return this.enabled && !this.appliance.rebooting && !this.#closed;
  }

  log(level: 'INFO' | 'WARN' | 'ERROR', text: string, module = 'sftunneld:sf_ssl'): void {
    this.appliance.log(module, level, text, this.process.pid);
  }

  /** Connects every tunnel of ours that is not whole. Returns when each was tried once. */
  async connectAll(): Promise<void> {
    await Promise.all([...this.links.values()].filter((l) => l.dials).map((link) => this.connectOne(link)));
  }

  connectOne(link: Link): Promise<void> {
    const uuid = link.peer.uuid;
    const running = this.#attempts.get(uuid);
    if (running) return running;
    const attempt = this.#attempt(link).finally(() => this.#attempts.delete(uuid));
    this.#attempts.set(uuid, attempt);
    return attempt;
  }

  async #attempt(link: Link): Promise<void> {
    const process = this.process;
    for (const name of ['a', 'b'] as const) {
      if (!this.running || this.process !== process || link[name]) continue;
      link.attemptedAtMs = this.appliance.nowMs();
      try {
        const channel = await this.#connect(this, link, name);
        if (!this.running || this.process !== process) channel.close();
        else {
          link[name] = channel;
          link.handshakes++;
          link.lastError = undefined;
        }
      } catch (error) {
        link.failures++;
        link.lastError = error instanceof Error ? error.message : String(error);
        break;
      }
    }
    if (!isUp(link)) this.#retryLater(link);
  }

  #retryLater(link: Link): void {
    if (this.#closed || !link.dials || this.#retries.has(link.peer.uuid)) return;
    const timer = setTimeout(() => {
      this.#retries.delete(link.peer.uuid);
      if (this.running) void this.connectOne(link);
    }, this.timing.reconnectMs);
    timer.unref();
    this.#retries.set(link.peer.uuid, timer);
  }

  /** A channel of ours ended. */
  lost(link: Link, name: 'a' | 'b', channel: Channel): void {
    if (link[name] !== channel) return;
    link[name] = undefined;
    link.disconnectedAtMs = this.appliance.nowMs();
    if (!link.a && !link.b) {
      link.disconnectReason = 'Both control and event channel connections with peer went down';
      this.log('WARN', `Peer ${link.peer.address} needs re-connect`, 'sftunneld:sf_peers');
    } else
      link.disconnectReason = `${name === 'a' ? 'Control' : 'Event'} channel connection with peer went down`;
    this.#retryLater(link);
  }

  /** Closes channels; with a peer given only to that one. */
  cut(peerUuid?: string): void {
    for (const link of this.links.values()) {
      if (peerUuid !== undefined && link.peer.uuid !== peerUuid) continue;
      link.a?.close();
      link.b?.close();
    }
  }

  /** `pmtool restartbyid sftunnel`: a new process; every tunnel to every peer is cut and made again from the files. */
  restart(): void {
    this.restartedAtMs.push(this.appliance.clock.now());
    this.stop();
    this.start();
  }

  stop(): void {
    this.enabled = false;
    this.appliance.processes.remove(this.process);
    this.cut();
  }

  start(): void {
    if (this.enabled) return;
    this.enabled = true;
    this.process = this.#spawn();
    this.startedAtMs = this.appliance.nowMs();
    const process = this.process;
    setTimeout(() => {
      for (const timer of this.#retries.values()) clearTimeout(timer);
      this.#retries.clear();
      if (this.process === process) void this.connectAll();
    }, this.timing.restartMs).unref();
  }

  #spawn(): Process {
    return this.appliance.processes.add({
      command: '/usr/local/sf/bin/sftunnel -d -f /etc/sf/sftunnel.conf',
      end: () => this.restart(),
    });
  }

  /** The FMC's side of a handshake: checks a device's certificate against its own CA file, by its own clock. */
  judge(cert: X509Certificate, caPem: string): Verdict {
    return verifyPeer(cert, caPem, this.appliance.nowMs(), { strict: true });
  }

  /** The FMC takes up a channel that a device opened. */
  adopt(deviceUuid: string, name: 'a' | 'b', channel: Channel): boolean {
    const link = this.links.get(deviceUuid);
    if (!link || !this.running) return false;
    link[name]?.close();
    link[name] = channel;
    link.handshakes++;
    return true;
  }

  close(): void {
    this.#closed = true;
    for (const timer of this.#retries.values()) clearTimeout(timer);
    this.cut();
  }
}

/** Logs of an FMC that turns a device's certificate down: from 7.6 on only after the handshake (facts 1.10). */
export function logRefusalOfDevice(on: Sftunnel, device: Peer | undefined, verdict: Verdict): void {
  const [major = 0, minor = 0] = (
    /SWVERSION=([\d.]+)/.exec(on.appliance.tree.text('/etc/sf/ims.conf') ?? '')?.[1] ?? ''
  )
    .split('.')
    .map(Number);
  if (major < 7 || (major === 7 && minor < 6)) {
    logRefusal(on, verdict);
    return;
  }
  on.log(
    'ERROR',
    'Unable to set Post Handshake Auth SSL context: SSL_verify_client_post_handshake:extension not received',
  );
  on.log('ERROR', 'Failed to reload credentials');
  on.log('ERROR', 'Failed to add services', 'sftunneld:sf_peers');
  on.log('WARN', `Peer ${device?.name ?? ''} needs re-connect`, 'sftunneld:sf_peers');
}

/** Logs of a box that finds no way to its peer on 8305. From memory of public captures. */
export function logNoWay(on: Sftunnel, peerAddress: string): void {
  on.log('INFO', `Wait to connect to 8305 (IPv4): ${peerAddress}`);
  on.log('INFO', `Connect to ${peerAddress} failed on port 8305 socket 11 (No route to host)`);
  on.log('INFO', `No IPv4 connection to ${peerAddress}`);
  on.log('WARN', `Unable to connect to peer '${peerAddress}'`);
}

/** Logs of a refused certificate on the box that refuses it (facts 1.10). */
export function logRefusal(on: Sftunnel, verdict: Verdict): void {
  on.log('ERROR', `-Error with certificate at depth: ${verdict.depth}`);
  on.log('ERROR', `  issuer   = ${verdict.issuer}`);
  on.log('ERROR', `  subject   = ${verdict.subject}`);
  on.log('ERROR', `  err ${verdict.error}:${verdict.text}`);
  on.log('ERROR', 'SSL_renegotiate error: 1: error:00000001:lib(0):func(0):reason(1)');
  on.log('ERROR', 'Connect:SSL handshake failed');
  on.log('WARN', `SSL Verification status: ${verdict.text}`);
}

const alerts: Readonly<Record<number, string>> = {
  7: 'tlsv1 alert decrypt error',
  9: 'sslv3 alert bad certificate',
  10: 'sslv3 alert certificate expired',
  18: 'tlsv1 alert unknown ca',
  20: 'tlsv1 alert unknown ca',
  68: 'sslv3 alert bad certificate',
};

/** Logs of the box that was refused by its peer. OpenSSL 1.1.1's words; the number is the verifier's (facts 1.10). */
export function logRefused(on: Sftunnel, peerAddress: string, error: number): void {
  const alert = alerts[error] ?? 'sslv3 alert handshake failure';
  on.log('INFO', 'VERIFY ssl_verify_callback_initial ok!');
  on.log('ERROR', 'Connect:SSL handshake failed');
  on.log('WARN', 'SSL Verification status: ok');
  on.log(
    'WARN',
    `establishConnectionUtil: SSL handshake failed: error:14094415:SSL routines:ssl3_read_bytes:${alert}`,
  );
  on.log('WARN', `establishConnectionUtil: Failed to connect using SSL to: '${peerAddress}'`);
  on.log(
    'INFO',
    `establishConnectionUtil: Failed connecting with SSL to using to: '${peerAddress}' rval[40] Too many levels of symbolic links`,
  );
}
