/** Looks for secrets in bytes, in whatever form they may have got there. */
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';

const windowLength = 40;

/** What must not be found: passwords, and private keys as PEM texts. */
export class SecretSearch {
  readonly #needles = new Map<string, string>();
  readonly #windows = new Map<string, string>();

  /** A password in the forms that JSON, HTML, URLs, CSV, shells, hex and base64 give it. */
  password(name: string, secret: string): void {
    const json = (text: string): string => JSON.stringify(text).slice(1, -1);
    const forms: Record<string, string> = {
      plain: secret,
      json: json(secret),
      'json in json': json(json(secret)),
      html: secret
        .replaceAll('&', '&amp;')
        .replaceAll('"', '&quot;')
        .replaceAll("'", '&#39;')
        .replaceAll('<', '&lt;'),
      url: encodeURIComponent(secret),
      csv: secret.replaceAll('"', '""'),
      shell: secret.replaceAll("'", `'\\''`),
      hex: Buffer.from(secret).toString('hex'),
      HEX: Buffer.from(secret).toString('hex').toUpperCase(),
    };
    // Where a form changes nothing, the plainest name says it.
    for (const [form, text] of Object.entries(forms).reverse())
      this.#needles.set(bytes(text), `${name} (${form})`);
    for (const text of base64Cores(secret)) this.#needles.set(text, `${name} (base64)`);
  }

  /** A private key: any 40 characters of its base64, and of the base64 of its PEM form. */
  privateKey(name: string, pem: string): void {
    if (!pem.includes('PRIVATE KEY')) throw new Error(`${name} is not a private key`);
    const body = pem.replace(/-----[^-]+-----/g, '').replace(/\s/g, '');
    // A key of RSA begins with its modulus, which its certificate shows to everybody.
    this.#addWindows(name, body.slice(Math.floor(body.length * 0.4)));
    for (const core of base64Cores(pem.slice(Math.floor(pem.length * 0.4))))
      this.#addWindows(`${name} (base64 of PEM)`, core);
  }

  /** Names of the secrets found. */
  in(haystack: Buffer | string): string[] {
    const text = typeof haystack === 'string' ? bytes(haystack) : haystack.toString('latin1');
    const found = new Set<string>();
    for (const [needle, name] of this.#needles) if (text.includes(needle)) found.add(name);
    for (const [run] of text.matchAll(/[A-Za-z0-9+/]{40,}/g)) {
      for (let at = 0; at + windowLength <= run.length; at += 1) {
        const name = this.#windows.get(run.slice(at, at + windowLength));
        if (name !== undefined) found.add(name);
      }
    }
    // A header in a source text is no key: what follows it must look like one.
    if (/PRIVATE KEY-----(?:\r|\n|\\+[rn])+[A-Za-z0-9+/]{20,}/.test(text)) found.add('a private key');
    return [...found];
  }

  /** What is found in the files below a folder, as `file: secret`. */
  async below(folder: string): Promise<string[]> {
    const found: string[] = [];
    for (const file of await filesBelow(folder)) {
      const names = this.in(await readFile(file));
      found.push(...names.map((name) => `${path.relative(folder, file)}: ${name}`));
    }
    return found;
  }

  #addWindows(name: string, text: string): void {
    for (let at = 0; at + windowLength <= text.length; at += 1) {
      this.#windows.set(text.slice(at, at + windowLength), name);
    }
  }
}

export async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
}

/** Every text and every byte string in a structure, e.g. in the events of a history. */
export function leaves(value: unknown): Buffer[] {
  if (typeof value === 'string') return [Buffer.from(value)];
  if (value instanceof Uint8Array) return [Buffer.from(value)];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(leaves);
}

function bytes(text: string): string {
  return Buffer.from(text).toString('latin1');
}

/** The base64 that holds a text wherever it begins: without the characters that its neighbours have a part in. */
function base64Cores(text: string): string[] {
  return [0, 1, 2].map((before) => {
    const encoded = Buffer.concat([Buffer.alloc(before), Buffer.from(text)]).toString('base64');
    return encoded
      .slice(before === 0 ? 0 : before + 1)
      .replace(/=+$/, '')
      .slice(0, -1);
  });
}
