import {
  asCertificate,
  columnText,
  commandLine,
  daysUntil,
  managersOf,
  plural,
  printable,
  utc,
} from '../../report/index.ts';
import type { LeftOut, Plan, WindowLook } from '../../workflows/contract.ts';
import type { Overlap } from '../client/fleet-overlap.ts';
import { findingCount, findingLines } from './findings.ts';
import { fleetRolloutSections } from './fleet-rollouts.ts';
import { fit, labelled, paragraph } from './layout.ts';
import { table, type Column } from './table.ts';
import type { Tone, View } from './view.ts';

export interface FleetPlanSubject {
  readonly name: string;
  readonly title: string;
  readonly limits: { readonly fmcs: number; readonly devices: number; readonly budget: number | string };
  readonly canary?: { readonly member: string; readonly approve: boolean } | undefined;
  readonly planned: readonly { readonly name: string; readonly plan: Plan }[];
  readonly unseen: readonly { readonly name: string; readonly why: string }[];
  readonly leftOut: readonly LeftOut[];
  readonly overlaps: readonly Overlap[];
  /** What windows say now, as they are written. */
  readonly windowLook: (windows: string, takesMs: number) => WindowLook;
}

/** May every member that is not left out go? */
export function canGo({ planned, unseen, overlaps }: FleetPlanSubject): boolean {
  return unseen.length === 0 && overlaps.length === 0 && planned.every(({ plan }) => plan.runnable);
}

/** The plan of a fleet on one page: a row per member, what blocks, how it will be gone through. */
export function fleetPlanPage(
  subject: FleetPlanSubject,
  view: View,
  /** `leaveOut`: the words before the names of the members that are left out. */
  next: { readonly go?: readonly string[]; readonly leaveOut: readonly string[] },
): string {
  const { paint, width } = view;
  const { planned, unseen, limits, canary, overlaps } = subject;
  const devices = planned.reduce((sum, { plan }) => sum + deviceCount(plan), 0);
  const members = planned.length + unseen.length;
  const parts = [
    [
      paragraph(paint('strong', `Plan of the fleet ${subject.name}: ${subject.title}`), width),
      paint(
        'quiet',
        fit(
          `${members} ${plural(members, 'member')}, ${devices} ${plural(devices, 'device')}; looked at, nothing has been changed`,
          width,
        ),
      ),
    ].join('\n'),
    [
      labelled(
        'at once',
        `${limits.fmcs} ${plural(limits.fmcs, 'member')}, ${limits.devices} ${plural(limits.devices, 'device')}`,
        width,
      ),
      labelled(
        'may fail',
        `${String(limits.budget)}${typeof limits.budget === 'number' ? ` of ${members}` : ` of ${members} members`}; with more, a person is asked before each start`,
        width,
      ),
      ...(canary === undefined
        ? []
        : [
            labelled(
              'goes first',
              `${canary.member}, alone${canary.approve ? '; then a person is asked' : ''}`,
              width,
            ),
          ]),
    ].join('\n'),
    memberTable(subject, view),
    ...fleetRolloutSections(planned, subject.windowLook, view),
  ];
  for (const { name, plan } of planned) {
    const findings = uniqueFindings(plan).filter(({ severity }) => severity !== 'warn');
    if (findings.length > 0)
      parts.push([paint('strong', printable(name)), ...findingLines(findings, view)].join('\n'));
  }
  for (const { name, why } of unseen)
    parts.push([paint('strong', printable(name)), paragraph(printable(why), width, 10)].join('\n'));
  if (overlaps.length > 0)
    parts.push([paint('strong', 'In more than one member'), ...overlapLines(subject, view)].join('\n'));
  if (subject.leftOut.length > 0)
    parts.push(
      [
        paint('strong', 'Left out'),
        ...subject.leftOut.map(({ name, reason }) =>
          paragraph(`${name}: ${printable(reason)}`, width, 4, '  – '),
        ),
      ].join('\n'),
    );
  parts.push(verdict(subject, view, next));
  return parts.join('\n\n');
}

function overlapLines({ overlaps }: FleetPlanSubject, view: View): string[] {
  const shown = overlaps
    .slice(0, 20)
    .map(({ box, uuid, isManager, members, at }) =>
      paragraph(
        `${view.paint('danger', 'block')} ${isManager ? 'FMC' : 'device'} ${view.paint('strong', printable(box))} ${view.paint('quiet', uuid)} is in ${members.join(' and ')} (${at}): two runs must not work on it at once`,
        view.width,
        4,
        '  ',
      ),
    );
  return [...shown, ...(overlaps.length > 20 ? [`  and ${overlaps.length - 20} more`] : [])];
}

type Row = { readonly name: string; readonly plan?: Plan };

