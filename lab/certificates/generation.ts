import { X509Certificate } from 'node:crypto';
import type { Appliance } from '../appliance/appliance.ts';
import type { FmcState, GenerationRun } from '../appliance/fmc-state.ts';
import type { Peer } from '../tunnel/link.ts';
import { fmcPaths } from '../tunnel/material.ts';
import type { GenerationSettings } from '../options.ts';
import { issuePeerCertificate, makeInternalCa, makeSelfSigned } from './internal-ca.ts';

const day = 86_400_000;

/** The three texts for one device, and the folder on the FMC that holds them. */
export interface IssuedSet {
  readonly peer: Peer;
  readonly folder: string;
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

/** OpenSSL's dates have whole seconds. */
const toSecond = (ms: number): number => Math.floor(ms / 1000) * 1000;

/** Replaces /etc/sf/ca_root: key, certificate, an emptied database. Valid 3650 days from now by the FMC's clock. */
export async function makeNewCa(appliance: Appliance, fmc: FmcState, folder: string): Promise<GenerationRun> {
  const now = toSecond(appliance.nowMs());
  const keys = await fmc.keys.takeForCa();
  fmc.ca = makeInternalCa(appliance.identity.uuid, keys, { notBeforeMs: now, notAfterMs: now + 3650 * day });
  writeCa(appliance, fmc);
  const run: GenerationRun = {
    atMs: appliance.nowMs(),
    folder,
    caFingerprint: new X509Certificate(fmc.ca.certPem).fingerprint256,
    finished: false,
    pushed: [],
    failed: [],
  };
  fmc.runs.push(run);
  appliance.tree.folder(folder);
  return run;
}

export function writeCa(appliance: Appliance, fmc: FmcState): void {
  const { tree } = appliance;
  tree.put(fmcPaths.ca, fmc.ca.certPem);
  tree.put('/etc/sf/ca_root/private/cakey.pem', fmc.ca.keys.privatePem, 0o600);
  tree.folder('/etc/sf/ca_root/private').mode = 0o700;
  tree.put('/etc/sf/ca_root/index.txt', '');
  tree.put('/etc/sf/ca_root/serial', '01\n');
}

/** New certificates for the FMC itself and every peer. A certificate ends with its CA at the latest. */
export async function issueSets(appliance: Appliance, fmc: FmcState, folder: string): Promise<IssuedSet[]> {
  const now = toSecond(appliance.nowMs());
  const validity = { notBeforeMs: now, notAfterMs: Math.min(now + 3650 * day, fmc.ca.notAfterMs) };
  const { flaw } = fmc.settings;
  await issueOwn(appliance, fmc, validity, flaw);
  const sets: IssuedSet[] = [];
  for (const { peer } of appliance.sftunnel?.links.values() ?? []) {
    const keys = await fmc.keys.take();
    const { pem, serial } = issuePeerCertificate(
      fmc.ca,
      peer.uuid,
      keys,
      validity,
      flaw === 'sha1' ? 'sha1' : 'sha256',
    );
    register(appliance, serial, peer.uuid, validity.notAfterMs);
    const at = `${folder}/${peer.uuid}`;
    const set = { peer, folder: at, ca: fmc.ca.certPem, cert: pem, key: keys.privatePem };
    for (const [place, keyMode] of [
      [at, 0o600],
      [`/var/sf/peers/${peer.uuid}/certs_pushed`, 0o600],
    ] as const) {
      appliance.tree.put(`${place}/cacert.pem`, set.ca);
      appliance.tree.put(`${place}/sftunnel-cert.pem`, set.cert);
      appliance.tree.put(`${place}/sftunnel-key.pem`, set.key, keyMode);
    }
    sets.push(set);
  }
  return sets;
}

export async function issueOwn(
  appliance: Appliance,
  fmc: FmcState,
  validity: { notBeforeMs: number; notAfterMs: number },
  flaw: GenerationSettings['flaw'] = 'none',
): Promise<void> {
  const keys = await fmc.keys.take();
  const { uuid } = appliance.identity;
  const { pem, serial } =
    flaw === 'selfSigned'
      ? makeSelfSigned(uuid, keys, validity)
      : issuePeerCertificate(fmc.ca, uuid, keys, validity, flaw === 'sha1' ? 'sha1' : 'sha256');
  appliance.tree.put(fmcPaths.key, keys.privatePem, 0o600);
  appliance.tree.put(fmcPaths.cert, pem);
  register(appliance, serial, appliance.identity.uuid, validity.notAfterMs);
}

/** A line of openssl's CA database: state, expiry, (revocation), serial, file, subject (facts 1.5). */
export function register(appliance: Appliance, serial: string, uuid: string, notAfterMs: number): void {
  const stamp = `${new Date(notAfterMs).toISOString().replace(/[-:T]/g, '').slice(2, 14)}Z`;
  const path = '/etc/sf/ca_root/index.txt';
  const before = appliance.tree.text(path) ?? '';
  appliance.tree.put(
    path,
    `${before}V\t${stamp}\t\t${serial}\tunknown\t/title=sftunnel/OU=Intrusion Management System/CN=${uuid}/O=Sourcefire, Inc.\n`,
  );
}
