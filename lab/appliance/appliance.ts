import type { LabClock } from '../clock.ts';
import { syslogTime } from '../clock.ts';
import { Disk } from '../filesystem/disk.ts';
import { FsView, type Actor } from '../filesystem/fs-view.ts';
import { LooseSecrets } from '../filesystem/loose-secrets.ts';
import { Tree } from '../filesystem/tree.ts';
import type { Network } from '../network.ts';
import type { Pty } from '../shell/pty.ts';
import type { ApplianceVariant } from '../options.ts';
import type { FmcState } from './fmc-state.ts';
import { newTroubles, type Troubles } from './troubles.ts';
import { ProcessTable } from './process-table.ts';
import type { Cluster } from '../units/cluster.ts';
import type { FailoverPair } from '../units/failover.ts';
import type { Sftunnel } from '../tunnel/sftunnel.ts';
import type { ScreenSession } from '../terminals/screen-session.ts';

export interface LoginAttempt {
  readonly at: string;
  readonly user: string;
  readonly method: string;
  readonly ok: boolean;
  /** Address of who came. */
  readonly from?: string;
}

/** One SSH connection that got past authentication. */
export interface OpenSession {
  readonly id: number;
  readonly sinceMs: number;
  drop(): void;
}

export interface ApplianceIdentity {
  readonly kind: 'fmc' | 'ftd';
  readonly name: string;
  readonly hostname: string;
  readonly uuid: string;
  readonly serial: string;
  /** Changes when the box gets another one. */
  address: string;
  readonly sshPort: number;
  /** It shares its address with another box, and port 22 there is not its own. */
  readonly isBehindTranslation: boolean;
  readonly user: string;
}

/** One box: files, processes, terminals, sessions, and what is currently wrong with it. */
export class Appliance {
  readonly identity: ApplianceIdentity;
  readonly variant: ApplianceVariant;
  readonly clock: LabClock;
  readonly tree: Tree;
  readonly disk: Disk;
  readonly processes: ProcessTable;
  readonly troubles: Troubles = newTroubles();
  readonly logins: LoginAttempt[] = [];
  readonly sessions = new Set<OpenSession>();
  readonly screens = new Map<string, ScreenSession>();
  /** What happens at the moment a line is given to any shell of the box, before it runs; each once. */
  readonly onLine: { readonly pattern: RegExp; apply(): unknown }[] = [];
  /** Lines that a root shell was given, newest last. */
  readonly rootCommands: string[] = [];
  readonly transcripts: Pty[] = [];
  maxConcurrentSessions = 0;
  readonly network: Network;
  readonly looseSecrets: LooseSecrets;
  #password = '';
  clockSkewMs = 0;
  sudoLectured = false;
  rebooting = false;
  /** Start of the box, by its own clock. */
  bootedAtMs: number;
  sftunnel: Sftunnel | undefined;
  /** Set on an FMC. */
  fmc: FmcState | undefined;
  /** Set on an FTD that is a unit of a failover pair, or of a cluster. */
  failover: FailoverPair | undefined;
  cluster: Cluster | undefined;
  /** Kernel jobs that die with a reboot. */
  readonly onReboot = new Set<() => void>();

  constructor(
    identity: ApplianceIdentity,
    options: {
      variant: ApplianceVariant;
      clock: LabClock;
      network: Network;
      password: string;
      freeBytes?: Record<string, number>;
    },
  ) {
    this.identity = identity;
    this.variant = options.variant;
    this.clock = options.clock;
    this.network = options.network;
    this.password = options.password;
    this.bootedAtMs = this.nowMs() - 41 * 86_400_000;
    this.tree = new Tree(() => this.nowMs());
    this.looseSecrets = new LooseSecrets(this.tree, () => this.network.passwords);
    this.disk = new Disk(options.freeBytes);
    this.processes = new ProcessTable(() => this.nowMs(), 4000 + (identity.uuid.charCodeAt(0) % 50) * 7);
  }

  get password(): string {
    return this.#password;
  }

  set password(password: string) {
    this.#password = password;
    // Also as a CSV file holds it.
    for (const form of [password, password.replaceAll('"', '""')]) this.network.passwords.add(form);
  }

  nowMs(): number {
    return this.clock.now(this.clockSkewMs);
  }

  view(actor: Actor): FsView {
    return new FsView(
      this.tree,
      this.disk,
      actor,
      () => this.nowMs(),
      (from, to) => this.#renameGate(from, to),
    );
  }

  async #renameGate(from: string, to: string): Promise<void> {
    const hold = this.troubles.holdRename;
    if (!hold || !(hold.pattern.test(from) || hold.pattern.test(to))) return;
    hold.waiting = true;
    await hold.released;
  }

  /** A line of /var/log/messages; `SF-IMS[pid]: [tid] module [LEVEL] text` (facts 1.10). The log is kept short. */
  log(module: string, level: 'INFO' | 'WARN' | 'ERROR', text: string, pid = 0): void {
    const line = `${syslogTime(this.nowMs())} ${this.identity.hostname} SF-IMS[${pid}]: [${pid}] ${module} [${level}] ${text}\n`;
    const node = this.tree.find('/var/log/messages');
    if (!node) return;
    const kept = node.content.length > 256_000 ? node.content.subarray(-128_000) : node.content;
    node.content = Buffer.concat([kept, Buffer.from(line)]);
  }

  /** A shell was given this line. */
  async heard(line: string): Promise<void> {
    const at = this.onLine.findIndex(({ pattern }) => pattern.test(line));
    if (at >= 0) await this.onLine.splice(at, 1)[0]?.apply();
  }

  /** Cuts every SSH session: the programs in their foreground get a hang-up. */
  dropSessions(): void {
    for (const session of [...this.sessions]) session.drop();
  }
}
