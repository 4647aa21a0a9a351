import type { Decision, Halt, InFlight, Pause, RunDocument } from '../workflows/contract.ts';
import { decisionsOf } from './contents.ts';
import { printable } from './format/printable.ts';
import { utc } from './format/time.ts';

/** What keeps a run from beginning anything new, if anything does. */
export function haltOf({
  paused,
  cancelling,
}: Pick<RunDocument, 'paused' | 'cancelling'>):
  { readonly what: 'paused' | 'being cancelled'; readonly halt: Halt } | undefined {
  if (paused !== undefined) return { what: 'paused', halt: paused };
  return cancelling === undefined ? undefined : { what: 'being cancelled', halt: cancelling };
}

/** `paused since 2026-11-23 19:55:00 +00:00 by ann@jump-1: the window moves`. */
export function haltText({ what, halt }: { readonly what: string; readonly halt: Pause }): string {
  const reason = halt.reason === '' ? '' : `: ${printable(halt.reason)}`;
  return `${what} since ${utc(halt.since)} by ${printable(halt.by)}${reason}`;
}

/** `ftd-3: deliver/deliver, since 2026-11-23 19:55:00 +00:00`. */
export function inFlightLine({ box, step, title, since }: InFlight): string {
  const what = title ?? (step === '' ? 'at work' : step);
  return `${box === '' ? '' : `${printable(box)}: `}${printable(what)}${since === undefined ? '' : `, since ${utc(since)}`}`;
}

/** `bob@jump-2 since 2026-11-23 19:55:00 +00:00 (before: ann@jump-1)`; undefined while the starter is in charge. */
export function takenOverText({ inCharge }: Pick<RunDocument, 'inCharge'>): string | undefined {
  if (inCharge === undefined || inCharge.before.length === 0) return undefined;
  return `${printable(inCharge.by)} since ${utc(inCharge.since)} (before: ${inCharge.before.map(printable).join(', ')})`;
}

/** What people noted, in order of time. */
export function notesOf(document: RunDocument): Decision[] {
  return decisionsOf(document).filter(({ verb }) => verb === 'note');
}

/** `2026-11-23 19:55:00 +00:00  ann@jump-1  ftd-1  rack 7`, in pieces. */
export function noteParts({ at, by, box, reason = '' }: Decision): {
  readonly at: string;
  readonly by: string;
  readonly box: string;
  readonly text: string;
} {
  return { at: utc(at), by: printable(by), box: printable(box ?? ''), text: printable(reason) };
}
