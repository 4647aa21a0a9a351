import { mkdir, rm, writeFile } from 'node:fs/promises';
import type net from 'node:net';
import { join } from 'node:path';
import type { Appliance } from './appliance/appliance.ts';
import { KeyPool } from './certificates/key-pool.ts';
import { LabClock } from './clock.ts';
import { ControlServer, type Steered } from './control/control-server.ts';
import { faults } from './control/faults.ts';
import { labTruth } from './control/truth.ts';
import { addressOf, freeBlock } from './fleet/addresses.ts';
import {
  buildFmc,
  buildFtd,
  makePair,
  makeUnits,
  type BuildContext,
  type Place,
  type Registration,
} from './fleet/build.ts';
import { JumpHost } from './login/jump-host.ts';
import { newHostKey } from './login/host-key.ts';
import { RecordedBox } from './login/recorded-box.ts';
import { SshServer } from './login/ssh-server.ts';
import { applianceVariantSchema, resolveOptions, type LabOptions, type NamedFtd } from './options.ts';
import { Network } from './network.ts';
import { readRecording } from './recording/recording-file.ts';
import { accountedTransport } from './tunnel/accounted-transport.ts';
import { connectTls, listen } from './tunnel/tls-transport.ts';
import type { Connect } from './tunnel/sftunnel.ts';

/** A running lab: its boxes, its clock, and what steers it. */
export class Lab {
  readonly settings: ReturnType<typeof resolveOptions>;
  readonly clock = new LabClock();
  /** The FMCs first, then the FTDs, each in the order of the options. */
  readonly boxes: Appliance[] = [];
  readonly network = new Network(this.boxes);
  readonly servers = new Map<Appliance, SshServer>();
  readonly dir: string;
  controlUrl = '';
  /** FMCs that no inventory lists: second managers. */
  readonly outsiders = new Set<Appliance>();
  readonly jumpHosts: JumpHost[] = [];
  readonly recorded: RecordedBox[] = [];
  readonly #byUuid = new Map<string, Appliance>();
  readonly #listeners: net.Server[] = [];
  #control: ControlServer | undefined;

  constructor(dir: string, options: LabOptions) {
    this.dir = dir;
    this.settings = resolveOptions(options);
    if (this.settings.nginxHosts.length > 0)
      throw new Error('nginxHosts are made by the lab of real programs only');
  }

  /** The FMC of the lab; of a pair the one that was the primary at the start. */
  get fmc(): Appliance {
    return this.fmcs[0] as Appliance;
  }

  get fmcs(): Appliance[] {
    return this.boxes.filter((b) => b.identity.kind === 'fmc');
  }

  get ftds(): Appliance[] {
    return this.boxes.filter((b) => b.identity.kind === 'ftd');
  }

  /** A box by name, address or UUID; of several with the same name `NAME#2` is the second. */
  box(name: string): Appliance | undefined {
    const [, base = name, number = '1'] = /^(.*)#(\d+)$/.exec(name) ?? [];
    return (
      this.boxes.filter((b) => b.identity.name === base)[Number(number) - 1] ??
      this.#byUuid.get(name) ??
      this.boxes.find((b) => b.identity.address === name)
    );
  }

  async start(): Promise<void> {
    const { settings } = this;
    const block = settings.block ?? (await freeBlock(settings.port));
    const real = (settings.tunnels ?? (settings.ftds.length <= 50 ? 'real' : 'accounted')) === 'real';
    const connect: Connect = real ? connectTls : accountedTransport((uuid) => this.#byUuid.get(uuid));
    const context: BuildContext = {
      settings,
      clock: this.clock,
      keys: new KeyPool(settings.keyPool),
      connect,
      network: this.network,
      deviceOf: (uuid) => this.#byUuid.get(uuid),
      reboot: (box, downMs) => this.reboot(box, downMs),
      upAtStart: [],
    };
    // With an expired CA the tunnels come up in the past, then time passes over the expiry, and the others are tried.
    const daysLeft = Math.min(settings.caDaysLeft, settings.pair?.caDaysLeft ?? settings.caDaysLeft);
    const backDays = daysLeft < 0 ? daysLeft - 2 : 0;
    this.clock.advanceDays(backDays);
    await this.#build(context, real, this.#places(block));
    await inLots(context.upAtStart, ({ dialer, link }) => dialer.connectOne(link));
    this.clock.advanceDays(-backDays);
    await inLots(this.boxes, async (box) => {
      await box.sftunnel?.connectAll();
    });
    for (const [box, server] of this.servers) if (!this.outsiders.has(box)) await server.open();
    for (const [i, jump] of settings.jumpHosts.entries()) {
      const jumpHost = new JumpHost(jump, addressOf(block, settings.ftds.length + 4 + i), settings.port);
      this.jumpHosts.push(jumpHost);
      await jumpHost.open();
    }
    await this.#openRecorded(block);
    this.#control = new ControlServer(steering(this));
    this.controlUrl = await this.#control.start();
    await this.#writeFiles();
  }

  async #openRecorded(block: readonly [number, number]): Promise<void> {
    const { recorded, user, password, port, ftds, jumpHosts } = this.settings;
    for (const [i, { file, name }] of recorded.entries()) {
      const recording = readRecording(file);
      const names = [
        ...this.boxes.map(({ identity }) => identity.name),
        ...this.recorded.map((box) => box.settings.name),
      ];
      const wanted = name ?? recording.box;
      const taken = names.filter((one) => one === wanted || one.startsWith(`${wanted}-`)).length;
      const settings = { name: taken === 0 ? wanted : `${wanted}-${taken + 1}`, user, password, recording };
      const box = new RecordedBox(settings, addressOf(block, ftds.length + 4 + jumpHosts.length + i), port);
      this.recorded.push(box);
      await box.open();
    }
  }

