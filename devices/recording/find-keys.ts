import { mark } from '../masking.ts';
import type { Find } from './hidden.ts';
import type { Reading, Readings } from './readings.ts';

const instead = '(a private key was shown here)';

/**
 * Finds private keys: PEM blocks, also cut off, wrapped or paged; base64 that is no certificate and long enough for a key; the
 * numbers that `openssl rsa -text` prints.
 */
export function findKeys(readings: Readings): Find[] {
  return [
    ...blocks(readings),
    ...openBlocks(readings.lines),
    ...bareBase64(readings.lines),
    ...numbers(readings.lines),
  ];
}

const head = /-----BEGIN(?:[A-Z0-9]*)PRIVATEKEY(?:BLOCK)?-----/g;
const tail = /-----END(?:[A-Z0-9]*)PRIVATEKEY(?:BLOCK)?-----/g;

/** Whole blocks. Blanks do not count: a console breaks lines where it likes, also in the middle of a head. */
function blocks({ dense }: Readings): Find[] {
  const finds: Find[] = [];
  for (const { index } of dense.text.matchAll(head)) {
    tail.lastIndex = index;
    const end = tail.exec(dense.text);
    const next = dense.text.indexOf('-----BEGIN', index + 10);
    if (end === null || (next >= 0 && next < end.index)) continue;
    finds.push(find(dense, index, end.index + end[0].length, instead));
  }
  return finds;
}

/** Blocks also of which the end was not shown: to the first line that can be no part of a key. */
function openBlocks(lines: Reading): Find[] {
  const finds: Find[] = [];
  for (const { index, 0: found } of lines.text.matchAll(
    /-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----/g,
  )) {
    let end = index + found.length;
    for (const line of lines.text.slice(end).split('\n')) {
      if (!isOfKey(line)) break;
      end += line.length + 1;
      if (/^-----END/.test(line)) break;
    }
    finds.push(find(lines, index, Math.min(end, lines.text.length), instead));
  }
  return finds;
}

function isOfKey(line: string): boolean {
  return (
    /^[A-Za-z0-9+/=\\\s]*$/.test(line) ||
    /^(?:Proc-Type|DEK-Info|Comment|Version|Charset|Hash): /.test(line) ||
    /more/i.test(line) ||
    /^-----END/.test(line)
  );
}

/** A key without its head, as the middle of a file shows it. */
function bareBase64(lines: Reading): Find[] {
  const certificates = [
    ...lines.text.matchAll(
      /-----BEGIN (?:TRUSTED |X509 )?(?:CERTIFICATE|CRL|PUBLIC KEY)[^-]*-----[^]*?(?:-----END [A-Z0-9 ]+-----|$)/g,
    ),
  ].map(({ index, 0: found }) => [index, index + found.length] as const);
  const finds: Find[] = [];
  for (const { index, 0: found } of lines.text.matchAll(
    /(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{40,}={0,2}(?:[ \t]*\n[A-Za-z0-9+/]{40,}={0,2})*(?:[ \t]*\n[A-Za-z0-9+/]+={0,2})?(?=[\s"',;)\]}<]|$)/g,
  )) {
    const letters = found.replace(/\s/g, '');
    if (letters.length < 100 || /^[0-9a-f]+$/i.test(letters)) continue;
    if (certificates.some(([from, to]) => index >= from && index < to)) continue;
    finds.push({
      ...find(lines, index, index + found.trimEnd().length, mark),
      what: 'base64 that may be a key',
    });
  }
  return finds;
}

/** Numbers in hexadecimal below the name of a part of a private key. */
function numbers(lines: Reading): Find[] {
  const parts =
    /(?<=^[ \t]*(?:privateExponent|prime[12]|exponent[12]|coefficient|priv):[ \t]*\n)(?:[ \t]*(?:[0-9a-f]{2}:?)+[ \t]*(?:\n|$))+/gm;
  return [...lines.text.matchAll(parts)].map(({ index, 0: found }) =>
    find(lines, index, index + found.trimEnd().length, instead),
  );
}

/** Everything from the first character to the last: also what is no text, and a pager in between. */
function find({ at }: Reading, from: number, to: number, by: string): Find {
  const places = at.slice(from, to).filter((index) => index >= 0);
  const first = places.reduce((least, index) => Math.min(least, index), Infinity);
  const last = places.reduce((most, index) => Math.max(most, index), -1);
  const all = last < 0 ? [] : Array.from({ length: last - first + 1 }, (_, index) => first + index);
  return { at: all, by, what: 'a private key' };
}
