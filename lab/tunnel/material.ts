import { X509Certificate } from 'node:crypto';
import type { Appliance } from '../appliance/appliance.ts';

/** The three texts that one side of a tunnel works with, read from its files at that moment. */
export interface Material {
  readonly cert: string;
  readonly key: string;
  readonly ca: string;
}

/** The FMC's own: the paths that /etc/sf/sftunnel.conf names (procedure section 1). */
export const fmcPaths = {
  cert: '/etc/sf/keys/sftunnel-cert.pem',
  key: '/etc/sf/keys/sftunnel-key.pem',
  ca: '/etc/sf/ca_root/cacert.pem',
} as const;

/** What an FTD holds for one manager. */
export function ftdPaths(managerUuid: string): { cert: string; key: string; ca: string } {
  const folder = `/var/sf/peers/${managerUuid}`;
  return {
    cert: `${folder}/sftunnel-cert.pem`,
    key: `${folder}/sftunnel-key.pem`,
    ca: `${folder}/cacert.pem`,
  };
}

export function readMaterial(
  appliance: Appliance,
  paths: { cert: string; key: string; ca: string },
): Material {
  const read = (path: string): string => appliance.tree.text(path) ?? '';
  return { cert: read(paths.cert), key: read(paths.key), ca: read(paths.ca) };
}

/** `AA:BB:…` of a certificate text, or undefined when it is none. */
export function fingerprint(pem: string): string | undefined {
  try {
    return new X509Certificate(pem).fingerprint256;
  } catch {
    return undefined;
  }
}
