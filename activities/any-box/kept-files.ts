import { RunbookError } from '../../errors/index.ts';
import { shellQuote, type RootShell } from '../../devices/index.ts';
import { isOwnOrDead, lockOwner, takeLock } from '../box/lock.ts';
import { profilePath } from '../box/profile-path.ts';
import type { RunRef } from '../../workflows/contract.ts';

/**
 * Where the old content of files is kept on a box while a run exchanges them: `<privateRoot>/<set>`, open to root alone.
 *
 *     lock/      the run that has them in hand
 *     present/   what lay there before that run touched it: old/0, old/1, … in the order of `manifest`
 *     kept/      the same, of the last run that was through
 *     journal    how far the exchange came
 */
export interface KeptFolder {
  readonly root: string;
  readonly folder: string;
  readonly lock: string;
  readonly present: string;
  readonly kept: string;
  readonly journal: string;
}

/** A file as it was. */
export interface KeptFile {
  /** Where its copy lies. */
  readonly copy: string;
  /** The file itself, links followed. */
  readonly path: string;
  /** Undefined: there was none. */
  readonly sha256: string | undefined;
  readonly mode: string;
  /** `uid:gid`. */
  readonly owner: string;
}

export function keptFolder(shell: RootShell, set: string): KeptFolder {
  const root = profilePath(shell, 'privateRoot');
  const folder = `${root}/${set}`;
  return {
    root,
    folder,
    lock: `${folder}/lock`,
    present: `${folder}/present`,
    kept: `${folder}/kept`,
    journal: `${folder}/journal`,
  };
}

/** Takes the set in hand. Throws DELIVERY_LOCKED, naming the run that has it. */
export async function takeSet(
  shell: RootShell,
  { root, folder, lock }: KeptFolder,
  run: RunRef,
): Promise<void> {
  await shell.run(
    `( umask 077; mkdir -p ${shellQuote(root)} ${shellQuote(folder)} ) && chmod 700 ${shellQuote(root)} ${shellQuote(folder)}`,
  );
  await takeLock(shell, lock, run);
}

/** Throws FILES_NOT_KEPT unless this run, or an earlier one of its id, has the set in hand. */
export async function proveInHand(
  shell: RootShell,
  { lock, folder }: KeptFolder,
  run: RunRef,
): Promise<void> {
  const owner = await lockOwner(shell, lock);
  if (isOwnOrDead(owner, run)) return;
  throw new RunbookError(
    'FILES_NOT_KEPT',
    owner === undefined
      ? `The files of ${folder} are in no run's hands: no backup of this run is there.`
      : `The files of ${folder} are in the hands of the run ${owner}.`,
    { state: 'Nothing was changed.' },
  );
}

/**
 * Copies the files and proves each copy. What an earlier run left behind without being through is set aside, never overwritten.
 * Exit status 21: a copy is not like its file.
 */
export async function makeCopies(
  shell: RootShell,
  { present }: KeptFolder,
  paths: readonly string[],
): Promise<void> {
  const script = `${sum}
umask 077
rm -rf "$1.new"
if [ -e "$1" ]; then mv "$1" "$1.$(date -u +%Y%m%dT%H%M%SZ)" || exit 22; fi
mkdir -p "$1.new/old" || exit 22
present=$1; shift; n=0
: > "$present.new/manifest" || exit 22
for path; do
  real=$(readlink -f -- "$path") || exit 23
  if [ -e "$real" ]; then
    cp -p -- "$real" "$present.new/old/$n" || exit 22
    of=$(sum "$real"); [ -n "$of" ] && [ "$of" = "$(sum "$present.new/old/$n")" ] || exit 21
    echo "$of $(stat -c '%a %u:%g' -- "$real") $real" >> "$present.new/manifest" || exit 22
  else
    echo "- 600 0:0 $real" >> "$present.new/manifest" || exit 22
  fi
  n=$((n + 1))
done
sync
mv "$present.new" "$present" || exit 22`;
  const result = await runScript(shell, script, [present, ...paths]);
  if (result.status === 0) return;
  throw failed(
    result.status === 21
      ? 'A copy is not like its file'
      : result.status === 23
        ? 'A folder on the way to one of the files is missing'
        : 'The copies could not be made',
    result,
  );
}

/** The files of a backup; undefined where there is none that is whole. */
export async function readManifest(shell: RootShell, folder: string): Promise<KeptFile[] | undefined> {
  const content = await shell.readFile(`${folder}/manifest`);
  if (content === undefined) return undefined;
  return content
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line, at) => {
      const match = /^([0-9a-f]{64}|-) ([0-7]{3,4}) (\d+:\d+) (\/.*)$/.exec(line);
      const [, sha256 = '-', mode = '600', owner = '0:0', path = ''] = match ?? [];
      if (match === null)
        throw new RunbookError(
          'SESSION_OUTPUT_UNREADABLE',
          `${folder}/manifest is damaged: ${line.slice(0, 200)}`,
        );
      return {
        copy: `${folder}/old/${String(at)}`,
        path,
        sha256: sha256 === '-' ? undefined : sha256,
        mode,
        owner,
      };
    });
}

/** SHA-256 by the tools that a box may have, empty for a file that is not there. */
export const sum = `sum() { [ -e "$1" ] || return 0; { sha256sum < "$1" || openssl dgst -sha256 < "$1"; } 2>/dev/null | grep -oE '[0-9a-f]{64}' | head -n 1; }`;

export async function runScript(
  shell: RootShell,
  script: string,
  words: readonly string[],
): Promise<{ status: number; output: string }> {
  const line = ['sh', '-c', script, 'sh', ...words].map(shellQuote).join(' ');
  return await shell.run(`${line} </dev/null 2>&1`, { anyStatus: true });
}

/** A name beside the file, where nothing but a rename separates it from its place. */
export function beside(path: string): string {
  return path.replace(/([^/]*)$/, '.$1.runbook-new');
}

function failed(what: string, { status, output }: { status: number; output: string }): RunbookError {
  return new RunbookError('FILES_NOT_KEPT', `${what} (status ${String(status)}).`, {
    screen: output.slice(-500),
    state: 'No file was changed.',
  });
}
