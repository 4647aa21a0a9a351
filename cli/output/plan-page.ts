import type { Json } from '../../language/index.ts';
import {
  columnLabel,
  columnText,
  commandLine,
  type GoNoGo,
  managersOf,
  names,
  plural,
  printable,
  textList,
  utc,
} from '../../report/index.ts';
import type { Plan, PlannedStep } from '../../workflows/contract.ts';
import { plannedDevices } from './device-table.ts';
import { goNoGoBlock } from './go-no-go-page.ts';
import { findingCount, findingLines } from './findings.ts';
import { fit, labelled, padRight, paragraph } from './layout.ts';
import { columnLines } from './target-lines.ts';
import type { View } from './view.ts';

export interface PlanPageOptions {
  readonly title?: string;
  /** The night around the run, where the runbook says something of it. */
  readonly night?: GoNoGo;
  /** Words of the command to type next; absent where another page follows. */
  readonly next?: readonly string[];
}

/** Wide enough for the names of the inputs. */
const labelWidth = 20;

/** The plan as an operator reads it before saying yes: what is so, what will be done, what cannot be taken back. */
export function planPage(plan: Plan, view: View, options: PlanPageOptions = {}): string {
  const { paint, width } = view;
  const parts = [
    [
      paragraph(paint('strong', `Plan: ${options.title ?? plan.runbook.name}`), width),
      paragraph(
        paint('quiet', `made ${utc(plan.madeAt)} from the boxes themselves; nothing has been changed`),
        width,
      ),
    ].join('\n'),
    [
      ...managersOf(plan).flatMap((manager) => [
        labelled(
          'manager',
          `${paint('strong', printable(manager.name))} ${paint('quiet', printable(manager.address))}`,
          width,
          labelWidth,
        ),
        ...columnLines(manager.columns, view, { omit: ['meanwhile'], labelWidth }),
      ]),
      ...Object.entries(plan.inputs)
        .filter(([, value]) => value !== '')
        .map(([key, value]) => labelled(columnLabel(key), columnText(value), width, labelWidth)),
    ].join('\n'),
  ];
  if (plan.devices.length > 0) parts.push(plannedDevices(plan.devices, view));
  const findings = [...plan.findings, ...plan.devices.flatMap((device) => device.findings)];
  if (findings.length > 0) {
    parts.push(
      [paint('strong', `Findings: ${findingCount(findings)}`), ...findingLines(unique(findings), view)].join(
        '\n',
      ),
    );
  }
  parts.push(stepLines(plan.steps, view).join('\n'));
  const prohibitions = meanwhileLines(plan, view);
  if (prohibitions.length > 0)
    parts.push([paint('strong', 'Until the run is done'), ...prohibitions].join('\n'));
  if (options.night !== undefined && plan.outlook !== undefined) parts.push(goNoGoBlock(options.night, view));
  parts.push(verdict(plan, view, options));
  return parts.join('\n\n');
}

/** A device's finding may stand in the plan's own list too. */
function unique<Item>(items: readonly Item[]): Item[] {
  return [...new Map(items.map((item) => [JSON.stringify(item), item])).values()];
}

function stepLines(steps: readonly PlannedStep[], view: View): string[] {
  const { paint, width } = view;
  const seen = steps.filter((step) => step.status === 'seen').length;
  const ahead = steps.filter((step) => step.status === 'planned');
  const spared = steps.filter((step) => step.status === 'not-needed');
  const lines = [
    paint('strong', ahead.length === 0 ? 'Nothing is left to do' : 'What will be done, in this order'),
  ];
  if (seen > 0)
    lines.push(
      paint(
        'quiet',
        paragraph(
          `${seen} ${plural(seen, 'step')} that only read were carried out for this plan and are repeated`,
          width,
          5,
        ),
      ),
    );
  ahead.forEach((step, at) => {
    lines.push(...stepLine(step, at + 1, view));
  });
  if (spared.length > 0) {
    lines.push(paint('quiet', paragraph(`not needed: ${spared.map(titleOf).join('; ')}`, width, 5)));
  }
  return lines;
}

/** What a box has not said yet, or never will, is left open. */
function titleOf({ title }: PlannedStep): string {
  return printable(title.replace(/\$\{[^}]*\}/g, '…'));
}

