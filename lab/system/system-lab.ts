import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { ControlServer } from '../control/control-server.ts';
import {
  applianceVariantSchema,
  resolveOptions,
  type ApplianceVariant,
  type LabOptions,
  type NamedFtd,
} from '../options.ts';
import { Box, type BoxPlan } from './box.ts';
import { giveSet, InternalCa, setFiles } from './certificates.ts';
import { steering } from './control/steering.ts';
import { FirepowerBox, isUp } from './firepower-box.ts';
import {
  hostnameOf,
  newSerial,
  newUuid,
  putPeer,
  sftunnel,
  sudoDefaults,
  type Peer,
} from './kinds/firepower.ts';
import { fmcUsrLocal, furnishFmc } from './kinds/fmc.ts';
import { ftdUsrLocal, furnishFtd } from './kinds/ftd.ts';
import { linuxHost, type LinuxHost } from './kinds/linux.ts';
import { nginxHost } from './kinds/nginx.ts';
import { clearHostFiles, writeHostFiles } from './host-files.ts';
import { Network } from './network.ts';
import { whyNoSystemLab } from './requirements.ts';
import { hashOf, RootFolder } from './root-folder.ts';
import { refuseWhatIsNotThere } from './supported.ts';

const day = 86_400_000;

/** A manager with its CA, and one that issued before it: what a stale set is of. */
interface Manager {
  readonly box: FirepowerBox;
  readonly ca: InternalCa;
  stale: Promise<InternalCa> | undefined;
}

/** Boxes of real programs: every one a set of namespaces with OpenSSH, sudo, bash, perl and openssl in it. */
export class SystemLab {
  readonly dir: string;
  readonly settings: ReturnType<typeof resolveOptions>;
  readonly boxes: Box[] = [];
  /** FMCs that no inventory lists. */
  readonly outsiders = new Set<Box>();
  shiftMs = 0;
  controlUrl = '';
  #places = 0;
  #network: Network | undefined;
  #control: ControlServer | undefined;
  #passwordHash = '';
  #watch: NodeJS.Timeout | undefined;

  constructor(dir: string, options: LabOptions) {
    this.dir = path.resolve(dir);
    this.settings = resolveOptions(options);
    refuseWhatIsNotThere(this.settings);
  }

