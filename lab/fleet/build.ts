import { randomBytes, randomUUID } from 'node:crypto';
import { Appliance, type ApplianceIdentity } from '../appliance/appliance.ts';
import type { FmcState } from '../appliance/fmc-state.ts';
import { issueOwn, register, writeCa } from '../certificates/generation.ts';
import { issuePeerCertificate, makeInternalCa, type InternalCa } from '../certificates/internal-ca.ts';
import { type KeyPool } from '../certificates/key-pool.ts';
import type { LabClock } from '../clock.ts';
import { FmcPair } from '../appliance/fmc-pair.ts';
import type { ApplianceVariant, NamedFtd, PairSettings, ResolvedSettings } from '../options.ts';
import type { Network } from '../network.ts';
import type { Connect } from '../tunnel/sftunnel.ts';
import { Sftunnel } from '../tunnel/sftunnel.ts';
import type { Link, Peer } from '../tunnel/link.ts';
import { Cluster } from '../units/cluster.ts';
import { FailoverPair } from '../units/failover.ts';
import { furnishCommon, furnishFmc, peerJson, putManagerFolder } from './furnish.ts';

const day = 86_400_000;

export interface BuildContext {
  readonly settings: ResolvedSettings;
  readonly clock: LabClock;
  readonly keys: KeyPool;
  readonly network: Network;
  readonly connect: Connect;
  deviceOf(uuid: string): Appliance | undefined;
  reboot(box: Appliance, downMs: number): void;
  /** Filled while building: the links whose tunnels are up when the lab is ready, and who dials them. */
  readonly upAtStart: { readonly dialer: Sftunnel; readonly link: Link }[];
}

/** A box's registration with one manager: how its tunnel stands when the lab is ready. */
export interface Registration {
  readonly manager: Appliance;
  readonly tunnel: 'up' | 'down';
  readonly downBecause: 'staleSet' | 'cut';
}

/** Where the SSH of a box is met. */
export type Place = Pick<ApplianceIdentity, 'address' | 'sshPort' | 'isBehindTranslation'>;

/** Copies the start-up troubles of a variant to where they can be changed later. */
function newBox(
  context: BuildContext,
  kind: 'fmc' | 'ftd',
  name: string,
  place: Place,
  variant: ApplianceVariant,
): Appliance {
  const { settings, clock } = context;
  const hostname = name.toLowerCase().replace(/[^a-z0-9-]+/g, '-');
  const box = new Appliance(
    { kind, name, hostname, uuid: randomUUID(), serial: newSerial(), user: settings.user, ...place },
    { variant, clock, network: context.network, password: settings.password, freeBytes: variant.freeBytes },
  );
  box.clockSkewMs = variant.clockSkewMs;
  box.troubles.slowMs = variant.slowMs;
  box.troubles.route = variant.route;
  box.troubles.expertRefused = variant.expertRefused;
  box.troubles.sudoRefused = variant.sudoRefused;
  box.troubles.loginRefused = variant.loginRefused;
  box.troubles.forcedPasswordChange = variant.forcedPasswordChange;
  box.troubles.unknownPrompt = variant.unknownPrompt;
  return box;
}

/** Eleven letters and digits, as Cisco numbers its chassis. */
const newSerial = (): string => `JAD${randomBytes(4).toString('hex').toUpperCase()}`;

const asPeer = (box: Appliance, version: string): Peer => ({
  uuid: box.identity.uuid,
  name: box.identity.name,
  address: box.identity.address,
  version,
});

/** Makes an FMC with its CA; its peers come with `register`. */
export async function buildFmc(
  context: BuildContext,
  options: {
    name: string;
    place: Place;
    variant: ApplianceVariant;
    version: string;
    model: string;
    daysLeft: number;
    criticalTasks: readonly { name: string; ageMinutes: number }[];
  },
): Promise<Appliance> {
  const { settings, clock } = context;
  const box = newBox(context, 'fmc', options.name, options.place, options.variant);
  const release = { version: options.version, build: '208', model: options.model };
  furnishCommon(box, release);
  furnishFmc(box);
  // Validity counts from the build date of the first release (facts 1.5): it ends at the wanted time from today.
  const notAfterMs = Math.floor((Date.now() + options.daysLeft * day) / 1000) * 1000 + 3_600_000;
  const validity = { notBeforeMs: notAfterMs - 3650 * day, notAfterMs };
  const fmc: FmcState = {
    ca: makeInternalCa(box.identity.uuid, await context.keys.takeForCa(), validity),
    keys: context.keys,
    settings: settings.generation,
    tasks: options.criticalTasks.map((task) => ({
      name: task.name,
      startedAtMs: clock.now() - task.ageMinutes * 60_000,
      uuid: randomUUID(),
    })),
    licence: settings.fmc.licence,
    tacBypass: false,
    conditionUuids: { ha: randomUUID(), licence: randomUUID() },
    pair: undefined,
    taskAt: undefined,
    runs: [],
    starts: 0,
    holds: new Map(),
    rebootAt: undefined,
    cutSshAt: undefined,
    deviceOf: (uuid) => context.deviceOf(uuid),
    reboot: (downMs) => context.reboot(box, downMs),
  };
  box.fmc = fmc;
  writeCa(box, fmc);
  await issueOwn(box, fmc, validity);
  box.sftunnel = new Sftunnel(box, tunnelTiming(settings), context.connect);
  return box;
}

