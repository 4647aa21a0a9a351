import type { Lockout } from '../workflows/contract.ts';
import { printable } from './format/printable.ts';
import { daysText, daysUntil, durationText, plural, utc } from './format/time.ts';

/** What ends before the run is through, or loses devices already. */
export function isTooShort({ devices, atOnce, first, needsMs }: Lockout, now: Date): boolean {
  if (devices === 0) return false;
  if (atOnce > 0) return true;
  return first !== null && Date.parse(first.at) - now.getTime() < (needsMs ?? 0);
}

/** Days left against the run's own estimate; what nobody knows is called so. Harmless to show. */
export function lockoutText(lockout: Lockout, now: Date, isClosed = false): string {
  const { devices, atOnce, first, notKnown } = lockout;
  if (devices === 0) return 'No device can be lost any more: each has what it needs for its next reconnect.';
  const needs = isClosed ? [] : [needsText(lockout)];
  const counted = `${devices} ${plural(devices, 'device')}`;
  if (atOnce > 0)
    return [
      `NO TIME: ${atOnce === devices ? counted : `${atOnce} of ${counted}`} ${atOnce === 1 ? 'is' : 'are'} lost at the next reconnect, whenever it comes`,
      ...needs,
    ].join('; ');
  const gaps = notKnown > 0 ? [`of ${notKnown} ${plural(notKnown, 'device')} it is not known when`] : [];
  if (first === null)
    return [`Not known when ${counted} can be lost: no end could be read`, ...needs].join('; ');
  const left = Date.parse(first.at) - now.getTime();
  const what = `${printable(first.of)}${devices === 1 || first.box === null ? '' : ` (${printable(first.box)})`}`;
  const days = daysText(daysUntil(first.at, now));
  const head =
    left <= 0
      ? `NO TIME: ${what} ${days}, at ${utc(first.at)}`
      : `${isTooShort(lockout, now) ? 'NOT ENOUGH TIME: ' : ''}${days}: ${what} ends at ${utc(first.at)}`;
  return [head, ...gaps, ...needs].join('; ');
}

function needsText({ needsMs, basis, devices }: Lockout): string {
  if (needsMs === null) return 'how long the run still needs is not known';
  const from = basis === 'pace' ? 'at the rate of this run' : 'an estimate of the runbook';
  return `the run needs about ${durationText(needsMs)} until ${devices === 1 ? 'it' : 'the last one'} is safe (${from}, without the time people take)`;
}
