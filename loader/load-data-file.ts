import type { z } from 'zod';
import type { Issue } from '../errors/index.ts';
import { inFileOrder } from './issue-order.ts';
import { schemaFaults } from './schema-faults.ts';
import { readTextFile } from './text-file.ts';
import { parseYaml } from './yaml-source.ts';

export type LoadedData<T> =
  { readonly ok: true; readonly data: T } | { readonly ok: false; readonly issues: Issue[] };

/**
 * Reads a YAML file in the form that a schema of another folder describes; all faults at once, with line and column. `what` names it
 * in messages. Nothing of the file is quoted in them.
 */
export function loadDataFile<T>(file: string, what: string, schema: z.ZodType<T>): LoadedData<T> {
  const read = readTextFile(file, what);
  if (!read.ok) return read;
  const source = parseYaml(read.text, file, { quote: false });
  const isBroken = source.value === undefined && source.issues.length > 0;
  const faults = isBroken ? [] : schemaFaults(schema, source.value ?? {}, { quote: false });
  const issues = [...source.issues, ...faults.map((fault) => source.issue(fault))];
  if (issues.length > 0) return { ok: false, issues: inFileOrder(issues) };
  return { ok: true, data: schema.parse(source.value) };
}
