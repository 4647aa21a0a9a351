import { shellQuote } from '../../devices/index.ts';
import { setFiles } from '../box/certificate-set.ts';

/** Names of what a delivery leaves beside the three files while it is under way. */
export const lockName = '.runbook-lock';
export const temporaryName = (file: string): string => `.${file}.runbook-new`;

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
  const lines = [
    `cd ${shellQuote(folder)} || exit 24`,
    'sum() { sha256sum "$1" 2>/dev/null | cut -d" " -f1; }',
  ];
  for (const file of files) {
    const fresh = temporaryName(file);
    lines.push(
      `[ "$(sum ${shellQuote(fresh)})" = ${wanted.get(file) ?? ''} ] || [ "$(sum ${file})" = ${wanted.get(file) ?? ''} ] || exit 22`,
    );
  }
  lines.push(`echo backup > ${lockName}/journal`);
  for (const file of files) {
    const before = old.get(file);
    if (before === undefined) continue;
    lines.push(
      `if [ "$(sum ${file}.backup)" != ${before} ]; then ` +
        `[ "$(sum ${file})" = ${before} ] || exit 21; ` +
        `if [ -e ${file}.backup ]; then mv -n ${file}.backup ${file}.backup.$(date -u +%Y%m%dT%H%M%SZ) || exit 21; fi; ` +
        `cp -p ${file} .${file}.runbook-backup && [ "$(sum .${file}.runbook-backup)" = ${before} ] && mv -f .${file}.runbook-backup ${file}.backup || exit 21; fi`,
    );
  }
  lines.push(`echo exchange > ${lockName}/journal`);
  for (const file of files) {
    const fresh = temporaryName(file);
    lines.push(
      `if [ -e ${fresh} ]; then chown root:root ${fresh} && chmod 644 ${fresh} && mv -f ${fresh} ${file} || exit 23; fi`,
    );
  }
  lines.push('sync', `echo done > ${lockName}/journal`, 'exit 0');
  return lines.join('\n');
}
