import { createHash } from 'node:crypto';
import { RunbookError } from '../../errors/index.ts';
import { shellQuote, type RootShell } from '../../devices/index.ts';
import {
  backUpParameters,
  putParameters,
  releaseParameters,
  restoreParameters,
} from '../../language/parameters.ts';
import type { ActionInput, ActionResult } from '../../workflows/contract.ts';
import { beating, lookAtBox, onBox, textParam, type Action } from '../action.ts';
import { digests, pathExists } from '../box/posix.ts';
import {
  beside,
  keptFolder,
  makeCopies,
  proveInHand,
  readManifest,
  runScript,
  sum,
  takeSet,
  type KeptFile,
} from './kept-files.ts';
import { isPrivateKey, parametersOf, readWorkerFile } from './parameters.ts';

/**
 * Takes files in hand: no other run touches this set until it is released, and copies of what lies there are made and proven. A copy
 * that this run has made before stays: a second attempt never takes new content for old.
 */
export const backUpFiles: Action = async (input, deps) =>
  await beating(async () => {
    const { set, paths } = parametersOf(backUpParameters, input);
    return await onBox(deps, input, input.target, async (shell) => {
      const place = keptFolder(shell, set);
      const isResumed = await pathExists(shell, place.lock);
      await takeSet(shell, place, input.run);
      if (!isResumed || (await readManifest(shell, place.present)) === undefined)
        await makeCopies(shell, place, paths);
      const files = (await readManifest(shell, place.present)) ?? [];
      return {
        facts: {
          folder: `${place.present}/old`,
          files: files.map(({ path, sha256 }) => ({ path, existed: sha256 !== undefined })),
        },
        note: `${String(files.length)} files kept in ${place.present}`,
      };
    });
  });

/** Puts new files into their places, all or none as far as a box can: brought beside, checked there, renamed one right after the other. */
export const putFiles: Action = async (input, deps) =>
  await beating(async (progress) => {
    const wanted = await wantedFiles(input);
    try {
      return await onBox(deps, input, input.target, async (shell) => {
        const { set } = parametersOf(putParameters, input);
        const place = keptFolder(shell, set);
        await proveInHand(shell, place, input.run);
        const plan = await placed(shell, wanted, await readManifest(shell, place.present), place.present);
        const missing = await notInPlace(shell, plan);
        for (const file of missing) {
          progress(`bring ${file.path}`);
          await shell.writeFile(beside(file.path), file.content, { secret: true });
        }
        progress('exchange');
        await exchange(shell, place.journal, missing);
        return {
          facts: { changed: missing.length, files: plan.map(({ path }) => path) },
          note: exchanged(missing),
        };
      });
    } finally {
      for (const { content } of wanted) content.fill(0);
    }
  });

/** Puts the copies back: those of this run, or those that an earlier one has left. What was not there before is removed. */
export const restoreFiles: Action = async (input, deps) =>
  await beating(async () => {
    const { set, kept } = parametersOf(restoreParameters, input);
    return await onBox(deps, input, input.target, async (shell): Promise<ActionResult> => {
      const place = keptFolder(shell, set);
      await proveInHand(shell, place, input.run);
      const from = kept ? place.kept : place.present;
      const files = await readManifest(shell, from);
      if (files === undefined)
        throw new RunbookError('FILES_NOT_KEPT', `There is no backup in ${from}.`, {
          state: 'Nothing was changed.',
        });
      const different = await notInPlace(shell, files);
      for (const { copy, path } of different.filter(({ sha256 }) => sha256 !== undefined))
        await shell.run(`cp -p -- ${shellQuote(copy)} ${shellQuote(beside(path))}`);
      await exchange(shell, place.journal, different);
      return {
        facts: { changed: different.length, files: files.map(({ path }) => path) },
        note: exchanged(different),
      };
    });
  });

/** Gives the files out of hand. The backup stays for a later roll-back, or goes. */
export const releaseFiles: Action = async (input, deps) =>
  await beating(async () => {
    const { set, keep } = parametersOf(releaseParameters, input);
    return await onBox(deps, input, input.target, async (shell): Promise<ActionResult> => {
      const { folder, lock, present, kept, journal } = keptFolder(shell, set);
      if (await pathExists(shell, lock)) {
        await proveInHand(shell, keptFolder(shell, set), input.run);
        const [from, to] = [shellQuote(present), shellQuote(kept)];
        const backup = keep
          ? `if [ -d ${from} ]; then rm -rf ${to} && mv ${from} ${to}; fi`
          : `rm -rf ${from}`;
        await shell.run(`${backup} && rm -f ${shellQuote(journal)} && rm -rf ${shellQuote(lock)}`);
        if (!keep) await shell.run(`rmdir ${shellQuote(folder)} 2>/dev/null`, { anyStatus: true });
      }
      const text = keep ? `What lay there before stays in ${kept}.` : 'The copies were removed.';
      return { facts: { kept: keep }, note: text };
    });
  });

/** Tells from the box how far a step with files came; `of` says which. */
export const probeFiles: Action = async (input, deps) =>
  await beating(async () => {
    const of = input.params['of'];
    const wanted = of === 'putFiles' ? await wantedFiles(input) : [];
    const facts = await lookAtBox(deps, input, input.target, async (shell) => {
      const set = textParam(input, 'set');
      const place = keptFolder(shell, set);
      const files = await readManifest(shell, input.params['kept'] === true ? place.kept : place.present);
      if (of === 'backUpFiles') {
        const isThere = files !== undefined && (await pathExists(shell, place.lock));
        return answer(isThere ? 1 : 0, 1, { folder: `${place.present}/old` });
      }
      if (of === 'releaseFiles')
        return answer((await pathExists(shell, place.lock)) ? 0 : 1, 1, {
          kept: input.params['keep'] === true,
        });
      const should = of === 'putFiles' ? await placed(shell, wanted, files, place.present) : (files ?? []);
      const right = should.length - (await notInPlace<Exchanged>(shell, should)).length;
      return answer(right, should.length, { changed: right, files: should.map(({ path }) => path) });
    });
    return { facts, note: facts.text };
  });

