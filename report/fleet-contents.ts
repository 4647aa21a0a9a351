import type { FleetDocument, MemberState, RunOutcome } from '../workflows/contract.ts';
import { printable } from './format/printable.ts';
import { scoreTotal } from './format/score.ts';
import { durationText, plural, utc } from './format/time.ts';

/** What both forms of a fleet's report say at the top. */
export function fleetFacts(document: FleetDocument): (readonly [string, string])[] {
  const { startedBy, limits, canary, members } = document;
  const how =
    startedBy.approval === 'unattended' ? 'unattended, pre-approved by' : 'approved on the terminal by';
  const done = members.reduce((sum, { score }) => sum + score.done, 0);
  const devices = members.reduce((sum, { score }) => sum + scoreTotal(score), 0);
  return [
    ['Outcome', `${fleetLabel(document)} (exit code ${document.exitCode})`],
    ['Members', printable(document.summary)],
    ['Devices', `${done} of ${devices} done`],
    ['Runbook', `${document.runbook.name}, version ${document.runbook.version}, ${document.runbook.digest}`],
    ['Started', `${utc(document.startedAt)}, ${how} ${printable(startedBy.identity)}`],
    ...(document.inCharge.before.length === 0
      ? []
      : [
          ['In charge', `${printable(document.inCharge.by)}, since ${utc(document.inCharge.since)}`] as const,
        ]),
    [
      'Ended',
      document.endedAt === undefined
        ? 'not yet'
        : `${utc(document.endedAt)} (${durationText(new Date(document.endedAt).getTime() - new Date(document.startedAt).getTime())})`,
    ],
    ['Change', document.changeId === undefined ? 'none given' : printable(document.changeId)],
    [
      'At once',
      `${limits.fmcs} ${plural(limits.fmcs, 'member')}, ${limits.devices} ${plural(limits.devices, 'device')}; ${String(limits.budget)} may fail, ${document.failures.now} did`,
    ],
    ...(canary === undefined
      ? []
      : [['First', `${canary.member}, alone${canary.approve ? ', then a person was asked' : ''}`] as const]),
    ['Fleet file', `${printable(document.fleet.file)}, ${document.fleet.digest}`],
  ];
}

const outcomes: Record<RunOutcome, string> = {
  running: 'running',
  waiting: 'waits for a person',
  done: 'done',
  'devices-left': 'closed, something left',
  cancelled: 'cancelled',
  refused: 'refused before anything was touched',
  failed: 'failed',
  unknown: 'outcome unknown',
};

export function fleetLabel({ outcome, paused }: Pick<FleetDocument, 'outcome' | 'paused'>): string {
  return paused === undefined ? outcomes[outcome] : 'paused';
}

/** How a member ended, or stands. */
export function memberLabel(member: MemberState): string {
  if (member.status === 'waiting') return member.held ? 'held' : 'not begun';
  if (member.status === 'skipped') return 'left out';
  if (member.outcome === null) return 'ended without an answer';
  if (member.status === 'needs-hands' && member.outcome === 'running') return 'ended without an answer';
  return outcomes[member.outcome];
}

/** Devices by the phase they have reached, the furthest first. */
export function phaseCounts(
  phases: MemberState['phases'],
  known: FleetDocument['phases'],
): { readonly title: string; readonly count: number }[] {
  const ids = [...known.map(({ id }) => id)].reverse();
  return Object.entries(phases)
    .sort(([a], [b]) => ids.indexOf(a) - ids.indexOf(b))
    .map(([id, count]) => ({
      title: known.find((phase) => phase.id === id)?.title ?? (id === '' ? 'not begun' : id),
      count,
    }));
}