  get #folder(): string {
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
    clearBoxes(this.#folder);
    mkdirSync(this.#folder, { recursive: true, mode: 0o711 });
  }

  async #build(): Promise<void> {
    const { settings } = this;
    this.#network = await Network.make();
    const hosts = Promise.all(settings.nginxHosts.map((host) => this.addLinux(nginxHost(host))));
    // Hosts alone need no FMC.
    await Promise.all([
      hosts,
      ...(settings.nginxHosts.length > 0 && settings.ftds.length === 0 ? [] : [this.#buildFirepower()]),
    ]);
    this.#watch = setInterval(() => this.#look(), 50);
    this.#watch.unref();
    this.#control = new ControlServer(steering(this));
    this.controlUrl = await this.#control.start();
    await this.#writeFiles();
  }

  async #buildFirepower(): Promise<void> {
    const { settings } = this;
    this.#passwordHash = await hashOf(settings.password);
    const hasExpired = settings.caDaysLeft < 0;
    const backMs = hasExpired ? (settings.caDaysLeft - 2) * day : 0;
    const fmc = await this.#addFmc(settings.fmc.name, settings.fmc.variant, settings.caDaysLeft);
    fmc.box.setTasks(settings.fmc.criticalTasks);
    const stranger = settings.ftds.some(({ secondManager }) => secondManager)
      ? await this.#addFmc('fmc-other', applianceVariantSchema.parse({}), 2000)
      : undefined;
    if (stranger) this.outsiders.add(stranger.box);
    const ftds = await Promise.all(
      settings.ftds.map((ftd) => this.#addFtd(ftd, ftd.secondManager && stranger ? [fmc, stranger] : [fmc])),
    );
    // With an expired CA the tunnels come up in the past; the others are cut until the present.
    for (const box of this.firepower) box.setSftunnelClock(backMs);
    if (hasExpired)
      for (const [i, { tunnel }] of settings.ftds.entries())
        if (tunnel === 'down') ftds[i]?.set('cut', [fmc.box.uuid]);
    await Promise.all(this.fmcs.map(async (box) => box.boot()));
    await Promise.all(this.fmcs.map(async (box) => box.untilLinks(() => true, 'sftunnel does not start')));
    await Promise.all(ftds.map(async (box) => box.boot()));
    await Promise.all(
      settings.ftds.map(async ({ tunnel }, i) =>
        ftds[i]?.untilLinks(
          (links) =>
            links.every((link) =>
              tunnel === 'down' && link.uuid === fmc.box.uuid ? link.failures > 0 : isUp(link),
            ),
          'its tunnels are not as they should be',
        ),
      ),
    );
    for (const box of this.firepower) box.setClock(box.startSkewMs);
    if (hasExpired)
      for (const [i, { tunnel, downBecause }] of settings.ftds.entries())
        if (tunnel === 'down' && downBecause !== 'cut') ftds[i]?.set('cut', undefined);
  }

  /** Does what is to be done where generate_certs.pl has come to. */
  #look(): void {
    for (const box of this.fmcs)
      for (const place of box.reached) {
        const action = box.actions.get(place);
        if (action === undefined) continue;
        box.actions.delete(place);
        void action().finally(() => box.release(place));
      }
  }

  #nextPlace(): { root: RootFolder; network: Network; address: string } {
    const network = this.#network as Network;
    this.#places += 1;
    const n = this.#places;
    return {
      root: new RootFolder(path.join(this.#folder, String(n))),
      network,
      address: network.addressOf(n),
    };
  }

  /** Makes and boots a Linux host; later than the lab itself it is part of no inventory. */
  async addLinux(host: LinuxHost): Promise<Box> {
    const { root, network, address } = this.#nextPlace();
    const plan = await linuxHost(root, host);
    const box = new Box(plan, root, network, address);
    this.boxes.push(box);
    await box.makeHostKey();
    await box.boot();
    return box;
  }

  async #add(
    kind: 'fmc' | 'ftd',
    name: string,
    variant: ApplianceVariant,
    release: { version: string; model: string },
  ): Promise<FirepowerBox> {
    const { settings } = this;
    const { root, network, address } = this.#nextPlace();
    const identity = { uuid: newUuid(), serial: newSerial() };
    const hostname = hostnameOf(name);
    const furnishing = {
      ...{ uuid: identity.uuid, hostname, address, user: settings.user, passwordHash: this.#passwordHash },
      ...{ release, variant },
      timing: {
        reconnectMs: settings.reconnectMs,
        heartbeatMs: settings.heartbeatMs,
        deadPeerMs: settings.deadPeerMs,
      },
    };
    if (kind === 'fmc') furnishFmc(root, furnishing, settings.generation);
    else furnishFtd(root, furnishing);
    const plan: BoxPlan = {
      ...{ name, kind, hostname, user: settings.user, password: settings.password },
      usrLocal: kind === 'fmc' ? fmcUsrLocal : ftdUsrLocal,
      sudoDefaults,
      daemons: [sftunnel(settings.restartMs)],
    };
    const box = new FirepowerBox(identity, plan, root, network, address);
    box.startSkewMs = variant.clockSkewMs;
    this.boxes.push(box);
    await box.makeHostKey();
    return box;
  }

  async #addFmc(name: string, variant: ApplianceVariant, daysLeft: number): Promise<Manager> {
    const { version, model } = this.settings.fmc;
    const box = await this.#add('fmc', name, variant, { version, model });
    // Validity counts from the build date of the first release: it ends at the wanted time from today.
    const toMs = Math.floor((Date.now() + daysLeft * day) / 1000) * 1000 + 3_600_000;
    const caRoot = box.root.at('etc/sf/ca_root');
    const ca = await InternalCa.make(caRoot, box.uuid, { fromMs: toMs - 3650 * day, toMs });
    const made = path.join(this.#folder, `.own-${box.uuid}`);
    await ca.issue(box.uuid, made);
    box.root.put('etc/sf/keys/sftunnel-cert.pem', readFileSync(path.join(made, 'sftunnel-cert.pem')));
    box.root.put('etc/sf/keys/sftunnel-key.pem', readFileSync(path.join(made, 'sftunnel-key.pem')), 0o600);
    rmSync(made, { recursive: true });
    const manager: Manager = { box, ca, stale: undefined };
    return manager;
  }

  async #addFtd(ftd: NamedFtd, managers: readonly Manager[]): Promise<FirepowerBox> {
    const box = await this.#add('ftd', ftd.name, ftd.variant, ftd);
    for (const [i, manager] of managers.entries()) {
      const { uuid, plan, address } = manager.box;
      const hasExpired = this.settings.caDaysLeft < 0;
      const isStale = i === 0 && ftd.tunnel === 'down' && ftd.downBecause === 'staleSet' && !hasExpired;
      putPeer(box.root, peer(uuid, plan.name, address, this.settings.fmc.version, 'dials'));
      putPeer(manager.box.root, peer(box.uuid, ftd.name, box.address, ftd.version, 'accepts'));
      await giveSet(isStale ? await this.#staleCa(manager) : manager.ca, box.root, box.uuid, uuid);
      if (i === 0 && ftd.tunnel === 'down' && ftd.downBecause === 'cut') box.set('cut', [uuid]);
      if (ftd.staleBackups)
        for (const file of setFiles)
          box.root.put(`var/sf/peers/${uuid}/${file}.backup`, 'an older attempt\n');
    }
    return box;
  }

  #staleCa(manager: Manager): Promise<InternalCa> {
    manager.stale ??= InternalCa.make(
      path.join(this.#folder, `.stale-${manager.box.uuid}`),
      manager.box.uuid,
      manager.ca.validity,
    );
    return manager.stale;
  }

  knownHosts(): string {
    return this.boxes
      .filter((box) => !this.outsiders.has(box))
      .map(({ knownHost }) => knownHost)
      .join('');
  }

  async #writeFiles(): Promise<void> {
    await mkdir(this.dir, { recursive: true });
    const quoted = (text: string): string =>
      /[",\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
    const rows = this.firepower
      .filter((box) => !this.outsiders.has(box))
      .map(({ plan, address, password }) => [plan.name, address, plan.user, password].map(quoted).join(','));
    const inventory = path.join(this.dir, 'devices.csv');
    if (rows.length === 0) await rm(inventory, { force: true });
    else
      await writeFile(inventory, `device_name,IP,admin_username,admin_password\n${rows.join('\n')}\n`, {
        mode: 0o600,
      });
    await clearHostFiles(this.dir);
    if (this.linuxHosts.length > 0) await writeHostFiles(this.dir, this.linuxHosts);
    await writeFile(path.join(this.dir, 'known_hosts'), this.knownHosts());
    await writeFile(
      path.join(this.dir, 'lab.json'),
      `${JSON.stringify({ pid: process.pid, url: this.controlUrl, port: 22, fmc: this.fmcs[0]?.address }, null, 2)}\n`,
    );
  }

  /** Every process of the box ends; it is back after `downMs`. Files stay. */
  async reboot(box: Box, downMs: number): Promise<void> {
    box.rebooting = true;
    await box.halt();
    setTimeout(() => {
      if (this.#control === undefined) return;
      void box.boot().finally(() => (box.rebooting = false));
    }, downMs).unref();
  }

  async stop(): Promise<void> {
    const control = this.#control;
    this.#control = undefined;
    clearInterval(this.#watch);
    await Promise.all(this.boxes.map(async (box) => box.halt()));
    this.#network?.stop();
    await control?.stop();
    clearBoxes(this.#folder);
    await clearHostFiles(this.dir);
    await rm(path.join(this.dir, 'lab.json'), { force: true });
  }
}

const peer = (uuid: string, name: string, ip: string, version: string, side: Peer['side']): Peer => ({
  uuid,
  name,
  ip,
  version,
  side,
});

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
