import { createHash, X509Certificate } from 'node:crypto';
import type { Appliance } from '../appliance/appliance.ts';
import { criticalTasksOf } from '../appliance/critical-tasks.ts';
import { keyFits } from '../certificates/key-pool.ts';
import { nameOf } from '../commands/command.ts';
import type { FmcState } from '../appliance/fmc-state.ts';
import type { Lab } from '../lab.ts';
import type { JumpHost } from '../login/jump-host.ts';
import type { RecordedBox } from '../login/recorded-box.ts';
import type { Inode } from '../filesystem/inode.ts';
import { isUp, sinceMs, type Link } from '../tunnel/link.ts';
import { fmcPaths, fingerprint } from '../tunnel/material.ts';

const iso = (ms: number | undefined): string | undefined =>
  ms === undefined ? undefined : new Date(ms).toISOString();
export const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

export interface FileTruth {
  readonly name: string;
  readonly sha256: string;
  readonly size: number;
  readonly mode: string;
  readonly owner: string;
  readonly lfOnly: boolean;
}

function fileTruth(name: string, node: Inode): FileTruth {
  return {
    name,
    sha256: sha256(node.content),
    size: node.content.length,
    mode: node.mode.toString(8),
    owner: `${nameOf(node.uid)}:${nameOf(node.gid)}`,
    lfOnly: !node.content.includes('\r'),
  };
}

function tunnelTruth(box: Appliance, link: Link) {
  return {
    peerUuid: link.peer.uuid,
    peerName: link.peer.name,
    /** As it was registered; the peer may have another one by now. */
    peerAddress: link.peer.address,
    up: isUp(link),
    channelA: link.a !== undefined,
    channelB: link.b !== undefined,
    since: iso(sinceMs(link)),
    handshakes: link.handshakes,
    failures: link.failures,
    lastError: link.lastError,
    sessionFingerprint: link.a?.fingerprint,
    sessionCaFingerprint: link.a?.caFingerprint,
    sftunnelPid: box.sftunnel?.process.pid,
    restarts: box.sftunnel?.restarts ?? 0,
    enabled: box.sftunnel?.enabled ?? false,
  };
}

function sftunnelTruth({ sftunnel }: Appliance) {
  return {
    pid: sftunnel?.process.pid,
    restarts: sftunnel?.restarts ?? 0,
    /** By the lab's clock, whatever the box's own says: comparable between boxes. */
    restartedAt: (sftunnel?.restartedAtMs ?? []).map((ms) => new Date(ms).toISOString()),
    enabled: sftunnel?.enabled ?? false,
  };
}

function common(box: Appliance) {
  return {
    uuid: box.identity.uuid,
    name: box.identity.name,
    address: box.identity.address,
    kind: box.identity.kind,
    serial: box.identity.serial,
    sshPort: box.identity.sshPort,
    now: iso(box.nowMs()),
    rebooting: box.rebooting,
    logins: {
      attempts: box.logins.length,
      failures: box.logins.filter((l) => !l.ok).length,
      openSessions: box.sessions.size,
      maxConcurrentSessions: box.maxConcurrentSessions,
      log: box.logins,
    },
    rootCommands: box.rootCommands,
    history: {
      root: box.tree.text('/root/.bash_history') ?? '',
      admin: box.tree.text('/home/admin/.bash_history') ?? '',
    },
    screens: [...box.screens.values()].map((s) => ({ name: s.name, kind: s.kind, pid: s.pid })),
    leftovers: leftovers(box),
    /** Files that hold or held a password, with every mode that they had while they did. */
    looseSecrets: box.looseSecrets.list(),
    processes: box.processes.all().map((p) => ({ pid: p.pid, command: p.command })),
    heldRename: box.troubles.holdRename?.waiting ?? false,
  };
}

/** Everything in the folders for loose files that generate_certs.pl did not make. */
function leftovers(box: Appliance): string[] {
  const made = new Set(box.fmc?.runs.map((r) => r.folder) ?? []);
  const found: string[] = [];
  const walk = (path: string): void => {
    const node = box.tree.find(path);
    if (!node || made.has(path)) return;
    if (node.kind !== 'dir') {
      if (!path.endsWith('/.bash_history')) found.push(path);
      return;
    }
    if (
      node.children.size === 0 &&
      !['/tmp', '/root', '/var/tmp', '/var/tmp/certs', '/home/admin', '/Volume/home/admin'].includes(path)
    )
      found.push(path);
    for (const name of node.children.keys()) walk(`${path}/${name}`);
  };
  for (const folder of ['/tmp', '/root', '/var/tmp', '/home/admin', '/Volume/home/admin']) walk(folder);
  return found.sort();
}

function managerTruth(box: Appliance) {
  const fmc = box.fmc as FmcState;
  const ca = box.tree.text(fmcPaths.ca) ?? '';
  const cert = fingerprint(ca) === undefined ? undefined : new X509Certificate(ca);
  return {
    ...common(box),
    caFingerprint: cert?.fingerprint256,
    caNotBefore: cert && iso(Date.parse(cert.validFrom)),
    caNotAfter: cert && iso(Date.parse(cert.validTo)),
    caSerial: cert?.serialNumber,
    generations: fmc.runs.map((r) => ({
      at: iso(r.atMs),
      folder: r.folder,
      caFingerprint: r.caFingerprint,
      finished: r.finished,
      pushed: r.pushed,
      failed: r.failed,
    })),
    generateStarts: fmc.starts,
    failedPush: fmc.runs
      .map((r) => `${r.folder}/FAILED_PUSH`)
      .filter((p) => box.tree.find(p))
      .map((path) => ({ path, text: box.tree.text(path) ?? '' })),
    criticalTasks: criticalTasksOf(box, fmc).map((t) => ({
      name: t.name,
      since: iso(t.startedAtMs),
      uuid: t.uuid,
    })),
    heldPhases: [...fmc.holds].filter(([, h]) => h.waiting).map(([phase]) => phase),
    licence: fmc.licence,
    tacBypass: fmc.tacBypass,
    ha: haTruth(box, fmc),
    tunnels: [...(box.sftunnel?.links.values() ?? [])].map((l) => tunnelTruth(box, l)),
    /** What it holds for the other FMC of its pair, judged like a device's folder. */
    peerFolders: peerFolders(box, fmc),
    sftunnel: sftunnelTruth(box),
  };
}

