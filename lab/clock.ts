/**
 * The lab's time. Every appliance has its own clock: the host's time, plus what the whole lab was advanced by,
 * plus the appliance's own skew. All three in milliseconds.
 */
export class LabClock {
  /** Shift of all appliances, ms. A lab with an expired CA starts in the past and is advanced once its tunnels are up. */
  shiftMs = 0;

  now(skewMs = 0): number {
    return Date.now() + this.shiftMs + skewMs;
  }

  advanceDays(days: number): void {
    this.shiftMs += days * 86_400_000;
  }
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const days = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const two = (n: number): string => String(n).padStart(2, '0');
const padded = (n: number): string => String(n).padStart(2, ' ');

/** `Oct  5 12:00:00 2034 GMT`: how openssl prints a date; a one-digit day is padded with a blank (facts 1.5). */
export function opensslDate(ms: number): string {
  const d = new Date(ms);
  return `${months[d.getUTCMonth()]} ${padded(d.getUTCDate())} ${clockTime(d)} ${d.getUTCFullYear()} GMT`;
}

/** `Wed Jun 10 14:27:12 2020`: C's ctime, as in the tunnel status (facts 1.1); 1.3 adds ` UTC`. */
export function ctime(ms: number): string {
  const d = new Date(ms);
  return `${days[d.getUTCDay()]} ${months[d.getUTCMonth()]} ${padded(d.getUTCDate())} ${clockTime(d)} ${d.getUTCFullYear()}`;
}

/** `Nov 20 04:10:47`: the stamp of syslog lines. */
export function syslogTime(ms: number): string {
  const d = new Date(ms);
  return `${months[d.getUTCMonth()]} ${padded(d.getUTCDate())} ${clockTime(d)}`;
}

function clockTime(d: Date): string {
  return `${two(d.getUTCHours())}:${two(d.getUTCMinutes())}:${two(d.getUTCSeconds())}`;
}

/** strftime for the letters that scripts use; UTC. Unknown letters are printed as they are. */
export function strftime(format: string, ms: number): string {
  const d = new Date(ms);
  return format.replace(/%(-?)([A-Za-z%])/g, (whole, dash: string, letter: string) => {
    switch (letter) {
      case 'Y':
        return String(d.getUTCFullYear());
      case 'y':
        return two(d.getUTCFullYear() % 100);
      case 'm':
        return two(d.getUTCMonth() + 1);
      case 'd':
        return dash ? String(d.getUTCDate()) : two(d.getUTCDate());
      case 'e':
        return padded(d.getUTCDate());
      case 'H':
        return two(d.getUTCHours());
      case 'M':
        return two(d.getUTCMinutes());
      case 'S':
        return two(d.getUTCSeconds());
      case 's':
        return String(Math.floor(ms / 1000));
      case 'N':
        return String(d.getUTCMilliseconds()).padStart(3, '0') + '000000';
      case 'b':
        return months[d.getUTCMonth()] ?? '';
      case 'a':
        return days[d.getUTCDay()] ?? '';
      case 'F':
        return d.toISOString().slice(0, 10);
      case 'T':
        return clockTime(d);
      case 'Z':
        return 'UTC';
      case 'z':
        return '+0000';
      case 'j':
        return String(Math.floor((ms - Date.UTC(d.getUTCFullYear(), 0, 1)) / 86_400_000) + 1).padStart(
          3,
          '0',
        );
      case 'n':
        return '\n';
      case 't':
        return '\t';
      case '%':
        return '%';
      default:
        return whole;
    }
  });
}
