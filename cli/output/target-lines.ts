import type { Json, JsonObject } from '../../language/index.ts';
import {
  asCertificate,
  columnLabel,
  columnText,
  daysText,
  daysUntil,
  fullFingerprint,
  utc,
} from '../../report/index.ts';
import { labelled } from './layout.ts';
import type { Tone, View } from './view.ts';

/** 30 days: from here on the procedure says "renew as soon as possible". */
export const soonDays = 30;

/** How urgent a number of days is. */
export function daysTone(daysLeft: number): Tone {
  if (daysLeft < 0) return 'bad';
  return daysLeft <= soonDays ? 'warn' : 'good';
}

/** The columns of a manager, one a line; a certificate with days left, dates and its whole fingerprint. */
export function columnLines(
  columns: JsonObject,
  view: View,
  { omit = [], labelWidth = 14 }: { readonly omit?: readonly string[]; readonly labelWidth?: number } = {},
): string[] {
  return Object.entries(columns)
    .filter(([key, value]) => !omit.includes(key) && value !== null && value !== '' && !Array.isArray(value))
    .flatMap(([key, value]) => columnLine(columnLabel(key), value, view, labelWidth));
}

function columnLine(label: string, value: Json, view: View, labelWidth: number): string[] {
  const certificate = asCertificate(value);
  if (certificate === undefined) return [labelled(label, columnText(value), view.width, labelWidth)];
  const lines: string[] = [];
  if (certificate.notAfter !== undefined) {
    const left = daysUntil(certificate.notAfter, view.now);
    const text =
      view.paint(daysTone(left), daysText(left)) +
      view.paint('quiet', ` · valid until ${utc(certificate.notAfter)}`);
    lines.push(labelled(label, text, view.width, labelWidth));
  }
  if (certificate.fingerprint !== undefined)
    lines.push(...fingerprintLines(certificate.fingerprint, view, labelWidth));
  return lines;
}

/** A whole fingerprint; in two halves where one line is too short for it. */
export function fingerprintLines(fingerprint: string, view: View, labelWidth: number): string[] {
  const whole = fullFingerprint(fingerprint);
  const name = 'SHA-256 ';
  const isLong = labelWidth + name.length + whole.length > view.width;
  const half = isLong ? Math.ceil((whole.length + 1) / 6) * 3 : whole.length;
  const lines = [labelled('', view.paint('quiet', name + whole.slice(0, half)), view.width, labelWidth)];
  if (isLong)
    lines.push(labelled('', view.paint('quiet', whole.slice(half)), view.width, labelWidth + name.length));
  return lines;
}
