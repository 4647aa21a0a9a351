import { createPrivateKey, createPublicKey, X509Certificate } from 'node:crypto';
import { file, Files, folder, type Node } from './files.ts';
import type { World } from './shell/world.ts';

export interface Pace {
  /** From the arrival of each line to its answer: the way there and back. */
  readonly commandMs: number;
  /** How long `pmtool restartbyid sftunnel` takes. */
  readonly restartMs: number;
  /** From the end of the restart to the tunnel. */
  readonly tunnelMs: number;
}

/** The three files of a peer, by name. */
export type CertificateSet = Readonly<
  Record<'cacert.pem' | 'sftunnel-cert.pem' | 'sftunnel-key.pem', Buffer>
>;
export const setFiles = ['cacert.pem', 'sftunnel-cert.pem', 'sftunnel-key.pem'] as const;

export interface BoxIdentity {
  readonly kind: 'fmc' | 'ftd';
  readonly name: string;
  readonly uuid: string;
  readonly address: string;
  readonly port: number;
}

interface Work {
  readonly old: CertificateSet;
  readonly issued: CertificateSet;
}

const days = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
function ctime(ms: number): string {
  const at = new Date(ms);
  const day = String(at.getUTCDate()).padStart(2, ' ');
  return `${days[at.getUTCDay()] ?? ''} ${months[at.getUTCMonth()] ?? ''} ${day} ${at.toISOString().slice(11, 19)} ${String(at.getUTCFullYear())}`;
}

/** A block of `sftunnel_status.pl`. */
function block(peer: BoxIdentity, up: boolean, since: number, now: number): string {
  const channel = (name: string): string =>
    up
      ? `\tCipher used = AES256-GCM-SHA384 (strength:256 bits)\n\tChannel${name} Connected: Yes, Interface br1\n`
      : `\tChannel${name} Connected: No\n`;
  const started = up
    ? `\tIPv4 Connection to peer '${peer.address}' Start Time: ${ctime(since)}\n`
    : `\tConnection to peer '${peer.address}' Attempted at ${ctime(now)}\n`;
  const beat = up
    ? `\nPEER INFO:\n\tsw_version 7.2.5\n\tsw_build 208\n\tHeartbeat Send Time: ${ctime(now)}\n\tHeartbeat Received Time: ${ctime(now)}\n`
    : '\nPEER INFO:\n';
  return (
    `\n***********************\n\n**RUN STATUS****${peer.address}*************\n${channel('A')}${channel('B')}` +
    `\tRegistration: Completed.\n${started}${beat}` +
    `**RPC STATUS****${peer.address}*************\n   'ip' => '${peer.address}',\n   'uuid' => '${peer.uuid}',\n   'name' => '${peer.name}',\n`
  );
}

/** One simulated box: its files, and sftunnel as far as it can be seen. */
export class Box implements World {
  readonly identity: BoxIdentity;
  readonly pace: Pace;
  /** Of an FMC: its devices. Of a device: its FMC. */
  peers: readonly Box[] = [];
  files: Files;
  restarts = 0;
  /** Lines that were typed here, and when the first came. */
  lines = 0;
  firstLineAt: number | undefined;
  openSessions = 0;
  mostSessions = 0;
  readonly faults: string[] = [];
  /** The lines themselves, where they are kept. */
  typed: string[] | undefined;
  #pid = 0;
  #pidAt = 0;
  #upAt = Infinity;
  readonly #base: ReadonlyMap<string, Node>;
  #work: Work | undefined;

  constructor(identity: BoxIdentity, base: ReadonlyMap<string, Node>, pace: Pace) {
    this.identity = identity;
    this.#base = base;
    this.pace = pace;
    this.files = new Files(base);
    this.reset();
  }

  get hostname(): string {
    return this.identity.name;
  }

  /** What the bench wants to be done here. */
  give(work: Work): void {
    this.#work = work;
    this.reset();
  }

