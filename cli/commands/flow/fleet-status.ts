import { needsPerson } from '../../../workflows/contract.ts';
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
    const memos = [record, ...members.map((member) => member.record)].map((one) => one?.memo);
    process.exitCode = memos.some((memo) => memo !== undefined && needsPerson(memo)) ? 5 : 0;
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
  process.exitCode = reading.closed ? document.exitCode : needsPerson(document) ? 5 : 0;
}
