import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { LineCounter, isNode, parseDocument, type Document } from 'yaml';
import type { Issue } from '../errors/index.ts';
import { mergeProfiles, type Plain } from './profile/merge.ts';

/** A YAML file of a family, with the places of everything in it. */
export interface FamilyFile {
  readonly file: string;
  readonly document: Document;
  readonly lines: LineCounter;
  readonly data: Plain;
}

/** By family. */
export type FamilyFiles = ReadonlyMap<string, FamilyFile>;

/** Reads `<folder>/<family>/<name>` of all folders; a later folder replaces the family of an earlier one. */
export function readFamilyFiles(
  folders: readonly string[],
  name: string,
  issues: Issue[],
): Map<string, FamilyFile> {
  const files = new Map<string, FamilyFile>();
  for (const folder of folders) {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const file = join(folder, entry.name, name);
      if (!entry.isDirectory() || !existsSync(file)) continue;
      const read = readFamilyFile(file, issues);
      if (read !== undefined) files.set(entry.name, read);
    }
  }
  return files;
}

function readFamilyFile(file: string, issues: Issue[]): FamilyFile | undefined {
  const lines = new LineCounter();
  const document = parseDocument(readFileSync(file, 'utf8'), { lineCounter: lines, prettyErrors: false });
  for (const error of document.errors) {
    const { line, col } = lines.linePos(error.pos[0]);
    issues.push({ file, line, column: col, message: error.message });
  }
  if (document.errors.length > 0) return undefined;
  const data: unknown = document.toJS();
  if (typeof data !== 'object' || data === null || Array.isArray(data)) {
    issues.push({ file, message: 'a file of a family is a mapping' });
    return undefined;
  }
  return { file, document, lines, data: data as Plain };
}

/** The files of a family merged, those that it extends below its own. `chain`: its own file first. */
export function mergeChain(chain: readonly FamilyFile[]): Plain {
  return chain.map(({ data }) => data).reduceRight<Plain>((base, own) => mergeProfiles(base, own), {});
}

/** A line of a file of a family; 1-based. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** Where a value of a merged family stands; undefined: in none of its files. */
export function placeOf(chain: readonly FamilyFile[], path: readonly PropertyKey[]): Place | undefined {
  for (const source of chain) {
    const node: unknown = source.document.getIn(path, true);
    if (!isNode(node) || !node.range) continue;
    const { line, col } = source.lines.linePos(node.range[0]);
    return { file: source.file, line, column: col };
  }
  return undefined;
}

/** Names the place in the file that has it, else the nearest place above it. */
export function reportAt(
  issues: Issue[],
  chain: readonly FamilyFile[],
  path: readonly PropertyKey[],
  message: string,
): void {
  const own = chain[0];
  if (own === undefined) return;
  for (let length = path.length; length > 0; length--) {
    const place = placeOf(chain, path.slice(0, length));
    if (place === undefined) continue;
    // A fault of a parent shows in each child: once is enough.
    if (!issues.some((one) => one.file === place.file && one.line === place.line && one.message === message))
      issues.push({ ...place, message });
    return;
  }
  issues.push({ file: own.file, message });
}
