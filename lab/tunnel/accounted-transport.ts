import { X509Certificate } from 'node:crypto';
import type { Appliance } from '../appliance/appliance.ts';
import { isCutOff } from '../appliance/troubles.ts';
import { keyFits } from '../certificates/key-pool.ts';
import type { Channel, Link } from './link.ts';
import { fingerprint, fmcPaths, ftdPaths, readMaterial } from './material.ts';
import {
  logNoWay,
  logRefusal,
  logRefusalOfDevice,
  logRefused,
  TunnelRefused,
  type Connect,
  type Sftunnel,
} from './sftunnel.ts';

/**
 * The same checks as over TLS, without sockets: for labs of hundreds of devices, where two thousand handshakes would
 * take longer than the test. `managerOf` finds the FMC behind a link.
 */
export function accountedTransport(managerOf: (uuid: string) => Appliance | undefined): Connect {
  return async (ftd: Sftunnel, link: Link, name: 'a' | 'b'): Promise<Channel> => {
    const box = ftd.appliance;
    const manager = managerOf(link.peer.uuid);
    const server = manager?.sftunnel;
    if (
      !manager ||
      !server?.running ||
      isCutOff(box.troubles, link.peer.uuid) ||
      isCutOff(manager.troubles, box.identity.uuid)
    ) {
      logNoWay(ftd, link.peer.address);
      throw new TunnelRefused('no route to host');
    }
    const own = load(box, ftdPaths(link.peer.uuid), ftd);
    const theirs = load(manager, fmcPaths, server);
    const byDevice = ftd.judge(theirs.x509, own.ca);
    if (byDevice.error !== 0) {
      logRefusal(ftd, byDevice);
      logRefused(server, box.identity.address, byDevice.error);
      throw new TunnelRefused(`err ${byDevice.error}:${byDevice.text}`);
    }
    const byManager = server.judge(own.x509, theirs.ca);
    if (byManager.error !== 0) {
      logRefusalOfDevice(server, server.links.get(box.identity.uuid)?.peer, byManager);
      logRefused(ftd, link.peer.address, byManager.error);
      throw new TunnelRefused(`refused by peer: err ${byManager.error}`);
    }
    const other = server.links.get(box.identity.uuid);
    const make = (on: Appliance, ca: string): Channel => ({
      openedAtMs: on.nowMs(),
      fingerprint: own.x509.fingerprint256,
      caFingerprint: fingerprint(ca) ?? '',
      localPort: 0,
      remotePort: 0,
      close,
    });
    const close = (): void => {
      ftd.lost(link, name, here);
      if (other) server.lost(other, name, there);
    };
    const here = make(box, own.ca);
    const there = make(manager, theirs.ca);
    if (!server.adopt(box.identity.uuid, name, there)) throw new TunnelRefused('not registered');
    return here;
  };
}

function load(
  on: Appliance,
  paths: { cert: string; key: string; ca: string },
  sftunnel: Sftunnel,
): { x509: X509Certificate; ca: string } {
  const material = readMaterial(on, paths);
  try {
    const x509 = new X509Certificate(material.cert);
    new X509Certificate(material.ca);
    if (!keyFits(material.key, x509.publicKey.export({ type: 'spki', format: 'der' })))
      throw new Error('key values mismatch');
    return { x509, ca: material.ca };
  } catch (error) {
    sftunnel.log('ERROR', `Failed to reload credentials: ${error instanceof Error ? error.message : ''}`);
    throw new TunnelRefused('bad credentials');
  }
}
