import { createHmac, randomBytes } from 'node:crypto';

/** A well-formed ed25519 public key line without host: `ssh-ed25519 AAAA…`. */
export function madeKey(seed: string): { type: string; blob: string; line: string } {
  const type = 'ssh-ed25519';
  const point = Buffer.alloc(32, seed);
  const field = (bytes: Buffer): Buffer => Buffer.concat([Buffer.from([0, 0, 0, bytes.length]), bytes]);
  const blob = Buffer.concat([field(Buffer.from(type)), field(point)]).toString('base64');
  return { type, blob, line: `${type} ${blob}` };
}

/** A host name as `HashKnownHosts yes` writes it. */
export function hashedName(name: string): string {
  const salt = randomBytes(20);
  return `|1|${salt.toString('base64')}|${createHmac('sha1', salt).update(name).digest('base64')}`;
}
