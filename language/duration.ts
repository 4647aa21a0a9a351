const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** A duration as runbooks write it (`500ms`, `90s`, `15m`, `4h`, `2d`) in milliseconds; undefined for any other text. */
export function millisecondsOf(duration: string): number | undefined {
  const [, count, unit] = /^(\d+)(ms|s|m|h|d)$/.exec(duration) ?? [];
  const factor = unit === undefined ? undefined : units[unit];
  return factor === undefined ? undefined : Number(count) * factor;
}

/** A span of time for people: `3 h 10 min`, `2 d 4 h`; whole minutes, rounded down. */
export function spanText(ms: number): string {
  const minutes = Math.max(0, Math.floor(ms / 60_000));
  const [d, h, m] = [Math.floor(minutes / 1440), Math.floor(minutes / 60) % 24, minutes % 60];
  if (d > 0) return `${String(d)} d ${String(h)} h`;
  return h > 0 ? `${String(h)} h ${String(m)} min` : `${String(m)} min`;
}

/** As {@link millisecondsOf}, for a duration that a schema has checked already. Throws RangeError otherwise. */
export function durationMs(text: string): number {
  const ms = millisecondsOf(text);
  if (ms === undefined) throw new RangeError(`not a duration: ${text}`);
  return ms;
}
