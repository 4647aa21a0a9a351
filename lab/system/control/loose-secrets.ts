import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { DeviceTruth } from '../../control/truth.ts';
import type { Box } from '../box.ts';

/** Where a program puts what it needs for a moment, and where shells keep their histories. */
const folders = ['/tmp', '/var/tmp', '/root', '/home', '/Volume/home'];
/** What generate_certs.pl makes there is the vendor's own. */
const ofTheVendor = /^\/var\/tmp\/certs\/\d+$/;

type Loose = DeviceTruth['looseSecrets'][number];

/**
 * Remembers every file of a box that was seen with a password of the lab or a private key in it, with each mode that it was seen
 * with. The lab looks every 50 ms; what lives shorter may be missed.
 */
export class LooseSecrets {
  readonly #box: Box;
  readonly #passwords: ReadonlySet<string>;
  /** By inode: what was last seen of a file, and whether it held something. */
  readonly #seen = new Map<string, { readonly state: string; readonly holds: boolean }>();
  readonly #found = new Map<string, { path: string; readonly modes: Set<string> }>();

  constructor(box: Box, passwords: ReadonlySet<string>) {
    this.#box = box;
    this.#passwords = passwords;
  }

  look(): void {
    for (const folder of folders) this.#walk(folder);
  }

  list(): Loose[] {
    this.look();
    return [...this.#found].map(([inode, { path: at, modes }]) => ({
      path: at,
      modes: [...modes],
      isThere: this.#inodeAt(at) === inode && this.#seen.get(inode)?.holds === true,
    }));
  }

  #walk(inside: string): void {
    const at = this.#box.root.at(inside);
    try {
      const stat = lstatSync(at, { bigint: true });
      if (stat.isDirectory()) {
        if (!ofTheVendor.test(inside))
          for (const name of readdirSync(at)) this.#walk(path.join(inside, name));
        return;
      }
      if (!stat.isFile()) return;
      const inode = String(stat.ino);
      const state = `${String(stat.ctimeNs)} ${String(stat.size)}`;
      const before = this.#seen.get(inode);
      if (before?.state === state) return;
      const holds = this.#holds(readFileSync(at, 'utf8'));
      this.#seen.set(inode, { state, holds });
      if (!holds) return;
      const found = this.#found.get(inode) ?? { path: inside, modes: new Set<string>() };
      found.path = inside;
      found.modes.add((stat.mode & 0o7777n).toString(8));
      this.#found.set(inode, found);
    } catch {
      // It has gone meanwhile.
    }
  }

  #inodeAt(inside: string): string | undefined {
    const stat = lstatSync(this.#box.root.at(inside), { bigint: true, throwIfNoEntry: false });
    return stat && String(stat.ino);
  }

  #holds(text: string): boolean {
    if (/PRIVATE KEY-----\s*[A-Za-z0-9+/]{20}/.test(text)) return true;
    for (const password of this.#passwords) if (text.includes(password)) return true;
    return false;
  }
}
