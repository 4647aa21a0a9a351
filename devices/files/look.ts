import { randomBytes } from 'node:crypto';
import type { Raw } from '../dialogue/command-line.ts';
import { shellQuote } from '../dialogue/quote.ts';
import type { Questions } from '../session.ts';
import { forEachPath } from './each-path.ts';
import { sha256Of, shownBytes, shownDigest } from './root-files.ts';

/** Larger files than this are not shown on the terminal. */
const mostShown = 24_000;

/** What is said of anything in a folder that is not there. */
const notThere: Raw = { status: 1, output: ':absent' };

/**
 * One line that asks for several files and runs several commands, each answer ended by a mark that holds a random number. By the
 * functions that {@link RootFiles.setUp} defines. The first answer is that of the folder.
 */
export function lookScript(
  { folder, files = [], commands = {} }: Questions<string>,
  maxBytes: number,
): { readonly script: string; readonly nonce: string } {
  const nonce = randomBytes(4).toString('hex');
  const parts = [
    `n=${nonce} m=${String(Math.min(maxBytes, mostShown))}`,
    folder === undefined ? 'rbm' : `cd ${shellQuote(folder)} 2>/dev/null || { rbm; exit 0; }; rbm`,
    ...(files.length === 0 ? [] : [forEachPath(files, (path) => `rbr ${path}`)]),
    ...Object.values(commands).map((command) => `( ${command} ); rbm`),
  ];
  return { script: parts.join('; '), nonce };
}

/** The answers in their order, none where the folder is not there; undefined where one is missing. */
export function readLook(output: string, nonce: string, count: number): readonly Raw[] | undefined {
  const answers: Raw[] = [];
  let from = 0;
  for (const mark of output.matchAll(new RegExp(`\\n@${nonce}:(\\d+)\\n`, 'g'))) {
    answers.push({ status: Number(mark[1]), output: output.slice(from, mark.index) });
    from = mark.index + mark[0].length;
  }
  // Nothing more is asked in a folder that is not there.
  if (answers.length === 1 && answers[0]?.status !== 0) return [];
  return answers.length === count + 1 ? answers.slice(1) : undefined;
}

/** A file as the box has shown it: `absent`, or its content when it came whole; undefined for what is too long, or changed meanwhile. */
export function readShown({ output }: Raw = notThere): Buffer | 'absent' | undefined {
  if (/^\s*:absent\s*$/.test(output)) return 'absent';
  const shown = /^\s*:size\s+(\d+)\s*\n([\s\S]*?)^:sum\s*\n([\s\S]*)$/m.exec(output);
  if (shown === null) return undefined;
  const content = shownBytes(shown[2] ?? '');
  const sum = shownDigest(shown[3] ?? '');
  return content.length === Number(shown[1]) && sha256Of(content) === sum ? content : undefined;
}
