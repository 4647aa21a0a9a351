import { createPrivateKey, createPublicKey, generateKeyPair, type KeyObject } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const generate = promisify(generateKeyPair);

/** An RSA 2048 pair in the forms the appliances keep: PKCS#1 text as openssl 1.x writes it, and the public half. */
export interface RsaPair {
  readonly privateKey: KeyObject;
  readonly privatePem: string;
  readonly publicPem: string;
}

function asPair(privateKey: KeyObject): RsaPair {
  return {
    privateKey,
    privatePem: privateKey.export({ type: 'pkcs1', format: 'pem' }).toString(),
    publicPem: createPublicKey(privateKey).export({ type: 'spki', format: 'pem' }).toString(),
  };
}

/**
 * RSA pairs for one lab. A pair takes a quarter of a second to make, so up to `cacheSize` of them are kept between labs in
 * a folder of the user's own; they protect nothing but simulated boxes on loopback. Within one lab up to `limit` pairs
 * are all different and then used again in turn; a CA always gets a pair that nobody else has.
 */
export class KeyPool {
  readonly #limit: number;
  readonly #folder: string | undefined;
  readonly #kept: string[];
  readonly #pairs: Promise<RsaPair>[] = [];
  readonly #full: boolean;
  #next = 0;

  constructor(limit = 24, cacheSize = 64) {
    this.#limit = limit;
    this.#folder = cacheFolder();
    const names =
      this.#folder === undefined ? [] : readdirSync(this.#folder).filter((n) => n.endsWith('.pem'));
    // Another order each time, so that two labs seldom give the same key to the same box.
    this.#kept = names
      .map((name) => ({ name, at: Math.random() }))
      .sort((a, b) => a.at - b.at)
      .map(({ name }) => name);
    this.#full = names.length >= cacheSize;
  }

  /** The pair of an appliance. */
  take(): Promise<RsaPair> {
    const index = this.#next++;
    if (index < this.#limit) this.#pairs.push(this.takeForCa());
    return this.#pairs[index % this.#limit] as Promise<RsaPair>;
  }

  /** A pair that is used nowhere else in this lab. */
  async takeForCa(): Promise<RsaPair> {
    const name = this.#kept.pop();
    if (name !== undefined && this.#folder !== undefined) {
      try {
        return asPair(createPrivateKey(readFileSync(join(this.#folder, name))));
      } catch {
        // Somebody else's half-written or removed file: make a new pair.
      }
    }
    const pair = asPair((await generate('rsa', { modulusLength: 2048 })).privateKey);
    if (!this.#full && this.#folder !== undefined) keep(this.#folder, pair);
    return pair;
  }
}

function cacheFolder(): string | undefined {
  const folder = join(tmpdir(), `lab-rsa-keys-${process.getuid?.() ?? 0}`);
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    return folder;
  } catch {
    return undefined;
  }
}

function keep(folder: string, pair: RsaPair): void {
  const name = join(folder, `${process.pid}-${Math.random().toString(36).slice(2)}`);
  try {
    writeFileSync(name, pair.privatePem, { mode: 0o600 });
    renameSync(name, `${name}.pem`);
  } catch {
    // The cache only saves time.
  }
}

/** True when the text is a private key and belongs to the public key given as SPKI DER. */
export function keyFits(privatePem: string, spkiDer: Buffer): boolean {
  try {
    return createPublicKey(createPrivateKey(privatePem))
      .export({ type: 'spki', format: 'der' })
      .equals(spkiDer);
  } catch {
    return false;
  }
}
