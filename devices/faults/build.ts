import type { Issue } from '../../errors/index.ts';
import { mergeChain, reportAt, type FamilyFile } from '../family-files.ts';
import { faultsSchema, type FaultEntry } from './schema.ts';

/** The known faults of a family from its files, its own first. What is wrong with them goes to `issues`, with its place. */
export function buildFaults(chain: readonly FamilyFile[], issues: Issue[]): FaultEntry[] {
  if (chain.length === 0) return [];
  const parsed = faultsSchema.safeParse(mergeChain(chain));
  if (parsed.success) return Object.entries(parsed.data.faults).map(([id, entry]) => ({ id, ...entry }));
  for (const issue of parsed.error.issues) {
    const path = issue.code === 'unrecognized_keys' ? [...issue.path, issue.keys[0] ?? ''] : issue.path;
    reportAt(issues, chain, path, `${issue.path.join('.') || 'faults'}: ${issue.message}`);
  }
  return [];
}
