import path from 'node:path';
import { htmlReport, reportFolderName, textReport, writeReportFiles } from '../report/index.ts';
import type { RunDocument } from '../workflows/contract.ts';
import { objectParam, type Action } from './action.ts';

/** Writes the report of a closed run beside those of earlier ones. It outlives the server's retention. */
export const writeReport: Action = (input, deps) => {
  const document = objectParam<RunDocument>(input, 'document');
  const folder = path.join(deps.reportsFolder, reportFolderName(document));
  const files = writeReportFiles(folder, {
    html: htmlReport(document),
    text: textReport(document),
    json: document,
  });
  return Promise.resolve({ facts: { folder }, note: files.html });
};