function memberTable({ planned, unseen }: FleetPlanSubject, view: View): string {
  const rows: Row[] = [...planned, ...unseen.map(({ name }) => ({ name }))];
  const of = (row: Row, text: (plan: Plan) => string): string =>
    row.plan === undefined ? '–' : text(row.plan);
  // Without managers there is neither an FMC nor a CA of one.
  const hasManagers = planned.length === 0 || planned.some(({ plan }) => managersOf(plan).length > 0);
  const hasCases = planned.length === 0 || planned.some(({ plan }) => casesText(plan) !== '–');
  const managerColumns: Column<Row>[] = [
    {
      title: 'fmc',
      text: (row) =>
        of(row, (plan) =>
          managersOf(plan)
            .map(({ name }) => printable(name))
            .join(' + '),
        ),
      shrinks: true,
    },
    { title: 'ca ends', text: (row) => of(row, caText), dropAt: 2 },
  ];
  return table(
    rows,
    [
      { title: 'member', text: ({ name }) => name, shrinks: true },
      ...(hasManagers ? managerColumns : []),
      { title: 'devices', text: (row) => of(row, (plan) => String(deviceCount(plan))), align: 'right' },
      ...(hasCases
        ? [{ title: 'cases', text: (row: Row) => of(row, casesText), dropAt: 3, shrinks: true }]
        : []),
      {
        title: 'findings',
        text: (row) => of(row, (plan) => findingCount(uniqueFindings(plan)) || 'none'),
        dropAt: 1,
      },
      {
        title: 'can go',
        text: (row) => (row.plan === undefined ? 'not seen' : row.plan.runnable ? 'yes' : 'no'),
        tone: (row): Tone => (row.plan?.runnable === true ? 'good' : 'bad'),
      },
    ],
    view,
  );
}

/** A device under a pair stands in the plan once for each of the two. */
function deviceCount(plan: Plan): number {
  return new Set(plan.devices.map(({ uuid }) => uuid)).size;
}

function caText(plan: Plan): string {
  const days = managersOf(plan).flatMap(({ columns }) => {
    const ca = asCertificate(columns['oldCa']);
    return ca?.notAfter === undefined ? [] : [daysUntil(ca.notAfter, new Date(plan.madeAt))];
  });
  if (days.length === 0) return '–';
  const least = Math.min(...days);
  return least < 0 ? `${-least} d ago` : `in ${least} d`;
}

/** `A 8, B 2`: how many devices are in which case; under a pair a device may be in one for each of the two. */
function casesText(plan: Plan): string {
  const devices = new Map<string, Set<string>>();
  for (const { uuid, columns } of plan.devices) {
    const value = columns['case'];
    if (value === undefined || value === null) continue;
    const text = columnText(value);
    devices.set(text, (devices.get(text) ?? new Set()).add(uuid));
  }
  return (
    [...devices]
      .sort(([a], [b]) => a.localeCompare(b))
      .map(([text, { size }]) => `${text} ${size}`)
      .join(', ') || '–'
  );
}

function uniqueFindings(plan: Plan): Plan['findings'] {
  const all = [...plan.findings, ...plan.devices.flatMap((device) => device.findings)];
  return [...new Map(all.map((finding) => [JSON.stringify(finding), finding])).values()];
}

function verdict(
  subject: FleetPlanSubject,
  view: View,
  next: { readonly go?: readonly string[]; readonly leaveOut: readonly string[] },
): string {
  const { paint, width, program } = view;
  if (canGo(subject)) {
    return next.go === undefined
      ? paint('good', 'This plan can be run.')
      : [
          paint('good', 'This plan can be run. Next:'),
          `  ${paint('accent', commandLine(program, next.go))}`,
        ].join('\n');
  }
  const cannot = [
    ...subject.planned.filter(({ plan }) => !plan.runnable).map(({ name }) => name),
    ...subject.unseen.map(({ name }) => name),
  ];
  const doubled = subject.overlaps.flatMap(({ members }) => members.slice(1));
  const names = [...new Set([...cannot, ...doubled])];
  return [
    paint(
      'danger',
      `${names.length} of ${subject.planned.length + subject.unseen.length} members cannot go: ${names.join(', ')}. Nothing was touched.`,
    ),
    paragraph(
      'Settle what is named above and make a new plan. What is marked `accept` can be accepted by name: --accept MEMBER/BOX --reason TEXT. Or leave them out:',
      width,
    ),
    `  ${paint('accent', `${commandLine(program, [...next.leaveOut, ...names])} --reason 'WHY'`)}`,
  ].join('\n');
}

/** What the yes on the terminal is about to allow. */
export function fleetConsentPage({ planned, limits }: FleetPlanSubject, view: View): string {
  const { paint, width } = view;
  const final = new Map<string, number>();
  for (const { plan } of planned)
    for (const step of plan.steps.filter(
      ({ status, effect }) => status === 'planned' && effect === 'irreversible',
    )) {
      // One line for all members: the name of the box is what differs.
      const title = managersOf(plan).reduce(
        (text, { name }) => text.replaceAll(name, 'each FMC'),
        printable(step.title),
      );
      final.set(title, (final.get(title) ?? 0) + 1);
    }
  return [
    paint('strong', 'Your yes allows, without asking again:'),
    ...[...final].map(([title, count]) =>
      paragraph(`${title} ${paint('danger', `— cannot be undone; ${count} times in all`)}`, width, 4, '  • '),
    ),
    paragraph(
      `and what else each member's plan names, on ${planned.length} ${plural(planned.length, 'member')}, ${limits.fmcs} at once. It never means: an outcome that nobody can tell, an answer to an unknown prompt, or the restart of a living tunnel beyond what the plans name. The runs ask for those.`,
      width,
    ),
    paint('quiet', `asked at ${utc(view.now.toISOString())}`),
  ].join('\n');
}
