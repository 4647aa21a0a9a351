import { chmodSync, mkdirSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { packIndex, type PackFile } from './offline-pack.ts';

const index = 'index.txt';

/** Writes the files of a pack, readable for their owner alone; each replaces its older one at once, whole or not at all. */
export function writePackFiles(folder: string, files: readonly PackFile[], madeAt: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  chmodSync(folder, 0o700);
  for (const { name, text } of files) replace(folder, name, text);
  // The FMCs of a pair write one after the other: the index names what both have written.
  const names = readdirSync(folder).filter((name) => /^[\w-]+\.txt$/.test(name) && name !== index);
  replace(folder, index, packIndex(names, madeAt));
}

function replace(folder: string, name: string, text: string): void {
  const beside = path.join(folder, `.${name}.${String(process.pid)}`);
  writeFileSync(beside, text, { mode: 0o600 });
  renameSync(beside, path.join(folder, name));
}
