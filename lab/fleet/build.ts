import { randomUUID } from 'node:crypto';
import { Appliance } from '../appliance/appliance.ts';
import type { FmcState } from '../appliance/fmc-state.ts';
import { issueOwn, register, writeCa } from '../certificates/generation.ts';
import { issuePeerCertificate, makeInternalCa } from '../certificates/internal-ca.ts';
import { type KeyPool } from '../certificates/key-pool.ts';
import type { LabClock } from '../clock.ts';
import type { ApplianceVariant, NamedFtd, ResolvedSettings } from '../options.ts';
import type { Connect } from '../tunnel/sftunnel.ts';
import { Sftunnel } from '../tunnel/sftunnel.ts';
import type { Peer } from '../tunnel/link.ts';
import { furnishCommon, furnishFmc, peerJson, putManagerFolder } from './furnish.ts';

const day = 86_400_000;

export interface BuildContext {
  readonly settings: ResolvedSettings;
  readonly clock: LabClock;
  readonly keys: KeyPool;
  readonly connect: Connect;
  address(index: number): string;
  deviceOf(uuid: string): Appliance | undefined;
  reboot(box: Appliance, downMs: number): void;
}

/** Copies the start-up troubles of a variant to where they can be changed later. */
function newBox(
  context: BuildContext,
  kind: 'fmc' | 'ftd',
  name: string,
  address: string,
  variant: ApplianceVariant,
): Appliance {
  const { settings, clock } = context;
  const hostname = name.toLowerCase().replace(/[^a-z0-9-]+/g, '-');
  const box = new Appliance(
    { kind, name, hostname, uuid: randomUUID(), address, user: settings.user },
    { variant, clock, password: settings.password, freeBytes: variant.freeBytes },
  );
  box.clockSkewMs = variant.clockSkewMs;
  box.troubles.slowMs = variant.slowMs;
  box.troubles.expertRefused = variant.expertRefused;
  box.troubles.sudoRefused = variant.sudoRefused;
  box.troubles.loginRefused = variant.loginRefused;
  box.troubles.forcedPasswordChange = variant.forcedPasswordChange;
  box.troubles.unknownPrompt = variant.unknownPrompt;
  return box;
}

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
    address: string;
    variant: ApplianceVariant;
    version: string;
    model: string;
    daysLeft: number;
  },
): Promise<Appliance> {
  const { settings, clock } = context;
  const box = newBox(context, 'fmc', options.name, options.address, options.variant);
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
    tasks: [],
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
  box.sftunnel = new Sftunnel(box, [], tunnelTiming(settings), context.connect);
  fmc.tasks = settings.fmc.criticalTasks.map((task) => ({
    name: task.name,
    startedAtMs: clock.now() - task.ageMinutes * 60_000,
    uuid: randomUUID(),
  }));
  return box;
}

/** Makes an FTD and registers it with its managers. */
export async function buildFtd(
  context: BuildContext,
  settings: NamedFtd,
  address: string,
  managers: Appliance[],
): Promise<Appliance> {
  const box = newBox(context, 'ftd', settings.name, address, settings.variant);
  furnishCommon(box, { version: settings.version, build: '208', model: settings.model });
  for (const [index, manager] of managers.entries()) {
    const fmc = manager.fmc as FmcState;
    const validity = { notBeforeMs: fmc.ca.notBeforeMs, notAfterMs: fmc.ca.notAfterMs };
    // A stale set is what an earlier CA of this FMC issued: the names fit, the signature does not.
    const stale =
      index === 0 &&
      settings.tunnel === 'down' &&
      settings.downBecause === 'staleSet' &&
      context.settings.caDaysLeft >= 0;
    const ca = stale ? await staleCa(context, manager) : fmc.ca;
    const keys = await context.keys.take();
    const { pem, serial } = issuePeerCertificate(ca, box.identity.uuid, keys, validity);
    register(manager, serial, box.identity.uuid, validity.notAfterMs);
    putManagerFolder(
      box,
      { uuid: manager.identity.uuid, address: manager.identity.address, name: manager.identity.name },
      { cert: pem, key: keys.privatePem, ca: ca.certPem },
    );
    if (settings.staleBackups)
      for (const file of ['cacert.pem', 'sftunnel-cert.pem', 'sftunnel-key.pem'])
        box.tree.put(`/var/sf/peers/${manager.identity.uuid}/${file}.backup`, 'an older attempt\n');
    manager.tree.put(
      `/var/sf/peers/${box.identity.uuid}/sftunnel.json`,
      peerJson({ uuid: box.identity.uuid, address, name: box.identity.name }),
    );
    manager.sftunnel?.register(asPeer(box, settings.version));
  }
  if (settings.tunnel === 'down' && settings.downBecause === 'cut') box.troubles.tunnelCut = true;
  box.sftunnel = new Sftunnel(
    box,
    managers.map((m) => asPeer(m, context.settings.fmc.version)),
    tunnelTiming(context.settings),
    context.connect,
  );
  return box;
}

const staleCas = new WeakMap<Appliance, Promise<ReturnType<typeof makeInternalCa>>>();
function staleCa(context: BuildContext, manager: Appliance): Promise<ReturnType<typeof makeInternalCa>> {
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

function tunnelTiming(settings: ResolvedSettings): ConstructorParameters<typeof Sftunnel>[2] {
  return {
    reconnectMs: settings.reconnectMs,
    restartMs: settings.restartMs,
    heartbeatMs: settings.heartbeatMs,
    deadPeerMs: settings.deadPeerMs,
  };
}
