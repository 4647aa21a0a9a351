import { settlesItself } from '../../workflows/contract.ts';
import { printable, scoreTotal } from '../../report/index.ts';
import type { MemberRecord } from '../client/read-fleet.ts';
import type { RunRecord } from '../client/read-run.ts';
import { recordPage } from './record-page.ts';
import { table } from './table.ts';
import type { View } from './view.ts';

/** What the server has recorded of a fleet and of each member while no worker answers. */
export function fleetRecordPage(record: RunRecord, members: readonly MemberRecord[], view: View): string {
  const rows = table(
    members,
    [
      { title: 'member', text: ({ name }) => printable(name), shrinks: true },
      { title: 'run', text: ({ run }) => printable(run), tone: () => 'quiet', shrinks: true, dropAt: 1 },
      { title: 'state', text: stateText },
      { title: 'devices', text: devicesText, align: 'right' },
      {
        title: 'asks',
        text: ({ record: own }) => String(asking(own)).replace(/^0$/, ''),
        align: 'right',
      },
      { title: 'stage', text: (member) => printable(member.record?.memo?.phase ?? ''), dropAt: 2 },
    ],
    view,
  );
  return `${recordPage(record, view)}\n\n${rows}`;
}

function asking(record: RunRecord | undefined): number {
  return record?.memo?.questions.filter((question) => !settlesItself(question)).length ?? 0;
}

function stateText({ record }: MemberRecord): string {
  if (record === undefined) return 'not begun';
  const { status, memo } = record;
  if (status !== 'RUNNING' && status !== 'COMPLETED') return status.toLowerCase();
  return memo?.paused === undefined ? (memo?.outcome ?? status.toLowerCase()) : 'paused';
}

function devicesText({ record }: MemberRecord): string {
  const score = record?.memo?.score;
  return score === undefined || scoreTotal(score) === 0 ? '' : `${score.done}/${scoreTotal(score)}`;
}