  /** As before any client came. */
  reset(): void {
    this.files = new Files(this.#base);
    this.restarts = 0;
    this.lines = 0;
    this.firstLineAt = undefined;
    this.mostSessions = 0;
    this.faults.length = 0;
    if (this.typed !== undefined) this.typed = [];
    this.#pid = 7_000;
    this.#pidAt = 0;
    this.#upAt = Infinity;
    const { identity } = this;
    const now = Date.now();
    this.files.put(
      '/etc/sf/ims.conf',
      file(
        `SWVERSION=7.2.5\nSWBUILD=208\nMODEL="${identity.kind === 'fmc' ? 'Cisco Firepower Management Center for VMware' : 'Cisco Firepower Threat Defense for VMware'}"\nAPPLIANCE_UUID=${identity.uuid}\n`,
      ),
    );
    if (this.#work === undefined || this.peers[0] === undefined) return;
    this.files.put(this.#folder, folder());
    for (const name of setFiles)
      this.files.put(`${this.#folder}/${name}`, file(this.#work.old[name], 0o644, now - 86_400_000));
  }

  get #folder(): string {
    return `/var/sf/peers/${this.peers[0]?.identity.uuid ?? ''}`;
  }

  note(line: string): void {
    this.typed?.push(`${String(Date.now() - (this.firstLineAt ?? 0)).padStart(6)} ms  ${line}`);
  }

  now(): number {
    return Date.now();
  }

  isUp(now: number): boolean {
    return now >= this.#upAt;
  }

  vendor(
    name: string,
    args: readonly string[],
    now: number,
  ): { out: string; status: number; takesMs?: number } | undefined {
    if (name === 'sftunnel_status.pl') {
      const wanted = this.peers.filter(({ identity }) => args[0] === undefined || identity.uuid === args[0]);
      const blocks = wanted.map((peer) => {
        const device = this.identity.kind === 'ftd' ? this : peer;
        return block(peer.identity, device.isUp(now), device.#upAt, now);
      });
      return { out: `SFTUNNEL Start Time: ${ctime(this.#pidAt)}\n${blocks.join('')}`, status: 0 };
    }
    if (name !== 'pmtool') return undefined;
    if (args[0] === 'status') {
      const pid = now >= this.#pidAt ? this.#pid : this.#pid - 1;
      const record = (id: string, number: number): string =>
        `${id} (normal) - Running ${String(number)}\nCommand: /usr/local/sf/bin/${id}\nPID File: /var/sf/run/${id}.pid\n`;
      return { out: `Received status (0):\n${record('adi', 6209)}${record('sftunnel', pid)}`, status: 0 };
    }
    if (args[0]?.toLowerCase() !== 'restartbyid' || args[1] !== 'sftunnel') return { out: '', status: 0 };
    this.restarts += 1;
    this.#pid += 1;
    this.#pidAt = now + this.pace.restartMs;
    this.#upAt = this.#fits() ? Math.ceil((this.#pidAt + this.pace.tunnelMs) / 1000) * 1000 : Infinity;
    // Status texts show whole seconds: a box that comes up at once does so within this one.
    if (this.pace.tunnelMs === 0) this.#upAt = this.#pidAt;
    return { out: '', status: 0, takesMs: this.pace.restartMs };
  }

  /** The handshake: does what lies there verify against what the FMC presents? */
  #fits(): boolean {
    const [ca, certificate, key] = setFiles.map((name) => this.files.get(`${this.#folder}/${name}`)?.content);
    if (ca === undefined || certificate === undefined || key === undefined) return false;
    if (!ca.equals(this.#work?.issued['cacert.pem'] ?? Buffer.alloc(0))) return false;
    try {
      const own = new X509Certificate(certificate);
      const spki = createPublicKey(createPrivateKey(key)).export({ type: 'spki', format: 'der' });
      return (
        own.verify(new X509Certificate(ca).publicKey) &&
        own.publicKey.export({ type: 'spki', format: 'der' }).equals(spki)
      );
    } catch {
      return false;
    }
  }

  /** Order: a new file may stand in a place only when the copy of the old one is there. */
  changed(path: string): void {
    if (this.#work === undefined) return;
    for (const name of setFiles) {
      if (path !== `${this.#folder}/${name}`) continue;
      const backup = this.files.get(`${path}.backup`)?.content;
      if (backup?.equals(this.#work.old[name]) !== true)
        this.faults.push(`${name} was replaced before its backup`);
      if (this.restarts > 0) this.faults.push(`${name} was changed after the restart`);
    }
  }

  /** What is wrong with the work on this device; empty when it is done as it must be. */
  verdict(): string[] {
    const wrong = [...this.faults];
    const { issued, old } = this.#work ?? {};
    for (const name of setFiles) {
      const node = this.files.get(`${this.#folder}/${name}`);
      const backup = this.files.get(`${this.#folder}/${name}.backup`);
      if (node?.content?.equals(issued?.[name] ?? Buffer.alloc(0)) !== true)
        wrong.push(`${name} is not the new one`);
      if (node?.mode !== 0o644 || node.uid !== 0) wrong.push(`${name} has not mode 644, root`);
      if (backup?.content?.equals(old?.[name] ?? Buffer.alloc(0)) !== true)
        wrong.push(`${name}.backup is not the old one`);
    }
    const left = this.files.list(this.#folder).filter((name) => name.startsWith('.'));
    if (left.length > 0) wrong.push(`left behind: ${left.join(', ')}`);
    if (this.restarts !== 1) wrong.push(`${String(this.restarts)} restarts`);
    if (!this.isUp(Date.now())) wrong.push('the tunnel is down');
    if (this.mostSessions > 1) wrong.push(`${String(this.mostSessions)} sessions at once`);
    return wrong;
  }
}
