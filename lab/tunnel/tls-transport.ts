import { X509Certificate } from 'node:crypto';
import net from 'node:net';
import tls from 'node:tls';
import type { Appliance } from '../appliance/appliance.ts';
import { isCutOff } from '../appliance/troubles.ts';
import type { Channel, Link } from './link.ts';
import { fingerprint, fmcPaths, ftdPaths, readMaterial } from './material.ts';
import {
  logNoWay,
  logRefusal,
  logRefusalOfDevice,
  logRefused,
  TunnelRefused,
  type Sftunnel,
} from './sftunnel.ts';

/** Port of sftunnel. */
export const tunnelPort = 8305;

/** TLS itself accepts every certificate, weak ones too: the boxes judge them. */
const anyCertificate = {
  minVersion: 'TLSv1.2',
  maxVersion: 'TLSv1.2',
  ciphers: 'DEFAULT:@SECLEVEL=0',
} as const;

/** Opens 8305 on an FMC. The certificate is read anew for each connection, so new ones get what lies on the disk then. */
export function listen(fmc: Appliance): Promise<net.Server> {
  const server = net.createServer((socket) => accept(fmc, socket));
  return new Promise((done, fail) => {
    server.once('error', fail);
    server.listen(tunnelPort, fmc.identity.address, () => done(server));
  });
}

function accept(fmc: Appliance, socket: net.Socket): void {
  const sftunnel = fmc.sftunnel;
  socket.on('error', () => {});
  if (!sftunnel?.running || fmc.troubles.tunnelCut) return void socket.destroy();
  const material = readMaterial(fmc, fmcPaths);
  let secureContext: tls.SecureContext;
  try {
    secureContext = tls.createSecureContext({
      cert: material.cert,
      key: material.key,
      ...anyCertificate,
    });
  } catch (error) {
    sftunnel.log('ERROR', `Failed to reload credentials: ${error instanceof Error ? error.message : ''}`);
    return void socket.destroy();
  }
  const secure = new tls.TLSSocket(socket, {
    isServer: true,
    secureContext,
    requestCert: true,
    rejectUnauthorized: false,
  });
  secure.on('error', () => {});
  lines(secure, (line) => greet(fmc, secure, material.ca, line));
}

/** First line of a device: who it is and which channel; or why it turned our certificate down. */
function greet(fmc: Appliance, socket: tls.TLSSocket, ca: string, line: string): void {
  const sftunnel = fmc.sftunnel as Sftunnel;
  const hello = JSON.parse(line) as { uuid: string; address: string; channel: 'a' | 'b'; refused?: number };
  if (isCutOff(fmc.troubles, hello.uuid)) return void socket.destroy();
  if (hello.refused !== undefined) {
    logRefused(sftunnel, hello.address, hello.refused);
    return void socket.destroy();
  }
  const cert = socket.getPeerX509Certificate();
  const verdict = cert ? safely(() => sftunnel.judge(cert, ca)) : undefined;
  if (!cert || !verdict || verdict.error !== 0) {
    if (verdict) logRefusalOfDevice(sftunnel, sftunnel.links.get(hello.uuid)?.peer, verdict);
    socket.end(`${JSON.stringify({ refused: verdict?.error ?? 20 })}\n`);
    return;
  }
  const channel = asChannel(fmc, socket, cert, ca);
  if (!sftunnel.adopt(hello.uuid, hello.channel, channel)) return void socket.destroy();
  const link = sftunnel.links.get(hello.uuid);
  socket.on('close', () => link && sftunnel.lost(link, hello.channel, channel));
  socket.write('{"ok":true}\n');
}

/** One connection of a device to its manager, with the files of this moment. */
export async function connectTls(ftd: Sftunnel, link: Link, name: 'a' | 'b'): Promise<Channel> {
  const box = ftd.appliance;
  ftd.log('INFO', `Initiating IPv4 connection to ${link.peer.address}:${tunnelPort}/tcp`);
  if (isCutOff(box.troubles, link.peer.uuid)) {
    logNoWay(ftd, link.peer.address);
    throw new TunnelRefused('no route to host');
  }
  const material = readMaterial(box, ftdPaths(link.peer.uuid));
  let secureContext: tls.SecureContext;
  try {
    new X509Certificate(material.ca);
    secureContext = tls.createSecureContext({
      cert: material.cert,
      key: material.key,
      ...anyCertificate,
    });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    ftd.log('ERROR', `Failed to reload credentials: ${reason}`);
    throw new TunnelRefused(reason);
  }
  const socket = net.connect({
    host: link.peer.address,
    port: tunnelPort,
    localAddress: box.identity.address,
  });
  const secure = tls.connect({
    socket,
    secureContext,
    rejectUnauthorized: false,
    checkServerIdentity: () => undefined,
  });
  socket.on('error', () => {});
  const hello = { uuid: box.identity.uuid, address: box.identity.address, channel: name };
  return new Promise<Channel>((resolve, reject) => {
    const fail = (reason: string): void => {
      secure.destroy();
      reject(new TunnelRefused(reason));
    };
    secure.setTimeout(10_000, () => fail('timeout'));
    secure.on('error', (error: Error) => fail(error.message));
    secure.once('close', () => fail('closed by peer'));
    secure.once('secureConnect', () => {
      const presented = secure.getPeerX509Certificate();
      const verdict = presented ? safely(() => ftd.judge(presented, material.ca)) : undefined;
      if (!verdict || verdict.error !== 0) {
        if (verdict) logRefusal(ftd, verdict);
        secure.end(`${JSON.stringify({ ...hello, refused: verdict?.error ?? 20 })}\n`);
        reject(new TunnelRefused(`err ${verdict?.error ?? 0}:${verdict?.text ?? 'garbage'}`));
        return;
      }
      secure.write(`${JSON.stringify(hello)}\n`);
    });
    lines(secure, (line) => {
      const answer = JSON.parse(line) as { ok?: true; refused?: number };
      if (!answer.ok) {
        logRefused(ftd, link.peer.address, answer.refused ?? 0);
        fail(`refused by peer: err ${answer.refused}`);
        return;
      }
      secure.setTimeout(0);
      const own = new X509Certificate(material.cert);
      const channel = asChannel(box, secure, own, material.ca);
      secure.once('close', () => ftd.lost(link, name, channel));
      resolve(channel);
    });
  });
}

function asChannel(on: Appliance, socket: tls.TLSSocket, deviceCert: X509Certificate, ca: string): Channel {
  socket.unref();
  return {
    openedAtMs: on.nowMs(),
    fingerprint: deviceCert.fingerprint256,
    caFingerprint: fingerprint(ca) ?? '',
    localPort: socket.localPort ?? 0,
    remotePort: socket.remotePort ?? 0,
    close: () => socket.destroy(),
  };
}

function safely<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}

/** Calls back with each line that arrives. */
function lines(socket: tls.TLSSocket, each: (line: string) => void): void {
  let rest = '';
  socket.on('data', (data: Buffer) => {
    rest += data.toString('utf8');
    let end = rest.indexOf('\n');
    while (end >= 0) {
      const line = rest.slice(0, end);
      rest = rest.slice(end + 1);
      each(line);
      end = rest.indexOf('\n');
    }
  });
}
