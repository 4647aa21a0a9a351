import { createPrivateKey, createPublicKey, generateKeyPair, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';

const generate = promisify(generateKeyPair);

/** An RSA 2048 pair in the forms the appliances keep: PKCS#1 text as openssl 1.x writes it, and the public half. */
export interface RsaPair {
  readonly privateKey: KeyObject;
  readonly privatePem: string;
  readonly publicPem: string;
}

async function newPair(): Promise<RsaPair> {
  const { privateKey, publicKey } = await generate('rsa', { modulusLength: 2048 });
  return {
    privateKey,
    privatePem: privateKey.export({ type: 'pkcs1', format: 'pem' }).toString(),
    publicPem: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
  };
}

/**
 * RSA pairs, made in the background. Up to `limit` pairs are all different; a bigger lab uses them again in turn, since
 * a thousand fresh keys would take a minute. CAs always get a pair of their own.
 */
export class KeyPool {
  readonly #limit: number;
  readonly #pairs: Promise<RsaPair>[] = [];
  #next = 0;

  constructor(limit = 64) {
    this.#limit = limit;
  }

  take(): Promise<RsaPair> {
    const index = this.#next++;
    if (index < this.#limit) this.#pairs.push(newPair());
    return this.#pairs[index % this.#limit] as Promise<RsaPair>;
  }

  takeForCa(): Promise<RsaPair> {
    return newPair();
  }
}

/** True when the text is a private key and belongs to the public key given as SPKI DER. */
export function keyFits(privatePem: string, spkiDer: Buffer): boolean {
  try {
    const key = createPrivateKey(privatePem);
    return createPublicKey(key).export({ type: 'spki', format: 'der' }).equals(spkiDer);
  } catch {
    return false;
  }
}
