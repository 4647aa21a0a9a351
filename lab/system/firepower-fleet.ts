import { readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import {
  applianceVariantSchema,
  type ApplianceVariant,
  type NamedFtd,
  type PairSettings,
} from '../options.ts';
import type { BoxPlan } from './box.ts';
import { giveSet, InternalCa, setFiles } from './certificates.ts';
import { LooseSecrets } from './control/loose-secrets.ts';
import { FirepowerBox, isUp } from './firepower-box.ts';
import { FmcPair } from './fmc-pair.ts';
import {
  hostnameOf,
  moduleConsole,
  newSerial,
  newUuid,
  putPeer,
  sftunnel,
  sudoDefaults,
  type Peer,
} from './kinds/firepower.ts';
import { fmcUsrLocal, furnishFmc } from './kinds/fmc.ts';
import { ftdUsrLocal, furnishFtd } from './kinds/ftd.ts';
import { hashOf } from './root-folder.ts';
import type { SystemLab } from './system-lab.ts';

const day = 86_400_000;
const allTerminals = ['screen', 'tmux', 'script', 'python3'] as const;

/** A manager with its CA, and one that issued before it: what a stale set is of. */
interface Manager {
  readonly box: FirepowerBox;
  readonly ca: InternalCa;
  stale: Promise<InternalCa> | undefined;
}

/** A box that dials a manager, and how the tunnel between them stands when the lab is ready. */
interface Registration {
  readonly box: FirepowerBox;
  readonly manager: Manager;
  readonly tunnel: 'up' | 'down';
  readonly downBecause: 'staleSet' | 'cut';
}

/** Makes the FMCs and FTDs of a lab and boots them; their tunnels stand as the options say when it is done. */
export const buildFirepower = (lab: SystemLab): Promise<void> => new FirepowerFleet(lab).build();

class FirepowerFleet {
  readonly #lab: SystemLab;
  readonly #registrations: Registration[] = [];
  #passwordHash = '';

  constructor(lab: SystemLab) {
    this.#lab = lab;
  }

  async build(): Promise<void> {
    const { settings } = this.#lab;
    const { pair } = settings;
    this.#passwordHash = await hashOf(settings.password);
    const [fmc, secondary, stranger] = await Promise.all([
      this.#addFmc(settings.fmc.name, settings.fmc.variant, settings.caDaysLeft),
      pair && this.#addFmc(pair.name, pair.variant, pair.caDaysLeft ?? settings.caDaysLeft),
      settings.ftds.some(({ secondManager }) => secondManager)
        ? this.#addFmc('fmc-other', applianceVariantSchema.parse({}), 2000)
        : undefined,
    ]);
    fmc.box.setTasks(settings.fmc.criticalTasks);
    if (settings.fmc.licence === 'classic') fmc.box.setClassicLicence();
    if (stranger) this.#lab.outsiders.add(stranger.box);
    if (pair && secondary) await this.#join(fmc, secondary, pair);
    const ftds = await Promise.all(
      settings.ftds.map((ftd) => this.#addFtd(ftd, fmc, secondary, ftd.secondManager ? stranger : undefined)),
    );
    const dialers = [...(secondary ? [secondary.box] : []), ...ftds];
    // With an expired CA the tunnels come up in the past; the others are cut until the present.
    const daysLeft = Math.min(settings.caDaysLeft, pair?.caDaysLeft ?? settings.caDaysLeft);
    const backMs = daysLeft < 0 ? (daysLeft - 2) * day : 0;
    for (const box of this.#lab.firepower) box.setSftunnelClock(backMs);
    for (const each of this.#registrations)
      if (each.tunnel === 'down' && (each.downBecause === 'cut' || hasExpired(each.manager)))
        each.box.cut(each.manager.box.uuid);
    await Promise.all(this.#lab.fmcs.map(async (box) => box.boot()));
    await Promise.all(
      this.#lab.fmcs.map(async (box) =>
        box.untilLinks(() => true, 'sftunnel does not start', ftds.length > 0),
      ),
    );
    await Promise.all(ftds.map(async (box) => box.boot()));
    await Promise.all(
      dialers.map(async (box) => {
        const down = this.#registrations.filter((each) => each.box === box && each.tunnel === 'down');
        await box.untilLinks(
          (links) =>
            links.every((link) =>
              down.some(({ manager }) => manager.box.uuid === link.uuid)
                ? link.failures > 0
                : isUp(link) || !link.dials,
            ),
          'its tunnels are not as they should be',
        );
      }),
    );
    for (const box of this.#lab.firepower) box.setClock(box.startSkewMs);
    for (const { box, manager, downBecause } of this.#registrations)
      if (downBecause !== 'cut') box.mend(manager.box.uuid);
  }

  async #add(
    kind: 'fmc' | 'ftd',
    name: string,
    variant: ApplianceVariant,
    release: { version: string; model: string },
  ): Promise<FirepowerBox> {
    const { settings } = this.#lab;
    const { root, network, address } = this.#lab.nextPlace();
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
      daemons: [sftunnel(settings.restartMs), ...moduleConsole(variant, settings.user)],
      hidden:
        variant.terminals === undefined
          ? []
          : allTerminals.filter((name) => !variant.terminals?.includes(name)),
    };
    const box = new FirepowerBox(identity, plan, root, network, address);
    box.startSkewMs = variant.clockSkewMs;
    box.looseSecrets = new LooseSecrets(box, this.#lab.passwords);
    this.#lab.boxes.push(box);
    await box.makeHostKey();
    return box;
  }

  async #addFmc(name: string, variant: ApplianceVariant, daysLeft: number): Promise<Manager> {
    const { version, model } = this.#lab.settings.fmc;
    const box = await this.#add('fmc', name, variant, { version, model });
    // Validity counts from the build date of the first release: it ends at the wanted time from today.
    const toMs = Math.floor((Date.now() + daysLeft * day) / 1000) * 1000 + 3_600_000;
    const caRoot = box.root.at('etc/sf/ca_root');
    const ca = await InternalCa.make(caRoot, box.uuid, { fromMs: toMs - 3650 * day, toMs });
    const made = path.join(this.#lab.folder, `.own-${box.uuid}`);
    await ca.issue(box.uuid, made);
    box.root.put('etc/sf/keys/sftunnel-cert.pem', readFileSync(path.join(made, 'sftunnel-cert.pem')));
    box.root.put('etc/sf/keys/sftunnel-key.pem', readFileSync(path.join(made, 'sftunnel-key.pem')), 0o600);
    rmSync(made, { recursive: true });
    const manager: Manager = { box, ca, stale: undefined };
    return manager;
  }

  async #addFtd(
    ftd: NamedFtd,
    fmc: Manager,
    secondary: Manager | undefined,
    stranger: Manager | undefined,
  ): Promise<FirepowerBox> {
    const box = await this.#add('ftd', ftd.name, ftd.variant, ftd);
    this.#lab.units.add(box, ftd);
    const { tunnel, downBecause, pairTunnel, pairDownBecause, version } = ftd;
    await this.#register({ box, manager: fmc, tunnel, downBecause }, version);
    if (secondary)
      await this.#register(
        { box, manager: secondary, tunnel: pairTunnel, downBecause: pairDownBecause },
        version,
      );
    if (stranger)
      await this.#register({ box, manager: stranger, tunnel: 'up', downBecause: 'staleSet' }, version);
    if (ftd.staleBackups)
      for (const { uuid } of [fmc, secondary, stranger].flatMap((manager) => manager?.box ?? []))
        for (const file of setFiles)
          box.root.put(`var/sf/peers/${uuid}/${file}.backup`, 'an older attempt\n');
    return box;
  }

  /** Each appliance that dials has, for the one that it dials, a folder with a set of that one's CA. */
  async #register(registration: Registration, version: string): Promise<void> {
    const { box, manager, tunnel, downBecause } = registration;
    const isStale = tunnel === 'down' && downBecause === 'staleSet' && !hasExpired(manager);
    putPeer(box.root, peerOf(manager.box, this.#lab.settings.fmc.version, 'dials'));
    putPeer(manager.box.root, peerOf(box, version, 'accepts'));
    await giveSet(isStale ? await this.#staleCa(manager) : manager.ca, box.root, box.uuid, manager.box.uuid);
    this.#registrations.push(registration);
  }

  /** Each of the two is a peer of the other and holds a set of the other's CA; the secondary dials. */
  async #join(primary: Manager, secondary: Manager, settings: PairSettings): Promise<void> {
    const { tunnel, downBecause } = settings;
    await this.#register(
      { box: secondary.box, manager: primary, tunnel, downBecause },
      this.#lab.settings.fmc.version,
    );
    await giveSet(secondary.ca, primary.box.root, primary.box.uuid, secondary.box.uuid);
    secondary.box.setTasks(settings.criticalTasks);
    this.#lab.pair = new FmcPair([primary.box, secondary.box], settings);
  }

  #staleCa(manager: Manager): Promise<InternalCa> {
    manager.stale ??= InternalCa.make(
      path.join(this.#lab.folder, `.stale-${manager.box.uuid}`),
      manager.box.uuid,
      manager.ca.validity,
    );
    return manager.stale;
  }
}

const hasExpired = ({ ca }: Manager): boolean => ca.validity.toMs < Date.now();

const peerOf = ({ uuid, plan, address, isFmc }: FirepowerBox, version: string, side: Peer['side']): Peer => ({
  ...{ uuid, name: plan.name, ip: address, version, side },
  role: isFmc ? 0 : 1,
});
