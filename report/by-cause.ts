import type { Finding } from '../workflows/contract.ts';
import { byName } from './format/order.ts';

/** A finding, and the boxes that it holds for. */
export interface SharedFinding {
  readonly finding: Finding;
  readonly boxes: readonly string[];
}

/**
 * What many boxes stand at for one cause (`Finding.cause`) once, with the names of all of them, in the place of the first; it is told
 * in the words of the box where it happened, and not of those that were spared because of it. Everything else stays as it is.
 */
export function byCause(findings: readonly Finding[]): SharedFinding[] {
  const groups = new Map<string | Finding, Finding[]>();
  for (const finding of findings) {
    const { cause, severity } = finding;
    const key = cause === undefined ? finding : `${severity} ${cause}`;
    groups.set(key, [...(groups.get(key) ?? []), finding]);
  }
  return [...groups.values()].map((group) => ({
    finding: group.find(({ code }) => code !== 'DEVICE_CREDENTIAL_FROZEN') ?? (group[0] as Finding),
    boxes: byName([...new Set(group.map(({ box }) => box))].map((name) => ({ name }))).map(
      ({ name }) => name,
    ),
  }));
}
