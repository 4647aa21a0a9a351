import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { ControlServer } from '../control/control-server.ts';
import { resolveOptions, type LabOptions } from '../options.ts';
import { Box } from './box.ts';
import { steering } from './control/steering.ts';
import { FirepowerBox } from './firepower-box.ts';
import { buildFirepower } from './firepower-fleet.ts';
import type { FmcPair } from './fmc-pair.ts';
import { jumpHost } from './kinds/jump-host.ts';
import { linuxHost, type LinuxHost } from './kinds/linux.ts';
import { nginxHost } from './kinds/nginx.ts';
import { clearHostFiles, writeHostFiles } from './host-files.ts';
import { Network } from './network.ts';
import { whyNoSystemLab } from './requirements.ts';
import { RootFolder } from './root-folder.ts';
import { refuseWhatIsNotThere } from './supported.ts';
import { UnitGroups } from './units.ts';

/** Boxes of real programs: every one a set of namespaces with OpenSSH, sudo, bash, perl and openssl in it. */
export class SystemLab {
  readonly dir: string;
  readonly settings: ReturnType<typeof resolveOptions>;
  readonly boxes: Box[] = [];
  /** FMCs that no inventory lists. */
  readonly outsiders = new Set<Box>();
  /** Every password that a box of the lab has or had. */
  readonly passwords = new Set<string>();
  pair: FmcPair | undefined;
  readonly units = new UnitGroups();
  shiftMs = 0;
  controlUrl = '';
  #places = 0;
  #network: Network | undefined;
  #control: ControlServer | undefined;
  #watch: NodeJS.Timeout | undefined;

  constructor(dir: string, options: LabOptions) {
    this.dir = path.resolve(dir);
    this.settings = resolveOptions(options);
    refuseWhatIsNotThere(this.settings);
    this.passwords.add(this.settings.password);
  }

  /** Where the roots of its boxes lie. */
  get folder(): string {
    return path.join(this.dir, 'boxes');
  }

  get firepower(): FirepowerBox[] {
    return this.boxes.filter((box): box is FirepowerBox => box instanceof FirepowerBox);
  }

  get fmcs(): FirepowerBox[] {
    return this.firepower.filter(({ isFmc }) => isFmc);
  }

  get linuxHosts(): Box[] {
    return this.boxes.filter(({ plan }) => plan.kind === 'linux');
  }

  get jumpHosts(): Box[] {
    return this.boxes.filter(({ plan }) => plan.kind === 'jump-host');
  }

  get fmc(): FirepowerBox {
    return this.fmcs[0] as FirepowerBox;
  }

  get ftds(): FirepowerBox[] {
    return this.firepower.filter(({ isFmc }) => !isFmc);
  }

  /** A box by name, address or UUID; of several with the same name `NAME#2` is the second. */
  box(name: string): Box | undefined {
    const [, base = name, number = '1'] = /^(.*)#(\d+)$/.exec(name) ?? [];
    return (
      this.boxes.filter(({ plan }) => plan.name === base)[Number(number) - 1] ??
      this.firepower.find(({ uuid }) => uuid === name) ??
      this.boxes.find(({ address }) => address === name)
    );
  }

  async start(): Promise<void> {
    const why = whyNoSystemLab({ nginx: this.settings.nginxHosts.length > 0 });
    if (why !== undefined) throw new Error(why);
    this.#makeFolder();
    try {
      await this.#build();
    } catch (thrown) {
      await this.stop();
      throw thrown;
    }
  }

