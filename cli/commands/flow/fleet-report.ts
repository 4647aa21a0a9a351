import path from 'node:path';
import { RunbookError } from '../../../errors/index.ts';
import {
  fleetHtmlReport,
  fleetTextReport,
  reportFolderName,
  writeReportFiles,
} from '../../../report/index.ts';
import { runbookHome } from '../../../supervisor/index.ts';
import { readFleet } from '../../client/read-fleet.ts';
import type { Session } from '../../client/session.ts';
import type { GlobalOptions } from '../../main.ts';
import { printData } from './print.ts';

/** Writes the report of a fleet and prints it; gives the path of its page back. */
export async function fleetReport(
  client: Session['client'],
  run: string,
  out: string | undefined,
  output: GlobalOptions['output'],
): Promise<string> {
  const reading = await readFleet(client, run);
  if (reading.from === 'record')
    throw new RunbookError('ENGINE_NO_WORKER', `${run} has no result yet, and no worker answers for it.`, {
      remedy:
        'Start a worker with `runbook up`, or wait for the end; `runbook status` shows what is recorded.',
    });
  const { document } = reading;
  const text = fleetTextReport(document);
  const folder = path.resolve(out ?? path.join(runbookHome().reports, reportFolderName(document)));
  const files = writeReportFiles(folder, { html: fleetHtmlReport(document), text, json: { document } });
  printData({ schemaVersion: 1, kind: 'report', files, document }, () => text, output);
  return files.html;
}
