import { readFileSync, readdirSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { LineCounter, isNode, parseDocument, type Document } from 'yaml';
import type { Issue } from '../errors/index.ts';
import { checkProfile } from './profile/check.ts';
import { mergeProfiles, type Plain } from './profile/merge.ts';
import { profileSchema, type ApplianceProfile } from './profile.ts';

/** The folder with the families that the product brings along. */
export const shippedFamilies = fileURLToPath(new URL('./families', import.meta.url));

export interface LoadedProfiles {
  /** By name; families that only others extend (`abstract: true`) are left out. */
  readonly profiles: ReadonlyMap<string, ApplianceProfile>;
  /** Every fault of every file. With faults the profiles concerned are missing. */
  readonly issues: readonly Issue[];
}

interface Source {
  readonly file: string;
  readonly document: Document;
  readonly lines: LineCounter;
  readonly data: Plain;
}

/**
 * Reads all profiles: `<folder>/<family>/profile.yaml` of the shipped folder and of `extraFolders`, where a family of the
 * same name replaces the shipped one. Faults are a value, all at once.
 */
export function loadProfiles(
  options: { extraFolders?: readonly string[]; folder?: string } = {},
): LoadedProfiles {
  const issues: Issue[] = [];
  const sources = new Map<string, Source>();
  for (const folder of [options.folder ?? shippedFamilies, ...(options.extraFolders ?? [])]) {
    if (!existsSync(folder)) {
      issues.push({ file: folder, message: 'there is no such folder of profiles' });
      continue;
    }
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const file = join(folder, entry.name, 'profile.yaml');
      if (!entry.isDirectory() || !existsSync(file)) continue;
      const source = readSource(file, issues);
      if (source !== undefined) sources.set(entry.name, source);
    }
  }
  const profiles = new Map<string, ApplianceProfile>();
  for (const [name, source] of [...sources].sort(([a], [b]) => a.localeCompare(b))) {
    if (source.data['abstract'] === true) continue;
    const profile = build(name, sources, issues);
    if (profile !== undefined) profiles.set(name, profile);
  }
  for (const [name, profile] of profiles) {
    profile.identity.kinds.forEach((kind, index) => {
      if (sources.has(kind.family)) return;
      report(
        issues,
        chainOf(name, sources, []),
        ['identity', 'kinds', index, 'family'],
        `there is no family "${kind.family}"`,
      );
    });
  }
  return { profiles, issues };
}

function readSource(file: string, issues: Issue[]): Source | undefined {
  const lines = new LineCounter();
  const document = parseDocument(readFileSync(file, 'utf8'), { lineCounter: lines, prettyErrors: false });
  for (const error of document.errors) {
    const { line, col } = lines.linePos(error.pos[0]);
    issues.push({ file, line, column: col, message: error.message });
  }
  if (document.errors.length > 0) return undefined;
  const data: unknown = document.toJS();
  if (typeof data !== 'object' || data === null || Array.isArray(data)) {
    issues.push({ file, message: 'a profile is a mapping' });
    return undefined;
  }
  return { file, document, lines, data: data as Plain };
}

/** The files a family is made of, its own first. */
function chainOf(name: string, sources: ReadonlyMap<string, Source>, issues: Issue[]): Source[] {
  const chain: Source[] = [];
  let next: unknown = name;
  while (typeof next === 'string') {
    const source = sources.get(next);
    const last = chain.at(-1);
    if (source === undefined || chain.includes(source)) {
      if (last !== undefined)
        report(
          issues,
          [last],
          ['extends'],
          source === undefined ? `there is no family "${next}"` : 'a family extends itself',
        );
      break;
    }
    chain.push(source);
    next = source.data['extends'];
  }
  return chain;
}

function build(
  name: string,
  sources: ReadonlyMap<string, Source>,
  issues: Issue[],
): ApplianceProfile | undefined {
  const before = issues.length;
  const chain = chainOf(name, sources, issues);
  const merged = chain
    .map((source) => source.data)
    .reduceRight<Plain>((base, own) => mergeProfiles(base, own), {});
  const rest = Object.fromEntries(
    Object.entries(merged).filter(([key]) => key !== 'extends' && key !== 'abstract'),
  );
  const parsed = profileSchema.safeParse({ ...rest, name });
  if (!parsed.success) {
    for (const issue of parsed.error.issues) {
      const path = issue.code === 'unrecognized_keys' ? [...issue.path, issue.keys[0] ?? ''] : issue.path;
      report(issues, chain, path, `${issue.path.join('.') || 'profile'}: ${issue.message}`);
    }
    return undefined;
  }
  for (const fault of checkProfile(parsed.data)) report(issues, chain, fault.path, fault.message);
  return issues.length === before ? parsed.data : undefined;
}

/** Names the place in the file that has it, else the nearest place above it. */
function report(
  issues: Issue[],
  chain: readonly Source[],
  path: readonly PropertyKey[],
  message: string,
): void {
  const own = chain[0];
  if (own === undefined) return;
  for (let length = path.length; length > 0; length--) {
    for (const source of chain) {
      const node: unknown = source.document.getIn(path.slice(0, length), true);
      if (!isNode(node) || !node.range) continue;
      const { line, col } = source.lines.linePos(node.range[0]);
      const issue: Issue = { file: source.file, line, column: col, message };
      // A fault of a parent shows in each child: once is enough.
      if (!issues.some((one) => one.file === issue.file && one.line === line && one.message === message))
        issues.push(issue);
      return;
    }
  }
  issues.push({ file: own.file, message });
}
