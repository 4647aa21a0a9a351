import { readFileSync, statSync } from 'node:fs';
import { RunbookError, type Issue } from '../errors/index.ts';
import type { SecretSource } from './credential.ts';
import { parseDevicesCsv, type CsvRow } from './csv-inventory.ts';

/** The password of one row of a `devices.csv`, found by name and address, in the file as it is at that moment. */
export type CsvPasswords = (row: { readonly name: string; readonly address?: string }) => SecretSource;

/**
 * Passwords of a CSV file. Read again when the file has changed, so that an operator who corrects a password can retry; kept
 * between reads, so that a thousand logins do not parse it a thousand times.
 */
export function csvPasswords(file: string): CsvPasswords {
  let stamp = '';
  let rows: readonly CsvRow[] = [];
  const current = (): readonly CsvRow[] => {
    const now = stampOf(file);
    if (now !== stamp) {
      rows = parseDevicesCsv(readSecretFile(file), file).rows;
      stamp = now;
    }
    return rows;
  };
  return ({ name, address }) =>
    () => {
      const row = current().find(
        (one) => one.name === name && (address === undefined || one.address === address),
      );
      if (row !== undefined) return row.password;
      const which = address === undefined ? `"${name}"` : `"${name}" with the address ${address}`;
      throw new RunbookError(
        'INPUT_MISSING',
        `${file} has no readable row ${which} any more; its password is needed.`,
        {
          remedy: 'Put the row back, then retry.',
        },
      );
    };
}

/** An environment variable of the process that logs in: the worker. */
export function environmentSecret(name: string): SecretSource {
  return () => {
    const value = process.env[name];
    if (value !== undefined && value !== '') return value;
    throw new RunbookError(
      'INPUT_MISSING',
      `The environment variable ${name} is not set where the worker runs; it holds a password.`,
      {
        remedy: `Start the worker with ${name} set, then retry.`,
      },
    );
  };
}

/** The first line of a file, read at each use. */
export function fileSecret(file: string): SecretSource {
  return () => {
    const [line = ''] = readSecretFile(file)
      .replace(/^\uFEFF/, '')
      .split(/\r?\n/);
    if (line !== '') return line;
    throw new RunbookError('INPUT_INVALID', `The first line of ${file} is empty; it should be a password.`);
  };
}

/** A warning where others than the owner may read a file with secrets; the system of Windows has no such modes. */
export function modeWarning(file: string): Issue | undefined {
  if (process.platform === 'win32') return undefined;
  try {
    const mode = statSync(file).mode & 0o777;
    if ((mode & 0o077) === 0) return undefined;
    return {
      file,
      message: `holds passwords and is open to other users (mode ${mode.toString(8)})`,
      hint: `chmod 600 ${file}`,
    };
  } catch {
    // A missing file is reported by whoever reads it.
    return undefined;
  }
}

function readSecretFile(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (thrown) {
    throw unreadable(file, thrown);
  }
}

function stampOf(file: string): string {
  try {
    const { mtimeMs, size, ino } = statSync(file);
    return `${mtimeMs}/${size}/${ino}`;
  } catch (thrown) {
    throw unreadable(file, thrown);
  }
}

function unreadable(file: string, thrown: unknown): RunbookError {
  const code = (thrown as NodeJS.ErrnoException).code ?? 'unknown error';
  return new RunbookError('INPUT_MISSING', `${file} cannot be read (${code}); it holds a password.`, {
    remedy: 'Put the file back, then retry.',
  });
}
