const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** A duration as runbooks write it (`500ms`, `90s`, `15m`, `4h`, `2d`) in milliseconds; undefined for any other text. */
export function millisecondsOf(duration: string): number | undefined {
  const [, count, unit] = /^(\d+)(ms|s|m|h|d)$/.exec(duration) ?? [];
  const factor = unit === undefined ? undefined : units[unit];
  return factor === undefined ? undefined : Number(count) * factor;
}

/** As {@link millisecondsOf}, for a duration that a schema has checked already. Throws RangeError otherwise. */
export function durationMs(text: string): number {
  const ms = millisecondsOf(text);
  if (ms === undefined) throw new RangeError(`not a duration: ${text}`);
  return ms;
}