function answer<Facts>(
  right: number,
  all: number,
  facts: Facts,
): { outcome: string; text: string; facts: Facts } {
  const outcome = right === all ? 'done' : right === 0 ? 'not-done' : 'partly';
  return { outcome, text: `${String(right)} of ${String(all)} are as they should be.`, facts };
}

interface Wanted {
  readonly path: string;
  readonly content: Buffer;
  readonly sha256: string;
  readonly mode: string | undefined;
  readonly owner: string | undefined;
}

/** From the machine of the worker into its memory, and from there to the box: nowhere else. */
async function wantedFiles(input: ActionInput): Promise<Wanted[]> {
  const { files } = parametersOf(putParameters, input);
  return await Promise.all(
    files.map(async ({ path, from, mode, owner }) => {
      const content = await readWorkerFile(input, from);
      if (content.length === 0)
        throw new RunbookError('INPUT_INVALID', `${from} is empty.`, {
          state: 'Nothing was sent to the box.',
        });
      return { path, content, sha256: createHash('sha256').update(content).digest('hex'), mode, owner };
    }),
  );
}

type Placed = Wanted & { readonly mode: string; readonly owner: string };

/** Each file at its real place, with the mode and owner that it gets. A private key is never opened to all. */
async function placed(
  shell: RootShell,
  wanted: readonly Wanted[],
  kept: readonly KeptFile[] | undefined,
  folder: string,
): Promise<Placed[]> {
  if (kept === undefined)
    throw new RunbookError(
      'FILES_NOT_KEPT',
      `There is no backup in ${folder}: nothing is overwritten without one.`,
      {
        state: 'Nothing was changed.',
        remedy: 'The runbook lacks a step `backUpFiles` before this one.',
      },
    );
  const { output } = await shell.run(
    `readlink -f -- ${wanted.map(({ path }) => shellQuote(path)).join(' ')}`,
  );
  const real = output.trimEnd().split('\n');
  return wanted.map((file, at) => {
    const path = real[at] ?? file.path;
    const old = kept.find((one) => one.path === path);
    if (old === undefined)
      throw new RunbookError('FILES_NOT_KEPT', `${file.path} is not among the files that were kept.`, {
        state: 'Nothing was changed.',
        remedy: 'Name the same paths in `backUpFiles` and `putFiles`.',
      });
    const mode = file.mode ?? (isPrivateKey(file.content) ? closed(old.mode) : old.mode);
    return { ...file, path, mode, owner: file.owner ?? old.owner };
  });
}

/** Without the bits for all others. */
function closed(mode: string): string {
  return `${mode.slice(0, -1)}0`;
}

/** A file as it is to be in its place; without a checksum none is to be there. */
type Exchanged = Pick<KeptFile, 'path' | 'sha256' | 'mode' | 'owner'>;

/** Those that are not in their places as they are to be. */
async function notInPlace<File extends Exchanged>(shell: RootShell, files: readonly File[]): Promise<File[]> {
  const held = await digests(
    shell,
    files.map(({ path }) => path),
  );
  return files.filter(({ path, sha256 }) => held.get(path) !== sha256);
}

/**
 * Checks every file where it lies beside its place, then renames them. A file whose checksum is `-` is removed.
 * Exit status 22: a file is not what was sent; nothing was renamed. 23: a rename failed.
 */
async function exchange(shell: RootShell, journal: string, files: readonly Exchanged[]): Promise<void> {
  if (files.length === 0) return;
  const words = files.flatMap(({ path, sha256 = '-', mode, owner }) => [
    beside(path),
    path,
    sha256,
    mode,
    owner,
  ]);
  const script = `${sum}
journal=$1; shift
check() { while [ $# -gt 0 ]; do
  if [ "$3" != - ]; then
    [ "$(sum "$1")" = "$3" ] && chown "$5" "$1" && chmod "$4" "$1" || return 22
  fi
  shift 5
done; }
swap() { while [ $# -gt 0 ]; do
  if [ "$3" = - ]; then rm -f -- "$2" || return 23; else mv -f -- "$1" "$2" || return 23; fi
  shift 5
done; }
check "$@" || exit 22
sync
echo exchange > "$journal"
swap "$@" || exit 23
sync
echo done > "$journal"`;
  const result = await runScript(shell, script, [journal, ...words]);
  if (result.status === 0) return;
  if (result.status === 22) {
    const temporary = files.map(({ path }) => shellQuote(beside(path)));
    await shell.run(`rm -f ${temporary.join(' ')}`, { anyStatus: true });
    throw new RunbookError(
      'SESSION_NO_SPACE',
      'A file did not arrive as it was sent, or its owner could not be set.',
      {
        screen: result.output.slice(-500),
        state: 'Nothing was put in place; what was brought is removed.',
      },
    );
  }
  throw new RunbookError(
    'FILES_MIXED',
    `The exchange of the files stopped (status ${String(result.status)}).`,
    {
      screen: result.output.slice(-500),
    },
  );
}

function exchanged(files: readonly { readonly path: string }[]): string {
  return files.length === 0
    ? 'all were in place already'
    : `exchanged: ${files.map(({ path }) => path).join(', ')}`;
}
