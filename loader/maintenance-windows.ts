import { Cron } from 'croner';
import { durationMs, millisecondsOf } from '../language/index.ts';
import type { WindowLook } from '../workflows/contract.ts';

/** When a window opens (cron, five fields, in its zone) and for how long it then stays open. */
export interface MaintenanceWindow {
  readonly cron: string;
  readonly for: string;
  /** IANA name. */
  readonly zone: string;
}

/** The next span of time in which a device may be begun. ISO times in UTC. */
export interface NextWindow {
  /** `at` itself, or later where nothing may be begun yet. */
  readonly opens: string;
  /** No device is begun any more, so that it is done when the window closes. */
  readonly lastStart: string;
  readonly closes: string;
}

/** Windows that touch each other are followed so far; nobody waits for the end of what is open for ever. */
const farthestMs = 35 * 86_400_000;
/** So many openings are looked at for one window that is too short. */
const mostOpenings = 400;

/** A text such as `0 22 * * 1-5 for 6h in Europe/Berlin`, several with a `;` between them; a text instead says what is wrong. */
export function readWindows(text: string): readonly MaintenanceWindow[] | string {
  const windows: MaintenanceWindow[] = [];
  for (const part of text.split(';').map((one) => one.trim())) {
    if (part === '' && text.trim() === '') continue;
    const [, cron, length, zone] = /^(.+?)\s+for\s+(\S+)\s+in\s+(\S+)$/.exec(part) ?? [];
    if (cron === undefined || length === undefined || zone === undefined)
      return `"${part}" is not written as CRON for DURATION in ZONE, such as 0 22 * * 1-5 for 6h in Europe/Berlin`;
    const window = { cron, for: length, zone };
    const fault = windowFault(window);
    if (fault !== undefined) return fault.message;
    windows.push(window);
  }
  return windows;
}

/** The same as a text, as inputs carry it. */
export function windowsText(windows: readonly MaintenanceWindow[]): string {
  return windows.map((window) => `${window.cron} for ${window.for} in ${window.zone}`).join('; ');
}

/** What is wrong with a window, and with which part of it. */
export function windowFault(
  window: MaintenanceWindow,
): { readonly part: keyof MaintenanceWindow; readonly message: string } | undefined {
  const length = millisecondsOf(window.for);
  if (length === undefined || length === 0)
    return { part: 'for', message: `"${window.for}" is not a duration: a number and a unit, such as 6h` };
  if (length > 7 * 86_400_000) return { part: 'for', message: 'a window is open for 7 days at most' };
  if (window.cron.trim().split(/\s+/).length !== 5)
    return {
      part: 'cron',
      message: `"${window.cron}": five fields are wanted, minute hour day month weekday`,
    };
  try {
    new Intl.DateTimeFormat('en', { timeZone: window.zone });
  } catch {
    return {
      part: 'zone',
      message: `"${window.zone}" is no time zone; an IANA name such as Europe/Berlin is wanted`,
    };
  }
  try {
    if (cronOf(window).nextRun() === null) return { part: 'cron', message: `"${window.cron}" never opens` };
  } catch (thrown) {
    return {
      part: 'cron',
      message: `"${window.cron}": ${thrown instanceof Error ? thrown.message : String(thrown)}`,
    };
  }
  return undefined;
}

/**
 * When a device that takes `takesMs` may be begun, from `at` on. Windows that overlap or touch are one. Null: never again. A
 * window that opens at a local time which the change to summer time leaves out opens when the clock has jumped; it stays open
 * for its whole duration, whatever the clock on the wall does meanwhile.
 */
export function nextWindow(
  windows: readonly MaintenanceWindow[],
  at: Date,
  takesMs: number,
): NextWindow | null {
  const now = at.getTime();
  let from = now;
  for (let opening = 0; opening < mostOpenings; opening += 1) {
    const span = nextSpan(windows, from);
    if (span === null) return null;
    const lastStart = span.closes - takesMs;
    if (Math.max(now, span.opens) <= lastStart)
      return {
        opens: new Date(Math.max(now, span.opens)).toISOString(),
        lastStart: new Date(lastStart).toISOString(),
        closes: new Date(span.closes).toISOString(),
      };
    from = span.closes;
  }
  return null;
}

/** The same as workflows see it; without windows there is nothing to keep to. */
export function windowLook(windows: readonly MaintenanceWindow[], at: Date, takesMs: number): WindowLook {
  if (windows.length === 0) return { kind: 'always' };
  const next = nextWindow(windows, at, takesMs);
  return next === null ? { kind: 'never' } : { kind: 'window', ...next };
}

interface Span {
  readonly opens: number;
  readonly closes: number;
}

/** The first span that is open at `from` or opens after it. */
function nextSpan(windows: readonly MaintenanceWindow[], from: number): Span | null {
  const first = windows
    .flatMap((window) => spanOf(window, from) ?? [])
    .sort((a, b) => a.opens - b.opens)
    .at(0);
  if (first === undefined) return null;
  let closes = first.closes;
  for (;;) {
    const later = windows
      // The one that opens just then leads farthest.
      .flatMap((window) => [spanOf(window, closes) ?? [], spanAt(window, closes) ?? []].flat())
      .filter((span) => span.opens <= closes)
      .map((span) => span.closes);
    const next = Math.max(closes, ...later);
    if (next === closes || next - from > farthestMs) return { opens: first.opens, closes: next };
    closes = next;
  }
}

/** The span of one window that closes after `from`, the earliest of them. */
function spanOf(window: MaintenanceWindow, from: number): Span | null {
  const length = durationMs(window.for);
  const opens = cronOf(window).nextRun(new Date(from - length));
  return opens === null ? null : { opens: opens.getTime(), closes: opens.getTime() + length };
}

/** The span of one window that opens at `from` or after it. */
function spanAt(window: MaintenanceWindow, from: number): Span | null {
  const opens = cronOf(window).nextRun(new Date(from - 1));
  return opens === null ? null : { opens: opens.getTime(), closes: opens.getTime() + durationMs(window.for) };
}

function cronOf({ cron, zone }: MaintenanceWindow): Cron {
  return new Cron(cron, { timezone: zone, paused: true, mode: '5-part' });
}