  /** Where each box is met: the first FMC, the second, the FTDs, a stranger. */
  #places(block: readonly [number, number]): Place[] {
    const { ftds, port } = this.settings;
    const places = Array.from({ length: ftds.length + 3 }, (_, i) => ({
      address: addressOf(block, i + 1),
      sshPort: port,
      isBehindTranslation: false,
    }));
    for (const [i, { behind }] of ftds.entries()) {
      if (!behind) continue;
      const front = places[2 + ftds.findIndex(({ name }) => name === behind.ftd)];
      if (!front) throw new Error(`no FTD named ${behind.ftd}`);
      places[i + 2] = { address: front.address, sshPort: behind.port, isBehindTranslation: true };
    }
    return places;
  }

  async #build(context: BuildContext, real: boolean, places: readonly Place[]): Promise<void> {
    const { settings } = this;
    const place = (index: number): Place => places[index] as Place;
    const { version, model } = settings.fmc;
    const fmc = await buildFmc(context, {
      ...settings.fmc,
      place: place(0),
      daysLeft: settings.caDaysLeft,
    });
    this.#add(fmc);
    let secondary: Appliance | undefined;
    if (settings.pair) {
      secondary = await buildFmc(context, {
        ...settings.pair,
        version,
        model,
        place: place(1),
        daysLeft: settings.pair.caDaysLeft ?? settings.caDaysLeft,
      });
      this.#add(secondary);
      await makePair(context, fmc, secondary, settings.pair);
    }
    let stranger: Appliance | undefined;
    if (settings.ftds.some((f) => f.secondManager)) {
      stranger = await buildFmc(context, {
        name: 'fmc-other',
        variant: applianceVariantSchema.parse({}),
        version,
        model,
        place: place(settings.ftds.length + 2),
        daysLeft: 2000,
        criticalTasks: [],
      });
      this.#add(stranger);
      this.outsiders.add(stranger);
    }
    const managersOf = (ftd: NamedFtd): Registration[] => {
      const { tunnel, downBecause, pairTunnel, pairDownBecause } = ftd;
      const managers: Registration[] = [{ manager: fmc, tunnel, downBecause }];
      if (secondary) managers.push({ manager: secondary, tunnel: pairTunnel, downBecause: pairDownBecause });
      if (stranger && ftd.secondManager)
        managers.push({ manager: stranger, tunnel: 'up', downBecause: 'staleSet' });
      return managers;
    };
    // One after another for the keys, which are made on the pool's own threads anyway.
    const ftds = await Promise.all(
      settings.ftds.map((ftd, i) => buildFtd(context, ftd, place(i + 2), managersOf(ftd))),
    );
    for (const ftd of ftds) this.#add(ftd);
    makeUnits(settings.ftds, ftds);
    if (real) for (const manager of this.fmcs) this.#listeners.push(await listen(manager));
  }

  #add(box: Appliance): void {
    this.boxes.push(box);
    this.#byUuid.set(box.identity.uuid, box);
    this.servers.set(box, new SshServer(box, newHostKey()));
  }

  async swapAddresses(a: Appliance, b: Appliance, hostKeys: 'move' | 'stay'): Promise<void> {
    const [one, two] = [this.servers.get(a), this.servers.get(b)] as [SshServer, SshServer];
    await Promise.all([one.close(), two.close()]);
    [a.identity.address, b.identity.address] = [b.identity.address, a.identity.address];
    if (hostKeys === 'stay') [one.hostKey, two.hostKey] = [two.hostKey, one.hostKey];
    for (const box of [a, b]) box.sftunnel?.cut();
    await Promise.all([one.open(), two.open()]);
  }

  /** Sessions and programs die, tunnels drop; the box is back after `downMs`. Files stay. */
  reboot(box: Appliance, downMs: number): void {
    box.rebooting = true;
    const server = this.servers.get(box);
    void server?.close();
    for (const end of [...box.onReboot]) end();
    box.sftunnel?.stop();
    box.failover?.fail(box);
    box.cluster?.leave(box);
    setTimeout(() => {
      box.rebooting = false;
      box.failover?.recover(box);
      box.cluster?.rejoin(box);
      box.bootedAtMs = box.nowMs();
      box.sudoLectured = false;
      if (!this.#control) return;
      void server?.open();
      box.sftunnel?.start();
    }, downMs).unref();
  }

  /**
   * Files for the product: the inventory in Cisco's form, the host keys, and how to steer the lab. Cisco's order for a pair:
   * the primary, the FTDs, the secondary; for the secondary a list of its own, which begins with it.
   */
  async #writeFiles(): Promise<void> {
    await mkdir(this.dir, { recursive: true });
    const [first, ...others] = this.fmcs.filter((b) => !this.outsiders.has(b));
    await this.#writeInventory('devices.csv', [first as Appliance, ...this.ftds, ...others]);
    for (const secondary of others)
      await this.#writeInventory('devices-secondary.csv', [secondary, ...this.ftds]);
    await writeFile(join(this.dir, 'known_hosts'), this.knownHosts());
    await writeFile(
      join(this.dir, 'lab.json'),
      `${JSON.stringify({ pid: process.pid, url: this.controlUrl, port: this.settings.port, fmc: this.fmc.identity.address }, null, 2)}\n`,
    );
  }

  async #writeInventory(file: string, boxes: readonly Appliance[]): Promise<void> {
    const quoted = (text: string): string =>
      /[",\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
    const recorded = this.recorded.map(({ settings: { name, user, password }, address }) => [
      name,
      address,
      user,
      password,
    ]);
    const rows = [
      ...boxes.map((b) => [b.identity.name, b.identity.address, b.identity.user, b.password]),
      ...recorded,
    ].map((row) => row.map(quoted).join(','));
    await writeFile(
      join(this.dir, file),
      `device_name,IP,admin_username,admin_password\n${rows.join('\n')}\n`,
      { mode: 0o600 },
    );
  }

  knownHosts(): string {
    const others = [...this.jumpHosts, ...this.recorded].map(
      ({ address, port, hostKey }) =>
        `[${address}]:${String(port)} ${hostKey.type} ${hostKey.publicBase64}\n`,
    );
    const boxes = [...this.servers]
      .filter(([box]) => !this.outsiders.has(box))
      .map(
        ([box, { hostKey }]) =>
          `${box.identity.sshPort === 22 ? box.identity.address : `[${box.identity.address}]:${box.identity.sshPort}`} ${hostKey.type} ${hostKey.publicBase64}\n`,
      );
    return [...boxes, ...others].join('');
  }

  async stop(): Promise<void> {
    const control = this.#control;
    this.#control = undefined;
    for (const box of this.boxes) {
      for (const end of [...box.onReboot]) end();
      box.sftunnel?.close();
    }
    for (const listener of this.#listeners) listener.close();
    await Promise.all([...this.servers.values(), ...this.jumpHosts, ...this.recorded].map((s) => s.close()));
    await control?.stop();
    // Whoever finds lab.json takes the lab to be up.
    await rm(join(this.dir, 'lab.json'), { force: true });
  }
}

function steering(lab: Lab): Steered {
  return {
    truth: () => labTruth(lab),
    transcripts: (name) => lab.box(name)?.transcripts.map(({ transcript }) => transcript),
    file: (name, file) => lab.box(name)?.tree.text(file),
    faults: Object.fromEntries(
      Object.entries(faults).map(([name, { schema, apply }]) => [
        name,
        { schema, apply: (body: unknown): unknown => apply(lab, body as never) },
      ]),
    ),
  };
}

/** Does something for each of many, a few at a time. */
async function inLots<T>(all: readonly T[], each: (one: T) => Promise<void>): Promise<void> {
  for (let i = 0; i < all.length; i += 16) await Promise.all(all.slice(i, i + 16).map(each));
}

/** Starts a lab in this process and writes devices.csv, known_hosts and lab.json into `dir`. */
export async function startLab(options: LabOptions & { dir: string }): Promise<Lab> {
  const { dir, ...rest } = options;
  const lab = new Lab(dir, rest);
  await lab.start();
  return lab;
}
