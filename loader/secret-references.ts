import { resolve } from 'node:path';
import { RunbookError, type Issue } from '../errors/index.ts';
import { CredentialGroups } from './credential-groups.ts';
import type { SecretSource } from './credential.ts';
import { parseDevicesCsv, type CsvRow } from './csv-inventory.ts';
import type { SecretReference } from './inventory-schema.ts';
import {
  csvPasswords,
  environmentSecret,
  fileSecret,
  modeWarning,
  type CsvPasswords,
} from './secret-sources.ts';
import { readTextFile } from './text-file.ts';

export interface ResolvedSecret {
  /** Names the secret without saying anything of it: `env FTD_PASSWORD`. Equal secrets of one CSV have one name. */
  readonly name: string;
  readonly read: SecretSource;
}

interface CsvFile {
  readonly rows: readonly CsvRow[];
  readonly passwords: CsvPasswords;
  readonly groups: CredentialGroups;
}

/** Turns the secret references of one inventory into sources, each file looked at once. */
export class SecretReferences {
  readonly warnings: Issue[] = [];
  readonly #folder: string;
  readonly #seen = new Set<string>();
  readonly #csvFiles = new Map<string, CsvFile>();

  /** `folder`: what relative paths are relative to. */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /**
   * Throws INPUT_MISSING where the file or the row named is not there. A variable that is not set is only a warning: the worker
   * logs in, and this may be another process.
   */
  resolve(reference: SecretReference, username: string): ResolvedSecret {
    if ('env' in reference) return this.#environment(reference.env);
    return 'csv' in reference ? this.#csvRow(reference, username) : this.#file(reference.file);
  }

  #environment(name: string): ResolvedSecret {
    if (this.#first(`env ${name}`) && !process.env[name]) {
      this.warnings.push({
        file: name,
        message: 'this environment variable is not set here; the worker needs it',
      });
    }
    return { name: `env ${name}`, read: environmentSecret(name) };
  }

  #file(given: string): ResolvedSecret {
    const file = resolve(this.#folder, given);
    const read = fileSecret(file);
    if (this.#first(file)) this.#warnOpen(file);
    // A missing file must be found before anything is touched; the secret itself is dropped at once.
    read();
    return { name: `file ${given}`, read };
  }

  #csvRow({ csv, name }: { csv: string; name: string }, username: string): ResolvedSecret {
    const file = resolve(this.#folder, csv);
    const { rows, passwords, groups } = this.#csv(file);
    const row = rows.find((one) => one.name === name);
    if (row === undefined) throw new RunbookError('INPUT_MISSING', `${file} has no readable row "${name}"`);
    const group = groups.idFor({ username, password: row.password }, name, `${name}@${row.address}`);
    return { name: `csv ${csv}: ${group}`, read: passwords({ name }) };
  }

  #csv(file: string): CsvFile {
    let known = this.#csvFiles.get(file);
    if (known === undefined) {
      const read = readTextFile(file, 'file');
      if (!read.ok)
        throw new RunbookError('INPUT_MISSING', `${file}: ${read.issues[0]?.message ?? 'cannot be read'}`);
      this.#warnOpen(file);
      known = {
        rows: parseDevicesCsv(read.text, file).rows,
        passwords: csvPasswords(file),
        groups: new CredentialGroups(),
      };
      this.#csvFiles.set(file, known);
    }
    return known;
  }

  #warnOpen(file: string): void {
    const warning = modeWarning(file);
    if (warning !== undefined) this.warnings.push(warning);
  }

  #first(what: string): boolean {
    return !this.#seen.has(what) && this.#seen.add(what).size > 0;
  }
}
