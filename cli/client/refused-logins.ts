import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { BoxTrouble, Endpoint } from '../../devices/index.ts';
import { RunbookError } from '../../errors/index.ts';

/** A login that was refused. Nothing in it is made of the password. */
interface Refused {
  readonly credential: string;
  /** The box that refused it, where it holds for that box alone. */
  readonly box?: string;
  readonly inventory: string;
  /** Of the inventory at that time: one that was edited since may have another password. */
  readonly stamp: string;
  readonly at: string;
  readonly text: string;
}

/**
 * Logins that were refused to commands of this home which log in themselves. A worker remembers its own as long as it lives; a command
 * ends, and without this file each one would try a wrong password once more.
 */
export class RefusedLogins {
  readonly #file: string;
  readonly #inventory: string;
  readonly #stamp: string;

  constructor(file: string, inventory: string) {
    this.#file = file;
    this.#inventory = path.resolve(inventory);
    const { mtimeMs, size } = statSync(inventory);
    this.#stamp = `${String(mtimeMs)}/${String(size)}`;
  }

  /** Throws DEVICE_CREDENTIAL_FROZEN. */
  check(endpoint: Endpoint): void {
    const found = this.#read().find((one) => this.#isAbout(one, endpoint) && one.stamp === this.#stamp);
    if (found === undefined) return;
    throw new RunbookError(
      'DEVICE_CREDENTIAL_FROZEN',
      `${endpoint.name}: the credential ${found.credential} is not used again since ${found.at}: ${found.text}`,
      {
        device: endpoint.name,
        credential: found.credential,
        state: 'No login was tried.',
        remedy: 'Correct the credential. If it is right by now, add --retry-logins: it is tried once more.',
      },
    );
  }

  note(endpoint: Endpoint, trouble: Pick<BoxTrouble, 'frozen' | 'message'> | null): void {
    if (trouble === null || trouble.frozen === null) return;
    const refused: Refused = {
      credential: endpoint.credential.id,
      ...(trouble.frozen === 'box' ? { box: boxOf(endpoint) } : {}),
      inventory: this.#inventory,
      stamp: this.#stamp,
      at: new Date().toISOString(),
      text: trouble.message,
    };
    this.#write([...this.#read().filter((one) => !this.#isAbout(one, endpoint)), refused]);
  }

  forget(endpoint: Endpoint): void {
    const all = this.#read();
    const rest = all.filter((one) => !this.#isAbout(one, endpoint));
    if (rest.length < all.length) this.#write(rest);
  }

  #isAbout({ credential, box, inventory }: Refused, endpoint: Endpoint): boolean {
    return (
      credential === endpoint.credential.id &&
      inventory === this.#inventory &&
      (box === undefined || box === boxOf(endpoint))
    );
  }

  #read(): readonly Refused[] {
    try {
      return JSON.parse(readFileSync(this.#file, 'utf8')) as Refused[];
    } catch {
      return [];
    }
  }

  #write(all: readonly Refused[]): void {
    mkdirSync(path.dirname(this.#file), { recursive: true, mode: 0o700 });
    writeFileSync(this.#file, `${JSON.stringify(all, undefined, 1)}\n`, { mode: 0o600 });
  }
}

function boxOf({ host, port }: Endpoint): string {
  return `${host}:${String(port)}`;
}
