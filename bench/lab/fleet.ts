import { randomUUID } from 'node:crypto';
import { freeBlock, addressOf } from '../../lab/fleet/addresses.ts';
import { issuePeerCertificate, makeInternalCa } from '../../lab/certificates/internal-ca.ts';
import { KeyPool } from '../../lab/certificates/key-pool.ts';
import { Box, setFiles, type CertificateSet, type Pace } from './box.ts';
import { file, folder, type Node } from './files.ts';

const day = 86_400_000;
/** Different keys in one fleet; making one takes a quarter of a second. */
const keys = 16;
const port = 2222;

export interface Fleet {
  readonly manager: Box;
  readonly devices: readonly Box[];
  readonly issued: ReadonlyMap<Box, CertificateSet>;
}

const folders = [
  '/',
  '/etc',
  '/etc/sf',
  '/etc/sf/ca_root',
  '/etc/sf/keys',
  '/root',
  '/home',
  '/home/admin',
  '/tmp',
  '/var',
  '/var/tmp',
];
const below = [
  '/var/sf',
  '/var/sf/peers',
  '/var/log',
  '/var/log/sf',
  '/var/tmp/certs',
  '/usr',
  '/usr/local',
  '/usr/local/sf',
  '/usr/local/sf/bin',
];

function base(): Map<string, Node> {
  const nodes = new Map<string, Node>([...folders, ...below].map((path) => [path, folder()]));
  for (const path of ['/tmp', '/var/tmp']) nodes.set(path, folder(0o1777));
  nodes.set('/var/log/messages', file(''));
  return nodes;
}

/**
 * An FMC that has just made a new CA and could push to none of its devices: each of them holds an old set, and its tunnel is down until
 * it has its new one and sftunnel was restarted.
 */
export async function makeFleet(count: number, pace: Pace): Promise<Fleet> {
  const pool = new KeyPool(keys);
  const now = Math.floor(Date.now() / 1000) * 1000;
  const block = await freeBlock(port);
  const managerUuid = randomUUID();
  const before = makeInternalCa(managerUuid, await pool.takeForCa(), {
    notBeforeMs: now - 3600 * day,
    notAfterMs: now + 50 * day,
  });
  const fresh = { notBeforeMs: now - 3_600_000, notAfterMs: now + 3650 * day };
  const ca = makeInternalCa(managerUuid, await pool.takeForCa(), fresh);
  const shared = base();
  const ofManager = base();
  const own = await pool.take();
  ofManager.set('/etc/sf/ca_root/cacert.pem', file(ca.certPem));
  ofManager.set(
    '/etc/sf/keys/sftunnel-cert.pem',
    file(issuePeerCertificate(ca, managerUuid, own, fresh).pem),
  );
  ofManager.set('/etc/sf/keys/sftunnel-key.pem', file(own.privatePem, 0o600));
  const work = `/var/tmp/certs/${String(Math.floor(now / 1000) - 3600)}`;
  ofManager.set(work, folder());

  const devices: Box[] = [];
  const issued = new Map<Box, CertificateSet>();
  const lines: string[] = [];
  const manager = new Box(
    { kind: 'fmc', name: 'fmc01', uuid: managerUuid, address: addressOf(block, 1), port },
    ofManager,
    pace,
  );
  for (let number = 1; number <= count; number += 1) {
    const uuid = randomUUID();
    const name = `ftd-${String(number).padStart(4, '0')}`;
    const device = new Box(
      { kind: 'ftd', name, uuid, address: addressOf(block, number + 1), port },
      shared,
      pace,
    );
    device.peers = [manager];
    const [oldKey, newKey] = [await pool.take(), await pool.take()];
    const set = (from: typeof ca, key: typeof own): CertificateSet => ({
      'cacert.pem': Buffer.from(from.certPem),
      'sftunnel-cert.pem': Buffer.from(
        issuePeerCertificate(from, uuid, key, { notBeforeMs: from.notBeforeMs, notAfterMs: from.notAfterMs })
          .pem,
      ),
      'sftunnel-key.pem': Buffer.from(key.privatePem),
    });
    const fresh = set(ca, newKey);
    issued.set(device, fresh);
    device.give({ old: set(before, oldKey), issued: fresh });
    devices.push(device);
    ofManager.set(`/var/sf/peers/${uuid}`, folder());
    ofManager.set(`${work}/${uuid}`, folder());
    for (const file of setFiles) {
      const content = fresh[file];
      ofManager.set(`${work}/${uuid}/${file}`, { content, mode: 0o600, uid: 0, mtimeMs: now, ctimeMs: now });
      lines.push(
        `${uuid} ${name} ${device.identity.address} ${work}/${uuid}/${file} /var/sf/peers/${managerUuid}/${file}`,
      );
    }
  }
  ofManager.set(`${work}/FAILED_PUSH`, file(`${lines.join('\n')}\n`));
  manager.peers = devices;
  return { manager, devices, issued };
}
