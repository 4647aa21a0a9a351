import type { RootShell } from './session.ts';

/** What a box says of itself. Empty text where it does not say. */
export interface BoxIdentity {
  readonly uuid: string;
  readonly model: string;
  readonly version: string;
  readonly hostname: string;
  /** From the profile's `kinds`: `fmc`, `ftd`, or empty when no pattern fits; without kinds the name of the family. */
  readonly kind: string;
  /** Family that describes the box; empty when not known. */
  readonly family: string;
}

/** Reads identity by the profile's sources, in their order; the first that has a field gives it. */
export async function readBoxIdentity(shell: RootShell): Promise<BoxIdentity> {
  const found: Record<string, string> = {};
  for (const source of shell.profile.identity.sources) {
    const missing = Object.entries(source.fields).filter(([field]) => found[field] === undefined);
    if (missing.length === 0) continue;
    const text =
      source.asked === undefined
        ? (await shell.run(source.command ?? 'true', { anyStatus: true })).output
        : (shell.arrival.asked[source.asked] ?? '');
    for (const [field, pattern] of missing) {
      const value = new RegExp(pattern, 'm').exec(text)?.[1]?.trim();
      if (value !== undefined && value !== '') found[field] = value;
    }
  }
  const model = found['model'] ?? '';
  const { name } = shell.profile;
  const { kinds } = shell.profile.identity;
  // A family that names no kinds is what the inventory or the runbook says it is.
  const kind =
    kinds.length === 0
      ? { kind: name, family: name }
      : kinds.find((candidate) => new RegExp(candidate.model, 'i').test(model));
  return {
    uuid: (found['uuid'] ?? '').toLowerCase(),
    model,
    version: [found['version'], found['build']].filter((part) => part !== undefined).join('-'),
    hostname: found['hostname'] ?? '',
    kind: kind?.kind ?? '',
    family: kind?.family ?? '',
  };
}
