import { shellQuote } from '../../devices/index.ts';
import { setFiles } from '../box/certificate-set.ts';

/** Names of what a delivery leaves beside the three files while it is under way. */
export const lockName = '.runbook-lock';
export const temporaryName = (file: string): string => `.${file}.runbook-new`;
/** A backup that is not yet proven to be a copy. */
export const backupName = (file: string): string => `.${file}.runbook-backup`;

export interface Exchange {
  /** Folder of the manager on the device. */
  readonly folder: string;
  /** SHA-256 of the new content, by file name. */
  readonly wanted: ReadonlyMap<string, string>;
  /** SHA-256 of the set as it was before this run touched it; a file that was missing has none. */
  readonly old: ReadonlyMap<string, string>;
}

/**
 * The short script that makes the exchange on the device: backups that are proven to be copies of the old files, then three
 * renames. Run as one command line; the journal in the lock folder says how far it came. Exit status: 0 done, 21 a backup
 * cannot be proven, 22 a new file is not what was sent, 23 a rename failed.
 *
 * A backup of an earlier renewal is moved aside, never overwritten; a backup that already is the copy of the old file stays.
 */
export function exchangeScript({ folder, wanted, old }: Exchange): string {
  const files = Object.values(setFiles);
  const kept = files.filter((file) => old.has(file));
  const lines = [
    `cd ${shellQuote(folder)} || exit 24`,
    'sum() { sha256sum "$1" 2>/dev/null | cut -d" " -f1; }',
    // Each is called with the name of a file; the first two with the digest that it is to have, or had.
    `fresh() { [ "$(sum ${temporaryName('$1')})" = "$2" ] || [ "$(sum "$1")" = "$2" ] || exit 22; }`,
    'backup() { if [ "$(sum "$1.backup")" != "$2" ]; then [ "$(sum "$1")" = "$2" ] || exit 21; ' +
      'if [ -e "$1.backup" ]; then mv -n "$1.backup" "$1.backup.$(date -u +%Y%m%dT%H%M%SZ)" || exit 21; fi; ' +
      `b=${backupName('$1')}; cp -p "$1" "$b" && [ "$(sum "$b")" = "$2" ] && mv -f "$b" "$1.backup" || exit 21; fi; }`,
    `exchange() { n=${temporaryName('$1')}; if [ -e "$n" ]; then chown root:root "$n" && chmod 644 "$n" && mv -f "$n" "$1" || exit 23; fi; }`,
    ...files.map((file) => `fresh ${file} ${wanted.get(file) ?? ''}`),
    `echo backup > ${lockName}/journal`,
    ...kept.map((file) => `backup ${file} ${old.get(file) ?? ''}`),
    `echo exchange > ${lockName}/journal`,
    ...files.map((file) => `exchange ${file}`),
    'sync',
    `echo done > ${lockName}/journal`,
    'exit 0',
  ];
  return lines.join('\n');
}
