/** What an FMC says of its own place in a high-availability pair. */
export interface HaStatus {
  /** Undefined where the text does not say. */
  readonly enabled: boolean | undefined;
  readonly role: 'primary' | 'secondary' | 'unknown';
  readonly state: 'active' | 'standby' | 'unknown';
  /** Lines that speak of a pair that is not whole. */
  readonly troubles: readonly string[];
}

/** The patterns of a profile that read the status: groups `enabled`; `role` and `state`; none. */
export interface HaPatterns {
  readonly enabled: string;
  readonly role: string;
  readonly trouble: string;
}

/** Reads the status by the patterns of the profile; every line that none of them knows is skipped. */
export function parseHaStatus(text: string, patterns: HaPatterns): HaStatus {
  const find = (pattern: string): Record<string, string | undefined> | undefined =>
    new RegExp(pattern, 'im').exec(text)?.groups;
  const enabled = find(patterns.enabled)?.['enabled'];
  const place = find(patterns.role);
  const trouble = new RegExp(patterns.trouble, 'i');
  return {
    enabled: enabled === undefined ? undefined : /^(?:yes|true|enabled|1)$/i.test(enabled),
    role: oneOf(place?.['role'], ['primary', 'secondary']),
    state: oneOf(place?.['state'], ['active', 'standby']),
    troubles: text
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => trouble.test(line)),
  };
}

function oneOf<T extends string>(text: string | undefined, known: readonly T[]): T | 'unknown' {
  return known.find((word) => word === text?.toLowerCase()) ?? 'unknown';
}
