import { printable, scoreTotal, utc } from '../../report/index.ts';
import type { MemberState } from '../../workflows/contract.ts';
import { restLine } from './rest-line.ts';
import { scoreBar } from './score-line.ts';
import { table, type Column } from './table.ts';
import type { Tone, View } from './view.ts';

/** A member with the step that is shown as its present one. */
export type ShownMember = MemberState & { readonly step: string | null };

const statuses: Record<MemberState['status'], readonly [number, Tone, string]> = {
  parked: [0, 'warn', '? waits'],
  'needs-hands': [1, 'bad', '✗ left'],
  running: [2, 'accent', '› running'],
  skipped: [3, 'bad', '– left out'],
  waiting: [4, 'quiet', '· not begun'],
  done: [5, 'good', '✓ done'],
};

/** Place, tone and words of a member's state. */
export function memberStatus(member: MemberState): readonly [number, Tone, string] {
  if (member.status === 'waiting' && member.held) return [3.5, 'warn', '‖ held'];
  if (member.restsUntil !== undefined) return [2.5, 'quiet', '· window'];
  return statuses[member.status];
}

const barWidth = 12;

const managerColumn: Column<ShownMember> = {
  title: 'fmc',
  text: ({ manager }) => printable(manager),
  tone: () => 'quiet',
  shrinks: true,
  dropAt: 1,
};

/**
 * A row per member, as many as `limit` allows: first those that need a person, then those at work; the rest are counted.
 * @param limit rows, the line of the rest included
 */
export function memberRows(members: readonly ShownMember[], view: View, limit = Infinity): string[] {
  if (members.length === 0 || limit < 2) return [];
  const sorted = [...members].sort((a, b) => memberStatus(a)[0] - memberStatus(b)[0]);
  const room = sorted.length + 1 > limit ? Math.max(1, limit - 2) : sorted.length;
  const lines = table(
    sorted.slice(0, room),
    [
      { title: 'member', text: ({ name }) => printable(name), shrinks: true },
      ...(members.every(({ manager }) => manager === '') ? [] : [managerColumn]),
      {
        title: 'status',
        text: (member) => memberStatus(member)[2],
        tone: (member) => memberStatus(member)[1],
      },
      { title: 'devices', text: doneOf, align: 'right' },
      {
        title: '',
        text: ({ score }) => scoreBar(score, barWidth, { ...view, paint: (_tone, text) => text }),
        dropAt: 2,
      },
      {
        title: 'asks',
        // What settles itself asks nobody.
        text: ({ asking, restsUntil }) => (asking === 0 || restsUntil !== undefined ? '' : String(asking)),
        tone: () => 'warn',
        align: 'right',
      },
      { title: 'now', text: nowText, tone: () => 'quiet', shrinks: true, dropAt: 3 },
    ],
    view,
  ).split('\n');
  const rest = sorted.slice(room);
  return rest.length === 0
    ? lines
    : [...lines, restLine(rest, 'member', (member) => memberStatus(member)[2].slice(2), view)];
}

/** `12/50`: devices that are done, of all. */
export function doneOf({ score, devices }: MemberState): string {
  const total = scoreTotal(score);
  return `${score.done}/${total === 0 ? devices : total}`;
}

function nowText({ step, note, status, leftToDo, exitCode, restsUntil }: ShownMember): string {
  const rests = restsUntil === undefined ? null : `until ${utc(restsUntil)}`;
  const text =
    note ?? rests ?? (status === 'running' ? step : null) ?? (exitCode === 0 ? null : leftToDo[0]) ?? '';
  return printable(text);
}