  /** What an older lab left in this folder goes first; its namespaces went with its processes. */
  #makeFolder(): void {
    clearBoxes(this.folder);
    mkdirSync(this.folder, { recursive: true, mode: 0o711 });
  }

  async #build(): Promise<void> {
    const { settings } = this;
    this.#network = await Network.make();
    const hosts = Promise.all(settings.nginxHosts.map((host) => this.addLinux(nginxHost(host))));
    // Hosts alone need no FMC.
    const jumps = Promise.all(settings.jumpHosts.map((host) => this.addLinux(jumpHost(host))));
    await Promise.all([
      ...[hosts, jumps],
      ...(settings.nginxHosts.length > 0 && settings.ftds.length === 0 ? [] : [buildFirepower(this)]),
    ]);
    this.#watch = setInterval(() => this.#look(), 50);
    this.#watch.unref();
    this.#control = new ControlServer(steering(this));
    this.controlUrl = await this.#control.start();
    await this.#writeFiles();
  }

  /** Does what is to be done where generate_certs.pl has come to; sees secrets that lie about. */
  #look(): void {
    for (const box of this.firepower) box.looseSecrets?.look();
    for (const box of this.fmcs)
      for (const place of box.reached) {
        const action = box.actions.get(place);
        if (action === undefined) continue;
        box.actions.delete(place);
        void action().finally(() => box.letGo(place));
      }
  }

  /** For one more box. */
  nextPlace(): { root: RootFolder; network: Network; address: string } {
    const network = this.#network as Network;
    this.#places += 1;
    const n = this.#places;
    return {
      root: new RootFolder(path.join(this.folder, String(n))),
      network,
      address: network.addressOf(n),
    };
  }

  /** Makes and boots a Linux host; later than the lab itself it is part of no inventory. */
  async addLinux(host: LinuxHost): Promise<Box> {
    const { root, network, address } = this.nextPlace();
    const plan = await linuxHost(root, host);
    const box = new Box(plan, root, network, address);
    this.boxes.push(box);
    await box.makeHostKey();
    await box.boot();
    return box;
  }

  knownHosts(): string {
    return this.boxes
      .filter((box) => !this.outsiders.has(box))
      .map(({ knownHost }) => knownHost)
      .join('');
  }

  async #writeFiles(): Promise<void> {
    await mkdir(this.dir, { recursive: true });
    const [first, ...others] = this.fmcs.filter((box) => !this.outsiders.has(box));
    await this.#writeInventory('devices.csv', [...(first ? [first] : []), ...this.ftds, ...others]);
    await this.#writeInventory(
      'devices-secondary.csv',
      others.flatMap((secondary) => [secondary, ...this.ftds]),
    );
    await clearHostFiles(this.dir);
    if (this.linuxHosts.length > 0) await writeHostFiles(this.dir, this.linuxHosts);
    await writeFile(path.join(this.dir, 'known_hosts'), this.knownHosts());
    await writeFile(
      path.join(this.dir, 'lab.json'),
      `${JSON.stringify({ pid: process.pid, url: this.controlUrl, port: 22, fmc: this.fmcs[0]?.address }, null, 2)}\n`,
    );
  }

  async #writeInventory(name: string, boxes: readonly FirepowerBox[]): Promise<void> {
    const file = path.join(this.dir, name);
    const quoted = (text: string): string =>
      /[",\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
    const rows = boxes.map(({ plan, address, password }) =>
      [plan.name, address, plan.user, password].map(quoted).join(','),
    );
    if (rows.length === 0) await rm(file, { force: true });
    else
      await writeFile(file, `device_name,IP,admin_username,admin_password\n${rows.join('\n')}\n`, {
        mode: 0o600,
      });
  }

  /** Every process of the box ends; it is back after `downMs`. Files stay. */
  async reboot(box: Box, downMs: number): Promise<void> {
    box.rebooting = true;
    if (box instanceof FirepowerBox) this.units.lose(box);
    await box.halt();
    setTimeout(() => {
      if (this.#control === undefined) return;
      void box.boot().finally(() => {
        box.rebooting = false;
        if (box instanceof FirepowerBox) this.units.regain(box);
      });
    }, downMs).unref();
  }

  async stop(): Promise<void> {
    const control = this.#control;
    this.#control = undefined;
    clearInterval(this.#watch);
    await Promise.all(this.boxes.map(async (box) => box.halt()));
    this.#network?.stop();
    await control?.stop();
    clearBoxes(this.folder);
    await clearHostFiles(this.dir);
    await rm(path.join(this.dir, 'lab.json'), { force: true });
  }
}

/** Removes the roots of boxes. A mount below them would be the host's /usr: then nothing is removed. */
function clearBoxes(folder: string): void {
  if (!existsSync(folder)) return;
  if (readFileSync('/proc/self/mountinfo', 'utf8').includes(` ${folder}/`))
    throw new Error(`something is mounted below ${folder}`);
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}

/** Starts a lab of real programs and writes devices.csv, known_hosts and lab.json into `dir`. Needs root on Linux. */
export async function startSystemLab(options: LabOptions & { dir: string }): Promise<SystemLab> {
  const { dir, ...rest } = options;
  const lab = new SystemLab(dir, rest);
  await lab.start();
  return lab;
}
