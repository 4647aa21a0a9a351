import {
  commandLine,
  durationText,
  type FaultMet,
  type GoNoGo,
  names,
  type PlanChanges,
  plural,
  type Point,
  utc,
  type Verdict,
  verdictLabel,
} from '../../report/index.ts';
import { labelled, paragraph } from './layout.ts';
import { faultLines } from './question.ts';
import type { Tone, View } from './view.ts';

const tones: Record<Verdict, Tone> = { go: 'good', 'go-with-open-points': 'warn', 'no-go': 'danger' };
const labelWidth = 20;

/** A few lines for a page that shows the rest of the plan itself. */
export function goNoGoBlock(page: GoNoGo, view: View): string {
  const { paint, width } = view;
  const point = page.pointOfNoReturn;
  const line = (label: string, text: string): string[] =>
    text === '' ? [] : [labelled(label, text, width, labelWidth)];
  return [
    `${paint('strong', 'The night')}  ${paint(tones[page.verdict], verdictLabel[page.verdict])}`,
    ...line('change', page.changeId ?? 'none given'),
    ...line('point of no return', point === null ? '' : `${point.title} (${point.path})`),
    ...line('latest generation', page.latest.text),
    ...line('until devices lost', page.toLockout ?? ''),
    ...line('takes', page.totalMs === 0 ? '' : `about ${durationText(page.totalMs)} (estimate)`),
    ...page.rollouts.flatMap(({ lines }) => lines.flatMap(({ label, text }) => line(label, text))),
    ...line('set aside', page.override ?? ''),
    ...line('awake', page.awake.map(({ who }) => who).join(' · ')),
    ...line('switch off', page.switchOff.map(({ what }) => what).join(' · ')),
    ...line(
      'only assumed',
      page.assumed.length === 0
        ? ''
        : `${page.assumed.length} ${plural(page.assumed.length, 'point')}; \`check\` and --html FILE show all`,
    ),
  ].join('\n');
}

export interface GoNoGoPageOptions {
  readonly title: string;
  readonly changes?: PlanChanges | undefined;
  /** The known faults that the looks met. */
  readonly faults?: readonly FaultMet[];
  /** Words of the command to type next. */
  readonly next?: readonly string[] | undefined;
}

/** The go/no-go page on a terminal. */
export function goNoGoPage(page: GoNoGo, view: View, options: GoNoGoPageOptions): string {
  const { paint, width } = view;
  const bullet = (text: string): string => paragraph(text, width, 4, '  • ');
  const section = (title: string, lines: readonly string[]): string[] =>
    lines.length === 0 ? [] : [[paint('strong', title), ...lines].join('\n')];
  const { pointOfNoReturn: point, changes } = { ...page, ...options };
  return [
    [
      paragraph(
        `${paint(tones[page.verdict], verdictLabel[page.verdict])}  ${paint('strong', options.title)}`,
        width,
      ),
      paragraph(
        paint(
          'quiet',
          `${page.managers.join(', ')} · change ${page.changeId ?? 'none given'} · looked at ${utc(page.lookedAt)}; nothing was changed`,
        ),
        width,
      ),
    ].join('\n'),
    ...section(
      'What forbids it',
      page.against.map((one) => bullet(pointText(one, view))),
    ),
    ...section('Latest safe time to generate', [
      paragraph(page.latest.text, width, 2),
      ...(page.latest.startBy === null
        ? []
        : [paragraph(`The run begins at ${utc(page.latest.startBy)} at the latest.`, width, 2)]),
      ...(page.toLockout === null ? [] : [labelled('  Until devices are lost:', page.toLockout, width, 26)]),
      ...page.lockout.map((one) => bullet(pointText(one, view))),
    ]),
    ...section(
      `The night, about ${durationText(page.totalMs)} (estimate)`,
      page.phases.map((phase, at) => {
        const isPoint = phase.isBeyond && page.phases[at - 1]?.isBeyond !== true;
        const mark = isPoint ? ` ${paint('danger', '◀ POINT OF NO RETURN')}` : '';
        const took = durationText(phase.toMs - phase.fromMs);
        return paragraph(`${phase.title} ${paint('quiet', took)}${mark}`, width, 6, `  ${at + 1}. `);
      }),
    ),
    ...(point === null
      ? []
      : section(`Point of no return: ${point.title}`, [paragraph(point.means, width, 2)])),
    ...page.rollouts.flatMap(({ title, lines }) =>
      section(`In waves: ${title}`, [
        ...lines.map(({ label, text }) => labelled(`  ${label}`, text, width, 11)),
        paragraph('Deliveries are never held back by it.', width, 2),
      ]),
    ),
    ...section('Set aside', page.override === null ? [] : [bullet(page.override)]),
    ...section(
      'Open points',
      page.open.map((one) => bullet(pointText(one, view))),
    ),
    ...section(
      'Known faults met',
      (options.faults ?? []).flatMap(({ fault, boxes }) => [
        bullet(
          paint(
            'strong',
            names(
              boxes.map(({ name }) => name),
              5,
            ),
          ),
        ),
        ...faultLines(fault, width - 4).map((line) => line.replace(/^/gm, '    ')),
      ]),
    ),
    ...(changes === undefined
      ? []
      : section(
          `Since the look of ${utc(changes.since)}`,
          changes.lines.length === 0 ? ['  Nothing has changed.'] : changes.lines.map(bullet),
        )),
    ...section(
      'Who has to be awake',
      page.awake.map((one) => bullet(`${paint('strong', one.who)}, from "${one.from}" on: ${one.for}`)),
    ),
    ...section(
      'To be switched off meanwhile',
      page.switchOff.map((one) => bullet(`${paint('strong', one.what)} (${one.where}): ${one.why}`)),
    ),
    ...section('What is only assumed', page.assumed.map(bullet)),
    ...section(
      'What is proven, and since when',
      page.proven.map(({ at, text }) => bullet(`${paint('quiet', utc(at))} ${text}`)),
    ),
    ...(options.next === undefined
      ? []
      : [['Next:', `  ${paint('accent', commandLine(view.program, options.next))}`].join('\n')]),
  ].join('\n\n');
}

function pointText({ text, boxes }: Point, view: View): string {
  return boxes.length === 0 ? text : `${view.paint('strong', names(boxes, 5))}: ${text}`;
}
