// The files that sftunnel works with: an FMC's own, and what a box holds for each peer that it dials.
import { X509Certificate } from 'node:crypto';
import fs from 'node:fs';
import tls from 'node:tls';

export const own = {
  ca: '/etc/sf/ca_root/cacert.pem',
  cert: '/etc/sf/keys/sftunnel-cert.pem',
  key: '/etc/sf/keys/sftunnel-key.pem',
};
export const heldFor = (peer) => ({
  ca: `/var/sf/peers/${peer}/cacert.pem`,
  cert: `/var/sf/peers/${peer}/sftunnel-cert.pem`,
  key: `/var/sf/peers/${peer}/sftunnel-key.pem`,
});
export const read = (paths) =>
  Object.fromEntries(Object.entries(paths).map(([name, file]) => [name, fs.readFileSync(file, 'utf8')]));
export const contextOf = (set) =>
  tls.createSecureContext({ ...set, minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2' });
export const fingerprint = (pem) => new X509Certificate(pem).fingerprint256;
