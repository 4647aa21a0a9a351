import { createHash, createPrivateKey, createPublicKey, X509Certificate } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import type { DeviceTruth, JumpHostTruth, LabTruth, ManagerTruth } from '../../control/truth.ts';
import type { Box } from '../box.ts';
import { setFiles } from '../certificates.ts';
import { isUp, type FirepowerBox, type LinkState } from '../firepower-box.ts';
import type { PairHalf } from '../fmc-pair.ts';
import type { RootFolder } from '../root-folder.ts';
import type { SystemLab } from '../system-lab.ts';
import { rootCommandsOf } from './root-commands.ts';
import { readSshLog } from './ssh-log.ts';

const iso = (ms: number | undefined): string | undefined =>
  ms === undefined ? undefined : new Date(ms).toISOString();
const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

function certificate(pem: string): X509Certificate | undefined {
  try {
    return new X509Certificate(pem);
  } catch {
    return undefined;
  }
}

function fitsKey(key: string, x509: X509Certificate): boolean {
  const spki = (from: ReturnType<typeof createPublicKey>): string =>
    from.export({ type: 'spki', format: 'der' }).toString('hex');
  try {
    return spki(createPublicKey(createPrivateKey(key))) === spki(x509.publicKey);
  } catch {
    return false;
  }
}

type FileTruth = DeviceTruth['managers'][number]['files'][number];

function fileTruth(root: RootFolder, folder: string, name: string): FileTruth {
  const file = root.at(`${folder}/${name}`);
  const bytes = readFileSync(file);
  const { mode, uid, gid } = lstatSync(file);
  const nameOf = (id: number): string => (id === 0 ? 'root' : String(id));
  return {
    name,
    sha256: sha256(bytes),
    size: bytes.length,
    mode: (mode & 0o7777).toString(8),
    owner: `${nameOf(uid)}:${nameOf(gid)}`,
    lfOnly: !bytes.includes('\r'),
  };
}

type TunnelTruth = ManagerTruth['tunnels'][number];

function tunnelTruth(box: FirepowerBox, link: LinkState): TunnelTruth {
  const up = isUp(link);
  return {
    peerUuid: link.uuid,
    peerName: link.name,
    peerAddress: link.ip,
    up,
    channelA: link.a !== undefined,
    channelB: link.b !== undefined,
    since: up ? iso(Math.max(link.a?.openedAt ?? 0, link.b?.openedAt ?? 0)) : undefined,
    handshakes: link.handshakes,
    failures: link.failures,
    lastError: link.lastError,
    sessionFingerprint: link.a?.fingerprint,
    sessionCaFingerprint: link.a?.caFingerprint,
    sftunnelPid: box.sftunnelPid,
    restarts: box.restarts.length,
    enabled: box.sftunnelPid !== undefined,
  };
}

const sftunnelTruth = (box: FirepowerBox): ManagerTruth['sftunnel'] => ({
  pid: box.sftunnelPid,
  restarts: box.restarts.length,
  restartedAt: box.restarts.map((ms) => new Date(ms).toISOString()),
  enabled: box.sftunnelPid !== undefined,
});

function common(box: FirepowerBox) {
  const { root, plan } = box;
  const { logins, mostAtOnce } = readSshLog(box);
  const processes = box.processes();
  const openSessions = processes.filter(({ command }) => /^sshd: \S+ \[priv\]/.test(command)).length;
  const history = (file: string): string => root.text(file) ?? '';
  return {
    uuid: box.uuid,
    name: plan.name,
    address: box.address,
    kind: plan.kind as 'fmc' | 'ftd',
    serial: box.serial,
    sshPort: 22,
    now: iso(box.nowMs()),
    rebooting: box.rebooting,
    logins: {
      attempts: logins.length,
      failures: logins.filter(({ ok }) => !ok).length,
      openSessions,
      maxConcurrentSessions: mostAtOnce,
      log: logins.map((login) => ({ at: '', ...login })),
    },
    rootCommands: rootCommandsOf(box),
    history: {
      root: history('root/.bash_history'),
      admin: history(`${box.isFmc ? 'Volume/' : ''}home/admin/.bash_history`),
    },
    screens: box.terminals.map(({ kind, pid, name }) => ({ kind, pid, name })),
    leftovers: leftovers(box),
    looseSecrets: box.looseSecrets?.list() ?? [],
    processes: processes.map(({ pid, command }) => ({ pid, command })),
    heldRename: box.isMoveHeld,
  };
}

/** Everything in the folders for loose files that generate_certs.pl did not make. */
function leftovers(box: FirepowerBox): string[] {
  const made = new Set(box.runs.map(({ folder }) => folder));
  const ours = new Set(['/root/.profile']);
  const found: string[] = [];
  const walk = (inside: string, isTop: boolean): void => {
    if (made.has(inside) || ours.has(inside) || !box.root.has(inside)) return;
    if (!box.isFolder(inside)) {
      if (!inside.endsWith('/.bash_history')) found.push(inside);
      return;
    }
    const names = readdirSync(box.root.at(inside));
    if (names.length === 0 && !isTop) found.push(inside);
    for (const name of names) walk(`${inside}/${name}`, inside === '/var/tmp' && name === 'certs');
  };
  for (const folder of ['/tmp', '/root', '/var/tmp', '/home/admin', '/Volume/home/admin']) walk(folder, true);
  return found.sort();
}

