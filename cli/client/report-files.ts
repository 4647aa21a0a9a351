import path from 'node:path';
import { reportFolderName } from '../../report/index.ts';
import { runbookHome } from '../../supervisor/index.ts';
import type { RunDocument } from '../../workflows/contract.ts';

export { writeReportFiles, type ReportFiles } from '../../report/index.ts';

/** Where a run's report lies unless the operator says otherwise: the place where the worker writes it too. */
export function reportFolder(document: RunDocument, out?: string): string {
  return path.resolve(out ?? path.join(runbookHome().reports, reportFolderName(document)));
}
