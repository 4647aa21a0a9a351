import type { Json, JsonObject } from '../../language/index.ts';
import { asCertificate } from './certificate.ts';
import { fullFingerprint, isFingerprint, shortFingerprint } from './fingerprint.ts';
import { printable } from './printable.ts';
import { utc } from './time.ts';

const instant = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)$/;

/** `oldFingerprint` → `old fingerprint`: the column's name as people read it. */
export function columnLabel(key: string): string {
  return printable(key)
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .replace(/\bca\b/g, 'CA')
    .replace(/\bip\b/g, 'IP')
    .replace(/\buuid\b/g, 'UUID');
}

/** A column's value as one line. Fingerprints are shortened for tables, unless `whole` is asked for. */
export function columnText(value: Json | undefined, options: { readonly whole?: boolean } = {}): string {
  if (value === null || value === undefined || value === '') return '–';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'number') return String(value);
  if (typeof value === 'string') {
    if (isFingerprint(value))
      return options.whole === true ? fullFingerprint(value) : shortFingerprint(value);
    return instant.test(value) ? utc(value) : printable(value);
  }
  if (Array.isArray(value))
    return value.length === 0 ? '–' : value.map((part) => columnText(part, options)).join(', ');
  const certificate = asCertificate(value);
  if (certificate !== undefined) return columnText(certificate.fingerprint ?? certificate.notAfter, options);
  return Object.entries(value)
    .map(([key, part]) => `${columnLabel(key)} ${columnText(part, options)}`)
    .join(', ');
}

/**
 * The columns that at least one row fills, in the order of the runbook. Lists (what must not be done meanwhile) are left out:
 * they are shown as text of their own.
 */
export function filledColumns(rows: readonly JsonObject[], omit: readonly string[] = []): string[] {
  const keys = new Set<string>();
  for (const row of rows) {
    for (const [key, value] of Object.entries(row)) {
      if (value !== null && value !== '' && !Array.isArray(value) && !omit.includes(key)) keys.add(key);
    }
  }
  return [...keys];
}

/** A column that holds one text or a list of texts, as a list. */
export function textList(value: Json | undefined): string[] {
  const list = Array.isArray(value) ? value : [value];
  return list.flatMap((part) => (typeof part === 'string' && part.trim() !== '' ? [printable(part)] : []));
}
