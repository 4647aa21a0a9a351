import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { RunDocument } from '../workflows/contract.ts';
import { utcStamp } from './format/time.ts';

export interface ReportFiles {
  readonly html: string;
  readonly text: string;
  readonly json: string;
}

/** A folder per run and start, so that the report of an earlier run of the same manager stays. */
export function reportFolderName(document: Pick<RunDocument, 'run' | 'startedAt'>): string {
  return `${document.run.replace(/[^\w.-]+/g, '_')}-${utcStamp(new Date(document.startedAt))}`;
}

/** Writes the report, readable for its owner alone; an older one in the folder is replaced. */
export function writeReportFiles(
  folder: string,
  content: { readonly html: string; readonly text: string; readonly json: unknown },
): ReportFiles {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const files = {
    html: path.join(folder, 'report.html'),
    text: path.join(folder, 'report.txt'),
    json: path.join(folder, 'run.json'),
  };
  writeFileSync(files.html, content.html, { mode: 0o600 });
  writeFileSync(files.text, `${content.text}\n`, { mode: 0o600 });
  writeFileSync(files.json, `${JSON.stringify(content.json, undefined, 2)}\n`, { mode: 0o600 });
  return files;
}
