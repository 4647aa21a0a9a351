import { settlesItself, type RunDocument } from '../../workflows/contract.ts';
import { answerCommands, causeCommands, groupByCause, names, printable } from '../../report/index.ts';
import { foldedCommand } from './folded-command.ts';
import { displayWidth, fit } from './layout.ts';
import { noteLines } from './hand-over-lines.ts';
import { paceLine, type Pace } from './pace.ts';
import type { Phases } from './phases.ts';
import { deviceRows } from './run-devices.ts';
import { lockoutLines, rolloutStand } from './rollout-lines.ts';
import { questionMark } from './question.ts';
import { runHead, stepNow } from './run-head.ts';
import type { View } from './view.ts';

/** What may be said beside the document: that nobody works on it, that the server does not answer. */
export interface FrameNotes {
  /** What Ctrl-C does here. */
  readonly foot?: string;
  readonly notice?: string;
  readonly pace?: Pace;
}

/**
 * One picture of a living run that fits `rows` lines: head and score always, questions before devices, devices as far as there
 * is room. The same document gives the same lines, so that only what changed is drawn again.
 */
export function liveFrame(
  document: RunDocument,
  phases: Phases,
  view: View,
  rows: number,
  notes: FrameNotes = {},
): string {
  const head = [
    ...runHead(document, view),
    ...stepNow(document, view),
    ...paceLine(notes.pace, view),
    ...rolloutStand(document, view),
    ...lockoutLines(document, view, true),
    ...noteLines(document, view, 1).slice(-1),
  ].flatMap((line) => line.split('\n'));
  if (notes.notice !== undefined) head.push(view.paint('warn', fit(notes.notice, view.width)));
  const foot = [
    '',
    view.paint('quiet', fit(notes.foot ?? 'Ctrl-C leaves the run going on by itself', view.width)),
  ];
  const room = rows - head.length - foot.length - 1;
  const questions = questionLines(document, view, Math.max(3, Math.floor(room / 2)));
  const devices = deviceRows(document, phases, view, room - questions.length - 1);
  const body = [...(devices.length > 0 ? ['', ...devices] : []), ...questions];
  return [...head, ...body, ...foot]
    .flatMap((line) => line.split('\n'))
    .slice(0, rows - 1)
    .join('\n');
}

/** What is asked, and the command for the first way on. Those without room are counted. */
function questionLines(document: RunDocument, view: View, room: number): string[] {
  const questions = [...document.questions].sort(
    (a, b) => Number(settlesItself(a)) - Number(settlesItself(b)),
  );
  if (questions.length === 0) return [];
  const { paint, width } = view;
  const groups = groupByCause(questions);
  const blocks = groups.map((group) => {
    const [question, second] = group;
    if (question === undefined) return [];
    const [first, ...others] =
      second === undefined
        ? answerCommands(view.program, document.run, question, questions)
        : causeCommands(view.program, document.run, group);
    const more =
      others.length === 0 ? '' : paint('quiet', `  (or ${others.map(({ verb }) => verb).join(', ')})`);
    const box = second === undefined ? printable(question.box) : `${group.length} boxes`;
    const text = printable(question.text);
    const what = `${questionMark(question, view)} ${text.startsWith(`${box}:`) ? text : `${paint('strong', box)} ${text}`}`;
    return [fit(what, width), ...(first === undefined ? [] : commandWithin(first.command, more, view))];
  });
  const fitting = howManyFit(blocks, room - 2);
  const shown = blocks.slice(0, fitting).flat();
  const rest = groups.slice(fitting).flat();
  if (rest.length === 0) return ['', ...shown];
  const boxes = names(rest.map((question) => printable(question.box)));
  return [
    '',
    ...shown,
    paint('warn', fit(`? ${rest.length} more: ${boxes} — see ${view.program} status`, width)),
  ];
}

/** How many blocks of lines have room, at least one. */
export function howManyFit(blocks: readonly (readonly string[])[], room: number): number {
  let lines = 0;
  const tooMany = blocks.findIndex((block) => (lines += block.length) > room);
  return tooMany < 0 ? blocks.length : Math.max(1, tooMany);
}

/** A command is never cut; what would make it longer than a line is left out. */
export function commandWithin(command: string, more: string, { paint, width }: View): string[] {
  const lines = foldedCommand(command, width);
  const last = lines.at(-1) ?? '';
  const isRoom = displayWidth(last + more) <= width;
  return lines.map((line, at) => paint('accent', line) + (isRoom && at === lines.length - 1 ? more : ''));
}