/** Its role in a pair; undefined on an FMC that stands alone. */
function haTruth(box: Appliance, { pair }: FmcState) {
  return (
    pair && {
      enabled: pair.enabled,
      unit: pair.unitOf(box),
      state: pair.stateOf(box),
      sync: pair.sync,
      otherUuid: pair.otherOf(box).identity.uuid,
    }
  );
}

function peerFolders(box: Appliance, { pair }: FmcState) {
  const link = pair && box.sftunnel?.links.get(pair.otherOf(box).identity.uuid);
  return link ? [{ ...folderTruth(box, link.peer.uuid), tunnel: tunnelTruth(box, link) }] : [];
}

const setFiles = ['cacert.pem', 'sftunnel-cert.pem', 'sftunnel-key.pem'] as const;

/** What a device holds for one manager, judged by the certificates themselves. */
function folderTruth(box: Appliance, managerUuid: string) {
  const folder = `/var/sf/peers/${managerUuid}`;
  const children = box.tree.find(folder)?.children ?? new Map<string, Inode>();
  const text = (name: string): string => children.get(name)?.content.toString('utf8') ?? '';
  const [ca, cert, key] = setFiles.map(text) as [string, string, string];
  const known = new Set<string>([
    ...setFiles,
    ...setFiles.map((f) => `${f}.backup`),
    'sftunnel.json',
    // On an FMC: what it issued to that peer.
    ...(box.fmc ? ['certs_pushed'] : []),
  ]);
  const x509 = fingerprint(cert) === undefined ? undefined : new X509Certificate(cert);
  const caX509 = fingerprint(ca) === undefined ? undefined : new X509Certificate(ca);
  const keyFitsCert =
    x509 !== undefined && keyFits(key, x509.publicKey.export({ type: 'spki', format: 'der' }));
  const certSignedByCa = x509 !== undefined && caX509 !== undefined && x509.verify(caX509.publicKey);
  return {
    managerUuid,
    folder,
    files: setFiles.flatMap((name) => {
      const node = children.get(name);
      return node ? [fileTruth(name, node)] : [];
    }),
    backups: setFiles.flatMap((name) => {
      const node = children.get(`${name}.backup`);
      return node ? [fileTruth(`${name}.backup`, node)] : [];
    }),
    keyFitsCert,
    certSignedByCa,
    fitsTogether: keyFitsCert && certSignedByCa,
    issuedToThisDevice: x509?.subject.includes(`CN=${box.identity.uuid}`) ?? false,
    certFingerprint: x509?.fingerprint256,
    certNotAfter: x509 && iso(Date.parse(x509.validTo)),
    caFingerprint: caX509?.fingerprint256,
    leftovers: [...children.keys()].filter((name) => !known.has(name)).sort(),
  };
}

function deviceTruth(box: Appliance) {
  return {
    ...common(box),
    managers: [...(box.sftunnel?.links.values() ?? [])].map((link) => ({
      ...folderTruth(box, link.peer.uuid),
      tunnel: tunnelTruth(box, link),
    })),
    sftunnel: sftunnelTruth(box),
    failover: box.failover && {
      group: box.failover.name,
      unit: box.failover.unitOf(box).unit,
      state: box.failover.unitOf(box).state,
    },
    cluster: box.cluster && {
      group: box.cluster.name,
      unit: box.cluster.unitOf(box).unit,
      role: box.cluster.unitOf(box).role,
      joined: box.cluster.unitOf(box).joined,
    },
  };
}

function jumpHostTruth(jump: JumpHost) {
  return {
    name: jump.settings.name,
    address: jump.address,
    port: jump.port,
    logins: jump.logins,
    openConnections: jump.openConnections,
    maxOpenConnections: jump.maxOpenConnections,
    /** Of one connection. */
    maxOpenChannels: jump.maxOpenChannels,
    refusedChannels: jump.refusedChannels,
  };
}

function recordedTruth({ settings, address, port, logins, inVain }: RecordedBox) {
  return {
    name: settings.name,
    address,
    port,
    logins,
    /** What was typed and the recording does not know: the box said nothing. */
    inVain,
  };
}

export type RecordedTruth = ReturnType<typeof recordedTruth>;
export type JumpHostTruth = ReturnType<typeof jumpHostTruth>;
export type ManagerTruth = ReturnType<typeof managerTruth>;
export type DeviceTruth = ReturnType<typeof deviceTruth>;
export interface LabTruth {
  readonly now: string;
  readonly managers: ManagerTruth[];
  readonly devices: DeviceTruth[];
  readonly jumpHosts: JumpHostTruth[];
  readonly recorded: RecordedTruth[];
}

/** The truth, from files, sockets and process tables. */
export function labTruth(lab: Lab): LabTruth {
  const { boxes } = lab;
  return {
    now: new Date(lab.clock.now()).toISOString(),
    managers: boxes.filter((b) => b.identity.kind === 'fmc').map(managerTruth),
    devices: boxes.filter((b) => b.identity.kind === 'ftd').map(deviceTruth),
    jumpHosts: lab.jumpHosts.map(jumpHostTruth),
    recorded: lab.recorded.map(recordedTruth),
  };
}
