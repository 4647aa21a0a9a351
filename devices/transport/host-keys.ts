import { createHash } from 'node:crypto';
import { RunbookError } from '../../errors/index.ts';
import type { Endpoint, HostKey } from '../session.ts';

/** Signature algorithms in the order they are offered, by the type of key they need. */
const algorithmsByType: readonly (readonly [type: string, algorithms: readonly string[]])[] = [
  ['ssh-ed25519', ['ssh-ed25519']],
  ['ecdsa-sha2-nistp256', ['ecdsa-sha2-nistp256']],
  ['ecdsa-sha2-nistp384', ['ecdsa-sha2-nistp384']],
  ['ecdsa-sha2-nistp521', ['ecdsa-sha2-nistp521']],
  ['ssh-rsa', ['rsa-sha2-512', 'rsa-sha2-256', 'ssh-rsa']],
];

/**
 * The host key algorithms to offer: those of the known keys first, so that a box with several keys shows the one that is
 * known, as OpenSSH does. The others follow, so that a box that has changed its key type is named as such.
 */
export function hostKeyAlgorithms(known: readonly HostKey[]): string[] {
  const types = new Set(known.filter((key) => key.revoked !== true).map((key) => key.type));
  const sorted = [...algorithmsByType].sort(([a], [b]) => Number(types.has(b)) - Number(types.has(a)));
  return sorted.flatMap(([, algorithms]) => algorithms);
}

/** The type that stands inside the blob of a public key; '' when it is not one. */
export function keyTypeOf(blob: Buffer): string {
  if (blob.length < 4) return '';
  const length = blob.readUInt32BE(0);
  return length > 64 || blob.length < 4 + length ? '' : blob.toString('latin1', 4, 4 + length);
}

/** `SHA256:…`, the form that `ssh-keygen -l` prints. */
export function fingerprintOf(blob: Buffer): string {
  return `SHA256:${createHash('sha256').update(blob).digest('base64').replace(/=+$/, '')}`;
}

/**
 * Judges the key that a box shows. Undefined: it is the known one. A revoked key is refused even if it is listed as known too.
 * Errors: DEVICE_HOST_KEY_UNKNOWN, DEVICE_HOST_KEY_CHANGED, DEVICE_HOST_KEY_REVOKED.
 */
export function judgeHostKey(endpoint: Endpoint, blob: Buffer): RunbookError | undefined {
  const type = keyTypeOf(blob);
  const base64 = blob.toString('base64');
  const same = endpoint.hostKeys.filter((key) => key.type === type && sameBlob(key.blob, base64));
  const address = `${endpoint.host}:${endpoint.port}`;
  const shown = `${type} ${fingerprintOf(blob)}`;
  const context = { device: endpoint.name, address, hostKey: shown, state: 'No password was sent.' };
  if (same.some((key) => key.revoked === true)) {
    return new RunbookError(
      'DEVICE_HOST_KEY_REVOKED',
      `${endpoint.name}: shows a host key that is revoked (${shown}).`,
      context,
    );
  }
  if (same.length > 0) return undefined;
  const trusted = endpoint.hostKeys.filter((key) => key.revoked !== true);
  if (trusted.length === 0) {
    return new RunbookError(
      'DEVICE_HOST_KEY_UNKNOWN',
      `${endpoint.name}: no host key is known for ${address}; it shows ${shown}.`,
      context,
    );
  }
  const expected = trusted
    .map((key) => `${key.type} ${fingerprintOf(Buffer.from(key.blob, 'base64'))}`)
    .join(', ');
  return new RunbookError(
    'DEVICE_HOST_KEY_CHANGED',
    `${endpoint.name}: ${address} shows the host key ${shown}, known is ${expected}.`,
    context,
  );
}

function sameBlob(known: string, shown: string): boolean {
  return Buffer.from(known, 'base64').toString('base64') === shown;
}
