import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { call } from './call.ts';
import { faketime } from './requirements.ts';
import { entersNetwork, inNetwork, type Network } from './network.ts';
import { program } from './program.ts';
import type { RootFolder } from './root-folder.ts';

export interface Daemon {
  readonly name: string;
  /** A line for bash, which should `exec`. */
  readonly command: string;
  /** Pause before it is started again, ms. */
  readonly pauseMs: number;
}

/** What a kind of box says about one of its boxes. */
export interface BoxPlan {
  readonly name: string;
  readonly kind: string;
  readonly hostname: string;
  readonly user: string;
  readonly password: string;
  /** The folder of the box that is seen at /usr/local. */
  readonly usrLocal: string;
  /** What stands in its /etc/sudoers besides. */
  readonly sudoDefaults: string;
  readonly daemons: readonly Daemon[];
  /** Programs of the host that the box does not have. */
  readonly hidden: readonly string[];
}

/** Environment under which a long-lived process follows the clock of its box. */
export const onBoxClock = `LD_PRELOAD=${faketime ?? ''} FAKETIME_TIMESTAMP_FILE=/.lab/clock FAKETIME_NO_CACHE=1 FAKETIME_DONT_FAKE_MONOTONIC=1 FAKETIME_DONT_RESET=1`;

/**
 * Where the clock of a box is moved, libfaketime is loaded into sshd too. What it shares between processes it would remove at its
 * end, which the sandbox of sshd punishes with death; so sshd gets a copy made by somebody else, which it leaves alone.
 */
const sshd = [
  `[ -e /dev/shm/clock ] || LD_PRELOAD=${faketime ?? ''} FAKETIME=+0 perl -e 'system "cp /dev/shm/sem.faketime_sem_$$ /dev/shm/sem.clock; cp /dev/shm/faketime_shm_$$ /dev/shm/clock"'`,
  `export FAKETIME_SHARED="/clock /clock"`,
  'exec /usr/sbin/sshd -D -e',
].join('; ');

/** A box: a root folder, and while it is up an init in namespaces of its own. */
export class Box {
  readonly plan: BoxPlan;
  readonly root: RootFolder;
  readonly network: Network;
  address: string;
  password: string;
  rebooting = false;
  #isFenced = false;
  /** Of its clock, from the start on, ms. */
  startSkewMs = 0;
  #clockMs = 0;
  #process: ChildProcess | undefined;
  #init: string | undefined;

  constructor(plan: BoxPlan, root: RootFolder, network: Network, address: string) {
    this.plan = plan;
    this.root = root;
    this.network = network;
    this.address = address;
    this.password = plan.password;
    root.copy(program('init.pl'), '.lab/init.pl', 0o700);
    this.setClock(0);
    const daemons = [{ name: 'sshd', command: sshd, pauseMs: 0 }, ...plan.daemons];
    root.put('.lab/daemons', daemons.map((d) => `${d.name}\t${d.pauseMs}\t${d.command}\n`).join(''));
  }

