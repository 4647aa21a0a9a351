import prettyMilliseconds from 'pretty-ms';

const dayMs = 86_400_000;

/** `2026-11-23 19:16:31 +00:00`, the form of all pages; the text itself when it is no instant. */
export function utc(instant: string | Date): string {
  const at = typeof instant === 'string' ? new Date(instant) : instant;
  if (Number.isNaN(at.getTime())) return String(instant);
  return `${at.toISOString().slice(0, 19).replace('T', ' ')} +00:00`;
}

/** `2026-11-23T19:16:31+00:00`, the form that begins a log line. */
export function utcCompact(at: Date): string {
  return `${at.toISOString().slice(0, 19)}+00:00`;
}

/** `20261123T191631Z`, for file names and ids. */
export function utcStamp(at: Date): string {
  return at.toISOString().slice(0, 19).replace(/[-:]/g, '') + 'Z';
}

/** Whole days until an instant; negative once it has passed (-1 within the first day after). */
export function daysUntil(instant: string, now: Date): number {
  return Math.floor((new Date(instant).getTime() - now.getTime()) / dayMs);
}

/** `40 days left`, `expired 3 days ago`, `expired today`. */
export function daysText(daysLeft: number): string {
  if (daysLeft >= 0) return `${daysLeft} ${plural(daysLeft, 'day')} left`;
  const ago = -daysLeft - 1;
  return ago === 0 ? 'expired today' : `expired ${ago} ${plural(ago, 'day')} ago`;
}

/** `2m 5s`; nothing finer than a second, at most two units. */
export function durationText(ms: number): string {
  if (ms < 1000) return '0s';
  return prettyMilliseconds(ms, { secondsDecimalDigits: 0, unitCount: 2 });
}

/** `device` for 1, `devices` for all else. */
export function plural(count: number, noun: string): string {
  return count === 1 ? noun : `${noun}s`;
}