function stepLine(step: PlannedStep, number: number, view: View): string[] {
  const { paint, width } = view;
  const place = `${String(number).padStart(3)}. `;
  const title = titleOf(step);
  const note = step.note === undefined ? [] : [paint('quiet', paragraph(printable(step.note), width, 5))];
  switch (step.effect) {
    case 'irreversible':
      return [
        paragraph(`${paint('strong', title)} ${paint('danger', '◀ CANNOT BE UNDONE')}`, width, 5, place),
        ...note,
      ];
    case 'person':
      return [paragraph(`${title} ${paint('warn', '◀ asks a person')}`, width, 5, place), ...note];
    case 'reversible':
      return [paragraph(`${title} ${paint('quiet', '(changes the box)')}`, width, 5, place), ...note];
    case 'read':
      return [paint('quiet', paragraph(title, width, 5, place)), ...note];
  }
}

/** What must not be done meanwhile, the same text once for all boxes it holds for. */
export function meanwhileLines(plan: Pick<Plan, 'manager' | 'managers' | 'devices'>, view: View): string[] {
  const rows = [...managersOf(plan), ...plan.devices];
  return prohibitionLines(
    rows.map(({ name, columns }) => ({ name, meanwhile: columns['meanwhile'] })),
    plan.devices.length,
    view,
  );
}

export interface Prohibited {
  readonly name: string;
  /** A text, or a list of texts. */
  readonly meanwhile: Json | undefined;
}

export function prohibitionLines(boxes: readonly Prohibited[], devices: number, view: View): string[] {
  const byText = new Map<string, Set<string>>();
  for (const { name, meanwhile } of boxes) {
    for (const text of textList(meanwhile))
      byText.set(text, new Set([...(byText.get(text) ?? []), printable(name)]));
  }
  return [...byText].map(([text, on]) => {
    const whom = on.size === devices && on.size > 3 ? `all ${on.size} devices` : names([...on]);
    return paragraph(
      `${view.paint('warn', '!')} ${view.paint('strong', whom)}: ${text}`,
      view.width,
      4,
      '  ',
    );
  });
}

function verdict(plan: Plan, view: View, options: PlanPageOptions): string {
  const { paint, width } = view;
  if (!plan.runnable) {
    const acceptable = [...plan.findings, ...plan.devices.flatMap((device) => device.findings)].some(
      (finding) => finding.severity === 'accept',
    );
    return [
      paint('danger', 'This plan cannot be run. Nothing was touched.'),
      paragraph(
        acceptable
          ? 'Settle what is named above and make a new plan. What is marked `accept` can be accepted by name: --accept DEVICE --reason TEXT.'
          : 'Settle what is named above and make a new plan.',
        width,
      ),
    ].join('\n');
  }
  if (options.next === undefined) return paint('good', fit('This plan can be run.', width));
  return [
    paint('good', 'This plan can be run. Next:'),
    `  ${paint('accent', commandLine(view.program, options.next))}`,
  ].join('\n');
}

/** What the yes on the terminal is about to allow: named exactly, the irreversible first. */
export function consentPage(plan: Plan, view: View): string {
  const { paint, width } = view;
  const ahead = plan.steps.filter((step) => step.status === 'planned');
  const final = ahead.filter((step) => step.effect === 'irreversible');
  const changing = ahead.filter((step) => step.effect === 'reversible');
  const lines = [paint('strong', 'Your yes allows, without asking again:')];
  for (const step of final)
    lines.push(
      paragraph(
        `${padRight(printable(step.title), 0)} ${paint('danger', '— cannot be undone')}`,
        width,
        4,
        '  • ',
      ),
    );
  for (const step of changing) lines.push(paragraph(printable(step.title), width, 4, '  • '));
  lines.push(
    paragraph(
      `It concerns ${concerned(plan)}. It never means: an outcome that nobody can tell, an answer to an unknown prompt, or a change beyond what the plan names, such as the restart of what lives. The run asks for those.`,
      width,
    ),
  );
  return lines.join('\n');
}

/** `fmc-1 and 8 devices`, or `web-1, web-2`. */
function concerned(plan: Plan): string {
  const managers = managersOf(plan).map(({ name }) => printable(name));
  const devices = plan.devices.map(({ name }) => printable(name));
  return managers.length === 0
    ? names(devices)
    : `${names(managers)} and ${devices.length} ${plural(devices.length, 'device')}`;
}