  async makeHostKey(): Promise<void> {
    const file = this.root.at('etc/ssh/ssh_host_ed25519_key');
    rmSync(file, { force: true });
    await call('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', '', '-f', file]);
  }

  get knownHost(): string {
    const [type = '', key = ''] = (this.root.text('etc/ssh/ssh_host_ed25519_key.pub') ?? '').split(' ');
    return `${this.address} ${type} ${key.trim()}\n`;
  }

  /** The process that is seen as 1 in the box. */
  get init(): string {
    if (this.#init === undefined) throw new Error(`${this.plan.name} is down`);
    return this.#init;
  }

  get isUp(): boolean {
    return this.#init !== undefined;
  }

  async boot(): Promise<void> {
    const { root, plan } = this;
    const child = spawn(
      'setpriv',
      [
        ...[
          '--pdeathsig',
          'KILL',
          'unshare',
          '--net',
          '--mount',
          '--uts',
          '--ipc',
          '--pid',
          '--fork',
          '--kill-child=KILL',
        ],
        ...['bash', program('enter.sh'), root.path, plan.hostname, plan.usrLocal, process.execPath],
        ...plan.hidden,
      ],
      { stdio: ['pipe', 'ignore', 'pipe'], env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' } },
    );
    this.#process = child;
    let said = '';
    child.stderr.on('data', (text: Buffer) => (said += text.toString()));
    child.stdin.on('error', () => {});
    const pid = String(child.pid);
    await entersNetwork(pid);
    try {
      await this.network.attach(pid, this.address);
    } catch (thrown) {
      throw said === '' ? thrown : new Error(`${plan.name} does not boot: ${said}`);
    }
    child.stdin.end('go\n');
    this.#init = await childOf(pid);
    if (this.#isFenced) await this.#raiseFence(true);
    for (let looks = 0; !this.#isFenced && !(await this.answers()); looks += 1) {
      if (child.exitCode !== null || looks > 500) throw new Error(`${plan.name} does not boot: ${said}`);
      await sleep(20);
    }
  }

  /** True where sshd takes a connection. */
  answers(): Promise<boolean> {
    return new Promise((resolve) => {
      const socket = net.connect({ host: this.address, port: 22, timeout: 1000 });
      const done = (result: boolean) => (): void => {
        socket.destroy();
        resolve(result);
      };
      socket.once('connect', done(true)).once('error', done(false)).once('timeout', done(false));
    });
  }

  /** Ends every process of the box at once; its files stay. */
  async halt(): Promise<void> {
    const [child, init] = [this.#process, this.#init];
    this.#process = undefined;
    this.#init = undefined;
    this.root.seenBy(undefined);
    // What it had mounted went with it.
    for (const inside of ['.lab/under', '.lab/room'])
      rmSync(this.root.at(inside), { recursive: true, force: true });
    if (child !== undefined && child.exitCode === null && child.signalCode === null) {
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    }
    // It ends after its parent, and all others of the box before it.
    while (init !== undefined && existsSync(`/proc/${init}`)) await sleep(5);
    if (init !== undefined) this.#sshHasEnded();
  }

  /** Runs a program in the box, as root. */
  run(args: readonly string[], input?: string): Promise<string> {
    return call(
      'nsenter',
      [
        '-t',
        this.init,
        '-a',
        '/usr/bin/env',
        '-i',
        'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin',
        'HOME=/root',
        ...args,
      ],
      input,
    );
  }

  /** Lines for `ip` in the box. */
  async ip(...lines: string[]): Promise<void> {
    await inNetwork(this.init, lines);
  }

  /** Keeps the host, where the engine runs, from the box, as a router says that there is no way; boxes reach it all the same. */
  async fence(on: boolean): Promise<void> {
    if (this.#isFenced === on) return;
    this.#isFenced = on;
    if (this.isUp) await this.#raiseFence(on);
    if (on) this.dropSsh();
  }

  async #raiseFence(on: boolean): Promise<void> {
    const [local, fence] = ['lookup local', `from ${this.network.hostAddress} unreachable`];
    // The rule for the box's own addresses stands first; only who forwards says that there is no way.
    const forwards = `echo ${on ? 1 : 0} > /proc/sys/net/ipv4/conf/eth0/forwarding`;
    await call('nsenter', ['-t', this.init, '-n', 'sh', '-c', forwards]);
    await this.ip(
      ...(on
        ? [`rule add pref 20 ${local}`, `rule add pref 10 ${fence}`, `rule del pref 0 ${local}`]
        : [`rule add pref 0 ${local}`, `rule del pref 20 ${local}`, `rule del pref 10 ${fence}`]),
    );
  }

  /** The clock of the box ahead of the host's, ms. What runs without LD_PRELOAD of its own follows from its next start on. */
  setClock(offsetMs: number): void {
    this.#clockMs = offsetMs;
    this.setSftunnelClock(offsetMs);
    if (offsetMs === 0) {
      rmSync(this.root.at('etc/ld.so.preload'), { force: true });
      return;
    }
    this.root.put('etc/faketimerc', clockText(offsetMs));
    this.root.put('etc/ld.so.preload', `${faketime ?? ''}\n`);
  }

  /** For sftunnel alone, as long as nobody else runs. */
  setSftunnelClock(offsetMs: number): void {
    writeFileSync(this.root.at('.lab/clock'), clockText(offsetMs));
  }

  nowMs(): number {
    return Date.now() + this.#clockMs;
  }

  /** Processes of the box, by their numbers there. */
  processes(): { pid: number; hostPid: string; command: string }[] {
    if (this.#init === undefined) return [];
    const ours = readlinkSync(`/proc/${this.#init}/ns/pid`);
    return readdirSync('/proc').flatMap((entry) => {
      if (!/^\d+$/.test(entry)) return [];
      try {
        if (readlinkSync(`/proc/${entry}/ns/pid`) !== ours) return [];
        const numbers = /^NSpid:\s+(.*)$/m.exec(readFileSync(`/proc/${entry}/status`, 'utf8'))?.[1] ?? '';
        const command = readFileSync(`/proc/${entry}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
        return [{ pid: Number(numbers.split(/\s+/).at(-1)), hostPid: entry, command }];
      } catch {
        return [];
      }
    });
  }

  /** Ends all SSH connections; the listener goes on. */
  dropSsh(): void {
    for (const { hostPid, command } of this.processes())
      if (/^sshd: /.test(command) && !command.includes('[listener]')) kill(hostPid);
    this.#sshHasEnded();
  }

  /** What sshd, killed, cannot write into its log itself. */
  #sshHasEnded(): void {
    appendFileSync(this.root.at('.lab/sshd.log'), 'lab: every connection has ended\n');
  }

  /** As `listen`, and all connections end with it. */
  async serveSsh(on: boolean): Promise<void> {
    await this.listen(on);
    if (!on) this.dropSsh();
  }

  /** Takes the listener away, or lets it come back. Connections live on. */
  async listen(on: boolean): Promise<void> {
    const flag = this.root.at('.lab/stopped/sshd');
    if (on) rmSync(flag, { force: true });
    else {
      writeFileSync(flag, '');
      for (const { hostPid, command } of this.processes()) if (command.includes('[listener]')) kill(hostPid);
    }
    for (let looks = 0; looks < 250 && (await this.answers()) !== on; looks += 1) await sleep(20);
  }

  /** Asks a daemon on its socket. */
  ask(socket: string, question: unknown): Promise<unknown> {
    const file = this.root.at(socket);
    return new Promise((resolve, reject) => {
      if (!existsSync(file)) {
        reject(new Error(`${this.plan.name}: nobody listens on ${socket}`));
        return;
      }
      // The path of a socket is short; that of a root folder need not be.
      const client = net.connect(`/proc/${this.init}/root${socket}`);
      let text = '';
      client.on('data', (data) => (text += data.toString()));
      client.once('error', reject);
      client.once('end', () => resolve(JSON.parse(text || '{}')));
      client.end(`${JSON.stringify(question)}\n`);
    });
  }
}

/** As libfaketime reads it. */
const clockText = (ms: number): string => `${ms < 0 ? '-' : '+'}${Math.abs(Math.round(ms / 1000))}\n`;

function kill(pid: string): void {
  try {
    process.kill(Number(pid), 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}

async function childOf(pid: string): Promise<string> {
  for (let looks = 0; looks < 500; looks += 1) {
    const child = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ')[0];
    if (child !== undefined && child !== '') return child;
    await sleep(10);
  }
  throw new Error(`process ${pid} has no child`);
}
