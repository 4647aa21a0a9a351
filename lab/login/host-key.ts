import { createHash, generateKeyPairSync } from 'node:crypto';

/** An SSH host key: the private half for the server, the public half as a known_hosts line wants it. */
export interface HostKey {
  readonly privatePem: string;
  readonly type: string;
  readonly publicBase64: string;
  /** `SHA256:…` as ssh-keygen -l prints it. */
  readonly fingerprint: string;
}

/** ECDSA P-256: node makes it, and ssh2 reads its PEM. (ssh2's own ed25519 generator makes a malformed key once in 256.) */
export function newHostKey(): HostKey {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const { x = '', y = '' } = publicKey.export({ format: 'jwk' });
  const point = Buffer.concat([Buffer.from([4]), Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')]);
  const type = 'ecdsa-sha2-nistp256';
  const blob = Buffer.concat([field(type), field('nistp256'), field(point)]);
  return {
    privatePem: privateKey.export({ type: 'sec1', format: 'pem' }).toString(),
    type,
    publicBase64: blob.toString('base64'),
    fingerprint: `SHA256:${createHash('sha256').update(blob).digest('base64').replace(/=+$/, '')}`,
  };
}

function field(content: string | Buffer): Buffer {
  const bytes = Buffer.from(content);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}
