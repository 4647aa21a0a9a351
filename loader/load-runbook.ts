import { existsSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { z } from 'zod';
import type { Issue } from '../errors/index.ts';
import { didYouMean, validateRunbook, type Runbook } from '../language/index.ts';
import {
  approveStep,
  assertStep,
  doStep,
  manualStep,
  runbook as runbookSchema,
  waitStep,
} from '../language/runbook.ts';
import { digestOf } from './digest.ts';
import { inFileOrder } from './issue-order.ts';
import { parameterFaults } from './parameter-faults.ts';
import { schemaFaults } from './schema-faults.ts';
import { readTextFile } from './text-file.ts';
import { parseYaml, type YamlSource } from './yaml-source.ts';

export type LoadedRunbook =
  | { readonly ok: true; readonly runbook: Runbook; readonly digest: string; readonly file: string }
  | { readonly ok: false; readonly issues: Issue[] };

export interface LoadRunbookOptions {
  /** Folder with the runbooks that can be called by name; default: `runbooks/` of this package. */
  readonly folder?: string;
  /** Device families there are profiles for; given, `families:` is checked against them. */
  readonly families?: readonly string[];
}

const packagedRunbooks = fileURLToPath(new URL('../runbooks/', import.meta.url));

/**
 * Reads and checks a runbook, by name (`renew-sftunnel-ca`) or by path. Reports all faults at once with line and column; touches
 * nothing and never throws for a fault of the file.
 * `digest`: sha-256 over the canonical JSON of the checked runbook: comments and layout do not count.
 */
export function loadRunbook(nameOrFile: string, options: LoadRunbookOptions = {}): LoadedRunbook {
  const found = findRunbook(nameOrFile, options.folder ?? packagedRunbooks);
  if (typeof found !== 'string') return { ok: false, issues: [found] };
  const read = readTextFile(found, 'runbook');
  return read.ok ? checkRunbook(read.text, found, options) : read;
}

/** As {@link loadRunbook}, for a text that stands for the file of that name. */
export function checkRunbook(text: string, file: string, options: LoadRunbookOptions = {}): LoadedRunbook {
  const source = parseYaml(text, file);
  const issues = [...source.issues];
  if (source.value !== undefined || source.issues.length === 0)
    issues.push(...contentIssues(source, options));
  if (issues.length > 0) return { ok: false, issues: inFileOrder(issues) };
  const runbook = runbookSchema.parse(source.value);
  return { ok: true, runbook, digest: digestOf(runbook), file };
}

/** Names that {@link loadRunbook} knows without a path, sorted. */
export function runbookNames(folder: string = packagedRunbooks): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => /\.ya?ml$/.test(name))
    .map((name) => basename(name).replace(/\.ya?ml$/, ''))
    .sort();
}

function findRunbook(nameOrFile: string, folder: string): string | Issue {
  if (/[\\/]|\.ya?ml$/i.test(nameOrFile)) return nameOrFile;
  const packaged = [`${nameOrFile}.yaml`, `${nameOrFile}.yml`]
    .map((name) => join(folder, name))
    .find((path) => existsSync(path));
  if (packaged !== undefined) return packaged;
  if (existsSync(nameOrFile)) return nameOrFile;
  const names = runbookNames(folder);
  const hint =
    didYouMean(nameOrFile, names) ??
    `runbooks by name: ${names.join(', ') || 'none'}; or give the path of a file`;
  return { file: nameOrFile, message: `there is no runbook "${nameOrFile}"`, hint };
}

function contentIssues(source: YamlSource, { families }: LoadRunbookOptions): Issue[] {
  const shape = schemaFaults(runbookSchema, source.value ?? {}, { readUnion: stepKindOf });
  const meaning = validateRunbook(source.value);
  const called = parameterFaults(source.value);
  return [...shape, ...meaning, ...called, ...familyFaults(source.value, families)].map((fault) =>
    source.issue(fault),
  );
}

function familyFaults(
  value: unknown,
  families: readonly string[] | undefined,
): Parameters<YamlSource['issue']>[0][] {
  const named = (value as { families?: unknown } | null)?.families;
  if (families === undefined || typeof named !== 'object' || named === null) return [];
  return Object.entries(named)
    .filter(([, family]) => typeof family === 'string' && !families.includes(family))
    .map(([role, family]) => ({
      path: ['families', role],
      message: `there is no device family "${String(family)}"`,
      hint: didYouMean(String(family), families) ?? `families: ${families.join(', ')}`,
    }));
}

const stepKinds: Record<string, z.ZodType> = {
  do: doStep,
  assert: assertStep,
  poll: waitStep,
  approve: approveStep,
  manual: manualStep,
};

/** A step says by one key what it is; its faults are then those of that kind alone. */
function stepKindOf(value: unknown, path: readonly (string | number)[]): z.ZodType | string | undefined {
  if (path.length !== 4 || (path[0] !== 'stages' && path[0] !== 'atEnd') || path[2] !== 'steps')
    return undefined;
  const names = Object.keys(stepKinds).join(', ');
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return `a step is a block with id and one of ${names}`;
  const kinds = Object.keys(stepKinds).filter((kind) => Object.hasOwn(value, kind));
  const [kind] = kinds;
  if (kinds.length > 1) return `a step is only one of ${kinds.join(', ')}; make steps of their own`;
  return kind === undefined ? `a step needs one of ${names}` : stepKinds[kind];
}