/** Makes an FTD and registers it with its managers. */
export async function buildFtd(
  context: BuildContext,
  settings: NamedFtd,
  place: Place,
  registrations: readonly Registration[],
): Promise<Appliance> {
  const box = newBox(context, 'ftd', settings.name, place, settings.variant);
  furnishCommon(box, { version: settings.version, build: '208', model: settings.model });
  box.sftunnel = new Sftunnel(box, tunnelTiming(context.settings), context.connect);
  for (const registration of registrations) {
    await registerWith(context, box, settings.version, registration);
    if (settings.staleBackups)
      for (const file of ['cacert.pem', 'sftunnel-cert.pem', 'sftunnel-key.pem'])
        box.tree.put(
          `/var/sf/peers/${registration.manager.identity.uuid}/${file}.backup`,
          'an older attempt\n',
        );
  }
  return box;
}

/**
 * Makes two FMCs a high-availability pair: each is a peer of the other and holds a set of the other's CA. That the secondary
 * dials the primary is our belief, and so is that the primary uses its own set only where it would dial.
 */
export async function makePair(
  context: BuildContext,
  primary: Appliance,
  secondary: Appliance,
  settings: PairSettings,
): Promise<void> {
  const { tunnel, downBecause } = settings;
  const { version } = context.settings.fmc;
  await registerWith(context, secondary, version, { manager: primary, tunnel, downBecause });
  await giveSet(context, primary, secondary, (secondary.fmc as FmcState).ca);
  const pair = new FmcPair([primary, secondary], settings);
  for (const box of pair.members) (box.fmc as FmcState).pair = pair;
}

/** Joins the FTDs that are said to be units of the same failover pair or cluster. */
export function makeUnits(settings: readonly NamedFtd[], ftds: readonly Appliance[]): void {
  const pairs = new Map<string, FailoverPair>();
  const clusters = new Map<string, Cluster>();
  for (const [i, { failover, cluster }] of settings.entries()) {
    const box = ftds[i] as Appliance;
    if (failover) {
      const pair = pairs.get(failover.group) ?? new FailoverPair(failover.group);
      pairs.set(failover.group, pair);
      pair.join(box, failover.unit, failover.state);
    }
    if (cluster) {
      const whole = clusters.get(cluster.group) ?? new Cluster(cluster.group);
      clusters.set(cluster.group, whole);
      whole.add(box, cluster.unit, cluster.role);
    }
  }
}

/** Each appliance that dials has, for the one it dials, a folder with a set of that one's CA. */
async function registerWith(
  context: BuildContext,
  box: Appliance,
  version: string,
  { manager, tunnel, downBecause }: Registration,
): Promise<void> {
  const fmc = manager.fmc as FmcState;
  const { uuid } = manager.identity;
  // A stale set is what an earlier CA of this FMC issued: the names fit, the signature does not. With a CA that has
  // expired the right set does as well, since the tunnel is first tried after that.
  const hasExpired = fmc.ca.notAfterMs < Date.now();
  const stale = tunnel === 'down' && downBecause === 'staleSet' && !hasExpired;
  await giveSet(context, box, manager, stale ? await staleCa(context, manager) : fmc.ca);
  if (tunnel === 'down' && downBecause === 'cut') box.troubles.cutPeers.add(uuid);
  manager.sftunnel?.register(asPeer(box, version), 'accepts');
  const link = box.sftunnel?.register(asPeer(manager, context.settings.fmc.version), 'dials');
  if (link && box.sftunnel && tunnel === 'up') context.upAtStart.push({ dialer: box.sftunnel, link });
}

/** A certificate for a box by a manager's CA, with all that the two of them keep about it. */
async function giveSet(
  context: BuildContext,
  box: Appliance,
  manager: Appliance,
  ca: InternalCa,
): Promise<void> {
  const validity = { notBeforeMs: ca.notBeforeMs, notAfterMs: ca.notAfterMs };
  const keys = await context.keys.take();
  const { pem, serial } = issuePeerCertificate(ca, box.identity.uuid, keys, validity);
  register(manager, serial, box.identity.uuid, validity.notAfterMs);
  putManagerFolder(box, manager.identity, { cert: pem, key: keys.privatePem, ca: ca.certPem });
  manager.tree.put(`/var/sf/peers/${box.identity.uuid}/sftunnel.json`, peerJson(box.identity));
}

const staleCas = new WeakMap<Appliance, Promise<InternalCa>>();
function staleCa(context: BuildContext, manager: Appliance): Promise<InternalCa> {
  const fmc = manager.fmc as FmcState;
  let made = staleCas.get(manager);
  if (!made) {
    made = context.keys.takeForCa().then((keys) =>
      makeInternalCa(manager.identity.uuid, keys, {
        notBeforeMs: fmc.ca.notBeforeMs,
        notAfterMs: fmc.ca.notAfterMs,
      }),
    );
    staleCas.set(manager, made);
  }
  return made;
}

function tunnelTiming(settings: ResolvedSettings): ConstructorParameters<typeof Sftunnel>[1] {
  return {
    reconnectMs: settings.reconnectMs,
    restartMs: settings.restartMs,
    heartbeatMs: settings.heartbeatMs,
    deadPeerMs: settings.deadPeerMs,
  };
}
