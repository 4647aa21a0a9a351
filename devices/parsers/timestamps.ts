const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const form =
  /^(?:(?:mon|tue|wed|thu|fri|sat|sun)\s+)?([a-z]{3})\s+(\d{1,2})\s+(\d{1,2}):(\d{2}):(\d{2})(?:\.\d+)?\s+(?:(?:utc|gmt|z)\s+)?(\d{4})(?:\s+(\S+))?$/i;

/**
 * `Mon Jun 15 09:21:57 2020 UTC`, `Oct  5 10:12:50 2034 GMT`, or without zone, as an ISO instant.
 * The boxes run in UTC, so a missing zone is UTC; any other zone cannot be read safely and gives undefined.
 */
export function readTimestamp(text: string): string | undefined {
  const found = form.exec(text.trim());
  if (found === null) return undefined;
  const [, month = '', day, hour, minute, second, year, zone] = found;
  if (zone !== undefined && !/^(?:utc|gmt|z)$/i.test(zone)) return undefined;
  const at = Date.UTC(
    Number(year),
    months.indexOf(month.toLowerCase()),
    Number(day),
    Number(hour),
    Number(minute),
    Number(second),
  );
  if (!months.includes(month.toLowerCase()) || Number.isNaN(at)) return undefined;
  const date = new Date(at);
  // 31 February would have rolled over.
  return date.getUTCDate() === Number(day) ? date.toISOString().replace('.000Z', 'Z') : undefined;
}
