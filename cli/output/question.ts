import {
  answerCommands,
  causeCommands,
  commandLine,
  faultOf,
  groupByCause,
  names,
  printable,
  printableLines,
  utc,
} from '../../report/index.ts';
import { settlesItself, type KnownFault, type Question } from '../../workflows/contract.ts';
import { fit, labelled, padRight, paragraph } from './layout.ts';
import { questionLockout } from './rollout-lines.ts';
import type { Tone, View } from './view.ts';

const kinds: Record<Question['kind'], string> = {
  approve: 'approval',
  failed: 'a step could not go on',
  prompt: 'an unknown prompt',
  manual: 'work by hand',
  'unknown-outcome': 'outcome unknown',
};

const screenLines = 12;

/** One question in full: what is known, what state the box is in, and the exact command for each way on. */
export function questionBlock(
  run: string,
  question: Question,
  all: readonly Question[],
  view: View,
  faults: readonly KnownFault[] = [],
): string {
  const { paint, width } = view;
  const tone = question.kind === 'unknown-outcome' ? 'danger' : 'warn';
  const kind =
    question.settlesAt === undefined ? kinds[question.kind] : `goes on at ${utc(question.settlesAt)}`;
  const head = `${questionMark(question, view, tone)} ${paint('strong', printable(question.box))}  ${kind}`;
  const where = paint(
    'quiet',
    fit(`    ${question.code} · ${printable(question.step)} · since ${utc(question.askedAt)}`, width),
  );
  const body = [where, paragraph(printableLines(question.text), width, 4)];
  if (question.state !== '') body.push(indented(labelled('state now', printable(question.state), width - 4)));
  if (question.remedy !== '') body.push(indented(labelled('to do', printable(question.remedy), width - 4)));
  const lockout = questionLockout(question, view);
  if (lockout !== undefined) body.push(indented(labelled('lockout', lockout, width - 4)));
  body.push(...shownLines(question, view));
  const fault = faultOf(question, faults);
  if (fault !== undefined) body.push(indented(faultLines(fault, width - 4).join('\n')));
  const commands = answerCommands(view.program, run, question, all).map(
    ({ verb, command }) => `    ${padRight(verb, 8)} ${paint('accent', command)}`,
  );
  return [head, ...body, ...commands].join('\n');
}

/** What settles itself must not look like what waits for the reader. */
export function questionMark(
  question: Pick<Question, 'settlesAt'>,
  { paint }: View,
  tone: Tone = 'warn',
): string {
  return settlesItself(question) ? paint('quiet', '·') : paint(tone, '?');
}

function shownLines({ screen = '' }: Question, { paint }: View): string[] {
  if (screen.trim() === '') return [];
  const lines = printableLines(screen).trimEnd().split('\n').slice(-screenLines);
  return lines.map((line) => paint('quiet', `      | ${line}`));
}

/** Many questions of one cause: once, with how many and whose they are, and the commands that settle all of them. */
function causeBlock(run: string, questions: readonly Question[], view: View): string {
  const { paint, width } = view;
  // In the words of the box where it happened, and not of those that were spared because of it.
  const first = questions.find(({ code }) => code !== 'DEVICE_CREDENTIAL_FROZEN') ?? questions[0];
  if (first === undefined) return '';
  const boxes = questions.map(({ box }) => printable(box));
  const since = questions.map(({ askedAt }) => askedAt).sort()[0] ?? first.askedAt;
  return [
    `${paint('warn', '?')} ${paint('strong', `${questions.length} boxes`)}  one cause: ${printable(first.cause ?? '')}`,
    paint('quiet', fit(`    ${first.code} · since ${utc(since)}`, width)),
    paragraph(names(boxes, 10), width, 4),
    paragraph(printableLines(first.text), width, 4),
    // Whoever answers all of them has to see what they show.
    ...(first.kind === 'prompt' ? shownLines(first, view) : []),
    ...(first.remedy === '' ? [] : [indented(labelled('to do', printable(first.remedy), width - 4))]),
    ...causeCommands(view.program, run, questions).map(
      ({ verb, command }) => `    ${padRight(verb, 8)} ${paint('accent', command)}`,
    ),
  ].join('\n');
}

/** A known fault as the operator needs it at night: what it is, why, what to do and what not. */
export function faultLines(fault: KnownFault, width: number): string[] {
  return [
    labelled('known', printable(fault.title), width),
    labelled('cause', printable(fault.cause), width),
    ...fault.do.map((text, at) => labelled(at === 0 ? 'do' : '', `${at + 1}. ${printable(text)}`, width)),
    ...fault.doNot.map((text, at) => labelled(at === 0 ? 'do not' : '', printable(text), width)),
    labelled('for TAC', 'a text to copy stands in `report`, and on the page of `check --html`', width),
  ];
}

/** All questions, the first few in full, the rest one line each: at 1,000 devices the page still fits the head. */
export function questionList(
  run: string,
  questions: readonly Question[],
  view: View,
  inFull = 5,
  faults: readonly KnownFault[] = [],
): string {
  const groups = groupByCause(questions);
  const shown = groups.slice(0, inFull).map((group) => {
    const [question, second] = group;
    return question === undefined || second !== undefined
      ? causeBlock(run, group, view)
      : questionBlock(run, question, questions, view, faults);
  });
  const failed = questions.filter(({ kind }) => kind === 'failed' || kind === 'unknown-outcome');
  if (groups.length > 1 && failed.length > 1)
    shown.push(
      `all ${failed.length} that failed: ${view.paint('accent', commandLine(view.program, ['retry', run, '--failed']))}`,
    );
  const rest = groups.slice(inFull).flat();
  if (rest.length === 0) return shown.join('\n\n');
  const byCode = groupByCode(rest);
  const lines = [...byCode].map(([code, boxes]) =>
    fit(`  ${boxes.length} × ${code}: ${names(boxes)}`, view.width),
  );
  return [
    ...shown,
    [
      `and ${rest.length} more:`,
      ...lines,
      `  all with their commands: ${view.program} status ${run} --questions`,
    ].join('\n'),
  ].join('\n\n');
}

function groupByCode(questions: readonly Question[]): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const question of questions)
    groups.set(question.code, [...(groups.get(question.code) ?? []), printable(question.box)]);
  return groups;
}

function indented(text: string): string {
  return text.replace(/^/gm, '    ');
}
