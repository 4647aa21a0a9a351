import path from 'node:path';
import {
  fleetHtmlReport,
  fleetTextReport,
  htmlReport,
  reportFolderName,
  textReport,
  writeReportFiles,
} from '../report/index.ts';
import type { FleetDocument, RunDocument } from '../workflows/contract.ts';
import { objectParam, type Action } from './action.ts';

/** Writes the report of a closed run, or fleet, beside those of earlier ones. It outlives the server's retention. */
export const writeReport: Action = (input, deps) => {
  const document = objectParam<RunDocument | FleetDocument>(input, 'document');
  const folder = path.join(deps.reportsFolder, reportFolderName(document));
  const files = writeReportFiles(folder, {
    ...(document.kind === 'fleet'
      ? { html: fleetHtmlReport(document), text: fleetTextReport(document) }
      : { html: htmlReport(document), text: textReport(document) }),
    json: document,
  });
  return Promise.resolve({ facts: { folder }, note: files.html });
};
