import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { plainPaint, type View } from '../../../cli/output/view.ts';
import { now } from './documents.ts';

/** A view without colours; the clock stands at the documents' time. */
export function viewAt(width: number): View {
  return { paint: plainPaint, width, now, program: 'runbook' };
}

/** Compares with golden/<name>.txt; `UPDATE_GOLDEN=1` writes it anew, to be looked at before it is committed. */
export function assertGolden(name: string, text: string): void {
  const file = fileURLToPath(new URL(`golden/${name}.txt`, import.meta.url));
  if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(file, `${text}\n`);
  assert.ok(existsSync(file), `${file} is missing; write it with UPDATE_GOLDEN=1`);
  assert.equal(`${text}\n`, readFileSync(file, 'utf8'));
}
