import {
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  type Document,
  type Node,
  type Scalar,
} from 'yaml';
import type { Issue } from '../errors/index.ts';

/** A fault at a place of a file's data, by its path from the root. */
export interface PlacedFault {
  readonly path: readonly (string | number)[];
  /** The key itself is meant, not its value. */
  readonly atKey?: true;
  /** 0-based, within the text at `path`. */
  readonly offset?: number;
  readonly message: string;
  readonly hint?: string;
}

export interface YamlSource {
  readonly file: string;
  /** undefined when the file is empty or its syntax is broken. */
  readonly value: unknown;
  /** Faults of syntax, duplicate keys and the like. */
  readonly issues: readonly Issue[];
  /** The fault as an issue with line and column. A path that does not exist is placed at the nearest existing parent. */
  issue(fault: PlacedFault): Issue;
}

/**
 * Reads one YAML 1.2 document; never throws. `quote: false`: no issue of syntax quotes the file, for files in which a secret may
 * stand by mistake.
 */
export function parseYaml(
  text: string,
  file: string,
  { quote = true }: { quote?: boolean } = {},
): YamlSource {
  const lines = new LineCounter();
  const doc = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    uniqueKeys: true,
    version: '1.2',
  });
  const at = (offset: number): { line: number; column: number } => {
    const { line, col } = lines.linePos(offset);
    return { line, column: col };
  };
  const issues = [...doc.errors, ...doc.warnings].map((error) => ({
    file,
    ...at(error.pos[0]),
    ...worded(error.code, quote ? error.message : error.code),
  }));
  const fatal = doc.errors.some((error) => error.code !== 'DUPLICATE_KEY');
  let value: unknown;
  try {
    value = fatal ? undefined : (doc.toJS({ maxAliasCount: 1000 }) as unknown);
  } catch (thrown) {
    issues.push({
      file,
      ...at(0),
      message:
        quote && thrown instanceof Error ? thrown.message : 'the aliases of this file cannot be resolved',
    });
  }
  return {
    file,
    value,
    issues,
    issue: ({ message, hint, ...fault }) => ({
      file,
      ...at(offsetOf(doc, text, fault)),
      message,
      ...(hint === undefined ? {} : { hint }),
    }),
  };
}

function worded(code: string, message: string): { message: string; hint?: string } {
  switch (code) {
    case 'DUPLICATE_KEY':
      return { message: 'this key stands twice in the same block' };
    case 'MULTIPLE_DOCS':
      return { message: 'the file holds more than one document (---); only one is read' };
    case 'TAB_AS_INDENT':
      return { message: 'a tab cannot indent', hint: 'use blanks' };
    default:
      return { message: `not valid YAML: ${message}` };
  }
}

function offsetOf(
  doc: Document,
  text: string,
  { path, atKey, offset }: Pick<PlacedFault, 'path' | 'atKey' | 'offset'>,
): number {
  let node: unknown = doc.contents;
  let place = startOf(node) ?? 0;
  for (const [depth, key] of path.entries()) {
    node = isAlias(node) ? node.resolve(doc) : node;
    const last = depth === path.length - 1;
    if (isMap(node)) {
      const pair = node.items.find((item) => isPair(item) && keyText(item.key) === String(key));
      if (pair === undefined) return place;
      node = pair.value;
      place = (last && atKey === true ? undefined : startOf(node)) ?? startOf(pair.key) ?? place;
    } else if (isSeq(node)) {
      node = node.items[Number(key)];
      if (node === undefined) return place;
      place = startOf(node) ?? place;
    } else {
      return place;
    }
  }
  if (offset !== undefined && isScalar(node) && typeof node.value === 'string') {
    return placeInScalar(node as Scalar<string>, text, offset) ?? place;
  }
  return place;
}

function keyText(key: unknown): string {
  return isScalar(key) ? String(key.value) : String(key);
}

function startOf(node: unknown): number | undefined {
  return (node as Node | null | undefined)?.range?.[0];
}

/**
 * Where the n-th character of a scalar's value stands in the file. Walks value and source side by side, so that quotes, folded
 * lines and indentation do not matter; after an escape such as `\n` the place may be a few characters early.
 */
function placeInScalar(node: Scalar<string>, text: string, offset: number): number | undefined {
  const [start, end] = node.range ?? [];
  if (start === undefined || end === undefined) return undefined;
  let at = start;
  if (node.type === 'BLOCK_FOLDED' || node.type === 'BLOCK_LITERAL') at = text.indexOf('\n', start) + 1;
  if (node.type === 'QUOTE_DOUBLE' || node.type === 'QUOTE_SINGLE') at += 1;
  for (let index = 0; index <= offset; index += 1) {
    const char = node.value[index];
    if (char !== undefined && !/\s/.test(char)) {
      const found = text.indexOf(char, at);
      if (found === -1 || found >= end) return undefined;
      at = found;
    }
    if (index < offset) at += 1;
  }
  return Math.min(at, end);
}
