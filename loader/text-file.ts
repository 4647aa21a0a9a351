import { readFileSync } from 'node:fs';
import type { Issue } from '../errors/index.ts';

export type TextFile =
  { readonly ok: true; readonly text: string } | { readonly ok: false; readonly issues: Issue[] };

/** No file of an operator comes near this; a device or a dump given by mistake does. */
const maxBytes = 32 * 1024 * 1024;

/** A UTF-8 file without its byte order mark; `what` names it in the message: "inventory". */
export function readTextFile(file: string, what: string): TextFile {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (thrown) {
    return {
      ok: false,
      issues: [unreadable(file, what, (thrown as NodeJS.ErrnoException).code ?? 'unknown error')],
    };
  }
  if (bytes.length > maxBytes) {
    return {
      ok: false,
      issues: [
        { file, message: `the ${what} is larger than ${maxBytes / 1024 / 1024} MB; is it the right file?` },
      ],
    };
  }
  const text = decode(bytes);
  if (text !== undefined) return { ok: true, text };
  return {
    ok: false,
    issues: [
      {
        file,
        ...firstUndecodable(bytes),
        message: `the ${what} is not UTF-8 text`,
        hint: 'save it as UTF-8',
      },
    ],
  };
}

function unreadable(file: string, what: string, code: string): Issue {
  if (code === 'ENOENT') return { file, message: `there is no such ${what}` };
  if (code === 'EISDIR') return { file, message: `the ${what} is a folder, not a file` };
  return { file, message: `the ${what} cannot be read (${code})` };
}

function decode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function firstUndecodable(bytes: Buffer): { line?: number; column?: number } {
  let start = 0;
  for (let line = 1; start <= bytes.length; line += 1) {
    const end = bytes.indexOf(0x0a, start);
    const part = bytes.subarray(start, end === -1 ? bytes.length : end);
    if (decode(part) === undefined) return { line, column: 1 };
    if (end === -1) break;
    start = end + 1;
  }
  return {};
}
