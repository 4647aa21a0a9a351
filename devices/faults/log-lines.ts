/** More than that of a log is not looked at: the newest lines stand at its end. */
const mostLines = 2_000;
const longestLine = 400;

/** A line of a log, harmless to show. */
export interface LogLine {
  readonly text: string;
  /** Milliseconds since 1970; undefined where the line shows no time that can be read. */
  readonly at: number | undefined;
}

/**
 * The lines of a log as they may be shown and kept: of bounded number and length, without characters that steer a terminal, and
 * without what looks like a secret. `now` (milliseconds, by the clock of the box) tells the year, which syslog leaves out.
 */
export function logLines(text: string, now: number): LogLine[] {
  return text
    .split('\n')
    .slice(-mostLines)
    .map((line) => shownLine(line))
    .filter((line) => line !== '')
    .map((line) => ({ text: line, at: timeOf(line, now) }));
}

const steering = /[\p{Cc}\p{Cs}\u061C\u180E\u200B-\u200F\u2028-\u202E\u2060-\u206F\uFEFF\uFFF9-\uFFFB]+/gu;
const secret =
  /\b((?:pass(?:word|wd|phrase)?|secret|token|community|api[-_ ]?key|private[-_ ]?key)["']?\s*[:=]\s*)(?:"[^"]*"|'[^']*'|\S+)/gi;

/** One line of hostile text, as it may be shown. */
export function shownLine(line: string): string {
  return line
    .slice(0, 2 * longestLine)
    .replace(steering, ' ')
    .trim()
    .replace(secret, '$1********')
    .slice(0, longestLine);
}

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const syslog = /^(?:<\d+>)?([A-Z][a-z]{2}) +(\d{1,2}) (\d{2}):(\d{2}):(\d{2})\b/;
const iso = /^(?:<\d+>)?(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:[.,]\d+)?(Z|[+-]\d\d:?\d\d)?/;
const dayMs = 86_400_000;

/** The boxes log in UTC. A day ahead of the clock is last year's. */
function timeOf(line: string, now: number): number | undefined {
  const full = iso.exec(line);
  if (full !== null) {
    const at = Date.parse(`${full[1] ?? ''}T${full[2] ?? ''}${full[3] ?? 'Z'}`);
    return Number.isNaN(at) ? undefined : at;
  }
  const found = syslog.exec(line);
  if (found === null) return undefined;
  const [, name = '', day, hour, minute, second] = found;
  const month = months.indexOf(name.toLowerCase());
  if (month < 0) return undefined;
  const inYear = (year: number): number =>
    Date.UTC(year, month, Number(day), Number(hour), Number(minute), Number(second));
  const year = new Date(now).getUTCFullYear();
  // At the turn of the year the clock of the box may be a little behind its log.
  return [year + 1, year, year - 1].map(inYear).find((at) => at <= now + dayMs);
}