/** What a box holds for one manager, judged by the certificates themselves. */
function folderTruth(box: FirepowerBox, managerUuid: string) {
  const folder = `/var/sf/peers/${managerUuid}`;
  const names = box.root.has(folder) ? readdirSync(box.root.at(folder)) : [];
  const [ca = '', cert = '', key = ''] = setFiles.map((name) => box.root.text(`${folder}/${name}`) ?? '');
  const [x509, caX509] = [certificate(cert), certificate(ca)];
  const keyFitsCert = x509 !== undefined && fitsKey(key, x509);
  const certSignedByCa = x509 !== undefined && caX509 !== undefined && x509.verify(caX509.publicKey);
  const known = new Set<string>([
    ...setFiles,
    ...setFiles.map((file) => `${file}.backup`),
    'sftunnel.json',
    ...(box.isFmc ? ['certs_pushed'] : []),
  ]);
  const files = (suffix: string): FileTruth[] =>
    setFiles
      .filter((name) => names.includes(name + suffix))
      .map((name) => fileTruth(box.root, folder, name + suffix));
  return {
    managerUuid,
    folder,
    files: files(''),
    backups: files('.backup'),
    keyFitsCert,
    certSignedByCa,
    fitsTogether: keyFitsCert && certSignedByCa,
    issuedToThisDevice: x509?.subject.includes(`CN=${box.uuid}`) ?? false,
    certFingerprint: x509?.fingerprint256,
    certNotAfter: x509 && iso(Date.parse(x509.validTo)),
    caFingerprint: caX509?.fingerprint256,
    leftovers: names.filter((name) => !known.has(name)).sort(),
  };
}

interface Task {
  readonly name: string;
  readonly uuid: string;
  readonly since: number;
}

function managerTruth(lab: SystemLab, box: FirepowerBox): ManagerTruth {
  const ca = certificate(box.root.text('etc/sf/ca_root/cacert.pem') ?? '');
  const { runs } = box;
  const classic = box.setting('classic-licence') as Task | undefined;
  const hasBypass = box.setting('tac-bypass') !== undefined;
  const tasks = [
    ...((box.setting('tasks') ?? []) as Task[]),
    ...(classic === undefined || hasBypass ? [] : [classic]),
  ];
  return {
    ...common(box),
    caFingerprint: ca?.fingerprint256,
    caNotBefore: ca && iso(Date.parse(ca.validFrom)),
    caNotAfter: ca && iso(Date.parse(ca.validTo)),
    caSerial: ca?.serialNumber,
    generations: runs.map((run) => ({
      at: iso(run.at),
      folder: run.folder,
      caFingerprint: run.caFingerprint,
      finished: run.finished,
      pushed: [...run.pushed],
      failed: [...run.failed],
    })),
    generateStarts: (box.root.text('.lab/generate-starts') ?? '').split('\n').filter(Boolean).length,
    failedPush: runs
      .map(({ folder }) => `${folder}/FAILED_PUSH`)
      .flatMap((path) => (box.root.has(path) ? [{ path, text: box.root.text(path) ?? '' }] : [])),
    criticalTasks: tasks.map(({ name, uuid, since }) => ({ name, uuid, since: iso(since) })),
    heldPhases: box.reached as ManagerTruth['heldPhases'],
    licence: classic === undefined ? 'smart' : 'classic',
    tacBypass: hasBypass,
    ha: haTruth(box),
    tunnels: linksOf(lab, box).map((link) => tunnelTruth(box, link)),
    peerFolders: peerFolders(box),
    sftunnel: sftunnelTruth(box),
  };
}

/** In the order of the lab's boxes: a manager before the other of its pair. */
function linksOf(lab: SystemLab, box: FirepowerBox): LinkState[] {
  const place = ({ uuid }: LinkState): number => lab.firepower.findIndex((one) => one.uuid === uuid);
  return box.links.sort((a, b) => place(a) - place(b));
}

function haTruth(box: FirepowerBox): ManagerTruth['ha'] {
  const half = box.setting('ha') as PairHalf | undefined;
  if (half === undefined) return undefined;
  const { enabled, unit, state, sync, otherUuid } = half;
  return { enabled, unit, state, sync, otherUuid };
}

/** What it holds for the other FMC of its pair, judged like a device's folder. */
function peerFolders(box: FirepowerBox): ManagerTruth['peerFolders'] {
  const other = haTruth(box)?.otherUuid;
  return box.links
    .filter(({ uuid }) => uuid === other)
    .map((link) => ({ ...folderTruth(box, link.uuid), tunnel: tunnelTruth(box, link) }));
}

function deviceTruth(lab: SystemLab, box: FirepowerBox): DeviceTruth {
  return {
    ...common(box),
    managers: linksOf(lab, box).map((link) => ({
      ...folderTruth(box, link.uuid),
      tunnel: tunnelTruth(box, link),
    })),
    sftunnel: sftunnelTruth(box),
    failover: lab.units.failoverTruth(box),
    cluster: lab.units.clusterTruth(box),
  };
}

function jumpHostTruth(box: Box): JumpHostTruth {
  const { logins, open, mostAtOnce, mostChannels, refusedChannels } = readSshLog(box);
  return {
    ...{ name: box.plan.name, address: box.address, port: 22, refusedChannels },
    logins: logins.map((login) => ({ at: '', ...login })),
    openConnections: open,
    maxOpenConnections: mostAtOnce,
    maxOpenChannels: mostChannels,
  };
}

/** The truth, from the files, logs and processes of the boxes. */
export function systemTruth(lab: SystemLab): LabTruth {
  return {
    now: new Date(Date.now() + lab.shiftMs).toISOString(),
    managers: lab.fmcs.map((box) => managerTruth(lab, box)),
    devices: lab.ftds.map((box) => deviceTruth(lab, box)),
    jumpHosts: lab.jumpHosts.map(jumpHostTruth),
    recorded: [],
  };
}
