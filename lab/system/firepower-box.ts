import { randomUUID } from 'node:crypto';
import { existsSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { Box } from './box.ts';
import type { LooseSecrets } from './control/loose-secrets.ts';
import { program } from './program.ts';

export interface ChannelState {
  readonly openedAt: number;
  readonly fingerprint: string;
  readonly caFingerprint: string;
}

/** As sftunnel of the box notes it. */
export interface LinkState {
  readonly uuid: string;
  readonly name: string;
  readonly ip: string;
  readonly dials: boolean;
  readonly a?: ChannelState | undefined;
  readonly b?: ChannelState | undefined;
  readonly attemptedAt: number;
  readonly handshakes: number;
  readonly failures: number;
  readonly lastError?: string;
}

export const isUp = (link: LinkState): boolean => link.a !== undefined && link.b !== undefined;

export interface GenerationRun {
  readonly at: number;
  readonly folder: string;
  readonly caFingerprint: string;
  readonly finished: boolean;
  readonly pushed: readonly string[];
  readonly failed: readonly string[];
}

/** An FMC or an FTD, with what the lab knows of it besides its files. */
export class FirepowerBox extends Box {
  readonly uuid: string;
  readonly serial: string;
  /** Set by the lab, which has it look. */
  looseSecrets: LooseSecrets | undefined;
  /** What happens at a place of generate_certs.pl, in place of a hold. */
  readonly actions = new Map<string, () => Promise<void>>();

  constructor(identity: { uuid: string; serial: string }, ...box: ConstructorParameters<typeof Box>) {
    super(...box);
    this.uuid = identity.uuid;
    this.serial = identity.serial;
  }

  get isFmc(): boolean {
    return this.plan.kind === 'fmc';
  }

  setting(name: string): unknown {
    const text = this.root.text(`.lab/${name}.json`);
    return text === undefined ? undefined : JSON.parse(text);
  }

  set(name: string, value: unknown): void {
    if (value === undefined) rmSync(this.root.at(`.lab/${name}.json`), { force: true });
    else this.root.put(`.lab/${name}.json`, JSON.stringify(value));
  }

  /** Tasks that generate_certs.pl finds, so old by now. */
  setTasks(tasks: readonly { readonly name: string; readonly ageMinutes: number }[]): void {
    this.set(
      'tasks',
      tasks.map(({ name, ageMinutes }) => ({
        name,
        uuid: randomUUID(),
        since: Date.now() - ageMinutes * 60_000,
      })),
    );
  }

  /** Peers, by UUID, to which the way is cut; `*` is all of them. */
  get #cuts(): string[] {
    return (this.setting('cut') ?? []) as string[];
  }

  cut(peer: string): void {
    this.set('cut', [...new Set([...this.#cuts, peer])]);
  }

  mend(peer?: string): void {
    const left = peer === undefined ? [] : this.#cuts.filter((cut) => cut !== peer);
    this.set('cut', left.length > 0 ? left : undefined);
  }

  /** Its check for a registered Smart Agent can never pass, until Cisco TAC bypasses it. */
  setClassicLicence(): void {
    this.set('classic-licence', { name: 'Smart Agent registration', uuid: randomUUID(), since: Date.now() });
  }

  /** The number of sftunnel's process; undefined while it does not run. */
  get sftunnelPid(): number | undefined {
    const text = this.root.text('.lab/sftunnel.pid');
    return this.isUp && text !== undefined ? Number(text) : undefined;
  }

  get links(): LinkState[] {
    const text = this.root.text('var/sf/run/sftunnel.status');
    if (text === undefined) return [];
    const { pid, links } = JSON.parse(text) as { pid: number; links: LinkState[] };
    if (pid === this.sftunnelPid) return links;
    return links.map((link) => ({ ...link, a: undefined, b: undefined }));
  }

  async untilLinks(holds: (links: LinkState[]) => boolean, what: string, hasLinks = true): Promise<void> {
    for (let looks = 0; looks < 750; looks += 1) {
      const { links } = this;
      if (this.sftunnelPid !== undefined && (links.length > 0 || !hasLinks) && holds(links)) return;
      await sleep(20);
    }
    throw new Error(
      `${this.plan.name}: ${what}: ${JSON.stringify(this.links)}; ${this.root.text('.lab/sftunnel.log') ?? ''}`,
    );
  }

  async tellSftunnel(order: unknown): Promise<void> {
    await this.ask('/var/sf/run/sftunnel.sock', order).catch(() => {});
  }

  get restarts(): number[] {
    return (this.root.text('.lab/sftunnel-restarts') ?? '').split('\n').filter(Boolean).map(Number);
  }

  get runs(): GenerationRun[] {
    return readdirSync(this.root.at('.lab/runs'))
      .filter((file) => file.endsWith('.json'))
      .sort()
      .map((file) => JSON.parse(this.root.text(`.lab/runs/${file}`) ?? '') as GenerationRun);
  }

  /** Programs of the box stop where they come to this place, until it is released. */
  arm(place: string): void {
    writeFileSync(this.root.at(`.lab/break/${place}`), '');
  }

  /** Something is done when a program comes to this place, and then it goes on. */
  actAt(place: string, action: () => Promise<void>): void {
    this.arm(place);
    this.actions.set(place, action);
  }

  /** Places where a program of the box waits now. */
  get reached(): string[] {
    return readdirSync(this.root.at('.lab/break')).flatMap((file) => /^(.*)\.reached$/.exec(file)?.[1] ?? []);
  }

  /** What waits goes on; what is armed for the next time stays. */
  letGo(place: string): void {
    rmSync(this.root.at(`.lab/break/${place}.reached`), { force: true });
  }

  release(place?: string): void {
    for (const file of readdirSync(this.root.at('.lab/break')))
      if (place === undefined || file === place || file === `${place}.reached`)
        rmSync(this.root.at(`.lab/break/${file}`), { force: true });
  }

  isFolder(inside: string): boolean {
    return statSync(this.root.at(inside), { throwIfNoEntry: false })?.isDirectory() ?? false;
  }

  /** Puts a file of the box there, or takes it away. */
  toggle(inside: string, text: string | undefined): void {
    if (text === undefined) rmSync(this.root.at(inside), { force: true });
    else this.root.put(inside, text);
  }

  /** Programs that hold another one on a terminal of its own. */
  get terminals(): { kind: 'screen' | 'tmux' | 'script' | 'python3'; name: string; pid: number }[] {
    return this.processes().flatMap(({ pid, command }) => {
      const kind = /^SCREEN /.test(command)
        ? 'screen'
        : /^tmux .*new-session/.test(command)
          ? 'tmux'
          : /^script /.test(command)
            ? 'script'
            : /^python3 .*\bpty\b/.test(command)
              ? 'python3'
              : undefined;
      return kind === undefined ? [] : [{ kind, name: command, pid }];
    });
  }

  /** Puts keys into the terminals of generate_certs.pl as if they were typed there. */
  async typeInTerminals(text: string): Promise<void> {
    const type =
      'my ($pid, $text) = @ARGV; open(my $tty, "<", "/proc/$pid/fd/0") or die; ioctl($tty, 0x5412, $_) or die "$!" for split //, $text';
    for (const { pid, command } of this.processes())
      if (/^\S*perl \S*generate_certs\.pl/.test(command))
        await this.run(['perl', '-e', type, String(pid), text]);
  }

  /** Programs that hold others ask something before they start, as long as a prompt for that lies there. */
  askBeforeTerminals(): void {
    for (const name of ['screen', 'tmux', 'setsid'])
      if (existsSync(`/usr/bin/${name}`) && !this.plan.hidden.includes(name))
        this.root.copy(program('prompt.sh'), `${this.plan.usrLocal}/bin/${name}`, 0o755);
  }

  /** A `mv` in front of the real one stops where its target fits. */
  holdMoves(pattern: string): void {
    this.root.copy(program('mv.sh'), this.#mv, 0o755);
    this.root.put('.lab/break/mv', pattern);
  }

  get isMoveHeld(): boolean {
    return this.root.has('.lab/break/mv.reached');
  }

  releaseMoves(): void {
    rmSync(this.root.at(this.#mv), { force: true });
    this.release('mv');
  }

  get #mv(): string {
    return `${this.plan.usrLocal}/bin/mv`;
  }
}
