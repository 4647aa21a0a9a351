import { readFleet, readMemberRecords } from '../../client/read-fleet.ts';
import type { Session } from '../../client/session.ts';
import type { GlobalOptions } from '../../main.ts';
import { fleetJson, fleetPage } from '../../output/fleet-page.ts';
import { fleetRecordPage } from '../../output/fleet-record-page.ts';
import { viewOf } from '../../output/view.ts';
import { printData } from './print.ts';

/** `status` of a fleet; without a worker, what the server has recorded of it and of its members. */
export async function fleetStatus(
  client: Session['client'],
  run: string,
  options: { readonly questions?: boolean; readonly devices?: boolean },
  output: GlobalOptions['output'],
): Promise<void> {
  const reading = await readFleet(client, run);
  const view = viewOf(process.stdout);
  if (reading.from === 'record') {
    const { record } = reading;
    const members = await readMemberRecords(client, record);
    printData(
      { schemaVersion: 1, kind: 'record', ...record, members },
      () => fleetRecordPage(record, members, view),
      output,
    );
    const { memo } = record;
    process.exitCode = memo !== undefined && (memo.questions.length > 0 || memo.paused !== undefined) ? 5 : 0;
    return;
  }
  const { document } = reading;
  printData(
    fleetJson(document, view.program),
    () =>
      fleetPage(document, view, {
        ...(options.questions === true ? { questionsInFull: Infinity } : {}),
        ...(options.devices === true ? { memberLimit: Infinity } : {}),
      }),
    output,
  );
  const isWaiting = document.questions.length > 0 || document.paused !== undefined;
  process.exitCode = reading.closed ? document.exitCode : isWaiting ? 5 : 0;
}
