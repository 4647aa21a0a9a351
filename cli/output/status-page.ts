import { commandLine, leftByText, names, ownLeftToDo, plural, printable } from '../../report/index.ts';
import { settlesItself, type Question, type RunDocument } from '../../workflows/contract.ts';
import { findingLines } from './findings.ts';
import { noteLines } from './hand-over-lines.ts';
import { paragraph } from './layout.ts';
import { paceLine, paceSoFar, runAdvance } from './pace.ts';
import { ifStoppedNow, type Phases } from './phases.ts';
import { prohibitionLines } from './plan-page.ts';
import { questionList } from './question.ts';
import { deviceRows } from './run-devices.ts';
import { lockoutLines, rolloutStand } from './rollout-lines.ts';
import { runHead, stepNow } from './run-head.ts';
import type { SiteStanding } from '../client/sites.ts';
import { siteLines } from './site-lines.ts';
import { columnLines } from './target-lines.ts';
import type { View } from './view.ts';

export interface StatusPageOptions {
  readonly phases: Phases;
  /** Questions written out in full; the others are counted. */
  readonly questionsInFull?: number;
  /** Rows of the device table. */
  readonly deviceLimit?: number;
  /** The sites of the inventory, and who works for them. */
  readonly sites?: readonly SiteStanding[];
}

const fixed = ['name', 'uuid', 'address', 'meanwhile'];

/** How a run stands: score, step, questions with the commands that answer them, what holds if it stops now. */
export function statusPage(document: RunDocument, view: View, options: StatusPageOptions): string {
  const { paint, width } = view;
  const closed = document.endedAt !== undefined;
  const parts = [
    [
      ...runHead(document, view, 10),
      ...stepNow(document, view),
      ...paceLine(paceSoFar(runAdvance(document), view.now), view),
      ...rolloutStand(document, view),
      ...lockoutLines(document, view),
    ].join('\n'),
  ];
  // While it runs, the summary is the score once more.
  if (closed && document.summary !== '') parts.push(paragraph(printable(document.summary), width));
  for (const manager of document.managers) {
    const lines = columnLines(manager, view, { omit: fixed });
    if (lines.length > 0) parts.push([paint('strong', printable(manager.name)), ...lines].join('\n'));
  }
  const rows = deviceRows(document, options.phases, view, options.deviceLimit ?? 40);
  if (rows.length > 0) parts.push(rows.join('\n'));
  const heads = questionHeads(document.questions);
  for (const { head, questions } of heads)
    parts.push(
      [
        paint('strong', head),
        questionList(document.run, questions, view, options.questionsInFull ?? 5, document.faults),
      ].join('\n'),
    );
  const sites = siteLines(options.sites ?? [], view);
  if (sites.length > 0)
    parts.push(
      [paint('strong', 'Sites'), ...sites.map((line) => paragraph(line, width, 4, '  '))].join('\n'),
    );
  const notes = noteLines(document, view);
  if (notes.length > 0) parts.push([paint('strong', 'Notes'), ...notes].join('\n'));
  const prohibitions = prohibitionLines(
    [...document.managers, ...document.devices].map((box) => ({
      name: box.name,
      meanwhile: box['meanwhile'],
    })),
    document.devices.length,
    view,
  );
  if (prohibitions.length > 0) parts.push([paint('strong', 'Meanwhile'), ...prohibitions].join('\n'));
  if (closed && document.findings.length > 0)
    parts.push([paint('strong', 'Findings'), ...findingLines(document.findings, view)].join('\n'));
  const stopped = closed ? [] : ifStoppedNow(document, options.phases);
  if (stopped.length > 0) {
    const lines = stopped.map(({ title, count, text }) =>
      paragraph(`${paint('strong', `${count} ${title}`)}: ${text}`, width, 4, '  '),
    );
    parts.push([paint('strong', 'If it is stopped now'), ...lines].join('\n'));
  }
  // While it runs, what is left is what the run itself still does.
  const left = closed ? leftLines(document, view) : [];
  if (left.length > 0) parts.push([paint('strong', 'Left for a person'), ...left].join('\n'));
  parts.push(nextCommand(document, view));
  return parts.join('\n\n');
}

/** What somebody has to answer, and, apart from it, what settles itself and may be hurried. */
export function questionHeads<One extends Pick<Question, 'settlesAt'>>(
  questions: readonly One[],
): { readonly head: string; readonly questions: readonly One[] }[] {
  const people = questions.filter((one) => !settlesItself(one));
  const others = questions.filter(settlesItself);
  const count = `${people.length} ${plural(people.length, 'question')}`;
  return [
    { head: `${count} ${people.length === 1 ? 'waits' : 'wait'} for a person`, questions: people },
    { head: 'Goes on by itself; nobody has to answer', questions: others },
  ].filter((one) => one.questions.length > 0);
}

/** What is left to do: for the run as a whole, then device by device. */
export function leftLines(document: RunDocument, view: View): string[] {
  return [
    ...ownLeftToDo(document).map((text) => paragraph(printable(text), view.width, 4, '  • ')),
    ...leftByText(document).map(({ text, boxes }) =>
      paragraph(
        `${view.paint('strong', names(boxes.map(printable), 5))}: ${printable(text)}`,
        view.width,
        4,
        '  • ',
      ),
    ),
  ];
}

function nextCommand(document: RunDocument, view: View): string {
  const verb = document.endedAt === undefined ? 'watch' : 'report';
  return view.paint(
    'quiet',
    `${verb === 'watch' ? 'follow' : 'report'}: ${commandLine(view.program, [verb, document.run])}`,
  );
}
