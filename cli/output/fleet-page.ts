import {
  commandLine,
  durationText,
  fleetAnswerCommands,
  haltText,
  phaseCounts,
  plural,
  printable,
  scoreOf,
  scoreTotal,
  utc,
  utcCompact,
} from '../../report/index.ts';
import type { FleetDocument, FleetQuestion } from '../../workflows/contract.ts';
import { memberRows, memberStatus, type ShownMember } from './fleet-members.ts';
import { fit, padRight, paragraph } from './layout.ts';
import { commandWithin, howManyFit, type FrameNotes } from './live-frame.ts';
import { fleetAdvance, paceLine, paceSoFar, paceText, type Pace } from './pace.ts';
import { questionMark } from './question.ts';
import { outcomeText, startedText, stateText } from './run-head.ts';
import { scoreBar, scoreText } from './score-line.ts';
import { questionHeads } from './status-page.ts';
import type { View } from './view.ts';

/** A fleet as pages show it. */
export type ShownFleet = Omit<FleetDocument, 'members'> & { readonly members: readonly ShownMember[] };

export interface FleetPageOptions {
  readonly questionsInFull?: number;
  readonly memberLimit?: number;
}

/** How a fleet stands: score of the members, each with its devices, questions with the commands that answer them. */
export function fleetPage(fleet: ShownFleet, view: View, options: FleetPageOptions = {}): string {
  const { paint, width } = view;
  const parts = [
    fleetHead(fleet, view, paceSoFar(fleetAdvance(fleet), view.now)).join('\n'),
    memberRows(fleet.members, view, options.memberLimit ?? 40).join('\n'),
  ];
  for (const { head, questions } of questionHeads(fleet.questions))
    parts.push(
      [
        paint('strong', head),
        ...questionLines({ ...fleet, questions }, view, options.questionsInFull ?? 10),
      ].join('\n'),
    );
  if (fleet.leftOut.length > 0)
    parts.push(
      [
        paint('strong', 'Left out of the plan'),
        ...fleet.leftOut.map(({ name, reason }) =>
          paragraph(`${name}: ${printable(reason)}`, width, 4, '  – '),
        ),
      ].join('\n'),
    );
  if (fleet.leftToDo.length > 0)
    parts.push(
      [
        paint('strong', 'Left for a person'),
        ...fleet.leftToDo.map((text) => paragraph(printable(text), width, 4, '  • ')),
      ].join('\n'),
    );
  parts.push(paint('quiet', nextLines(fleet, view).join('\n')));
  return parts.join('\n\n');
}

function nextLines(fleet: ShownFleet, { program }: View): string[] {
  const line = (label: string, words: readonly string[]): string =>
    `${padRight(label, 12)}${commandLine(program, words)}`;
  if (fleet.endedAt === undefined) {
    const open = fleet.members.find(({ status }) => status === 'running' || status === 'parked');
    return [
      ...(open === undefined ? [] : [line('one member:', ['status', open.run])]),
      line('follow:', ['watch', fleet.run]),
    ];
  }
  const again = fleet.members.filter(({ status, followed }) => status !== 'done' && !followed);
  const words = ['plan', fleet.runbook.name, '--fleet', fleet.fleet.file, '--member'];
  return [
    // On one line, however long: it is there to be copied.
    ...(again.length === 0 ? [] : [line('again:', [...words, ...again.map(({ name }) => name)])]),
    line('report:', ['report', fleet.run]),
  ];
}

/** One picture of a living fleet that fits `rows` lines. */
export function fleetFrame(fleet: ShownFleet, view: View, rows: number, notes: FrameNotes = {}): string {
  const head = fleetHead(fleet, view, notes.pace).flatMap((line) => line.split('\n'));
  if (notes.notice !== undefined) head.push(view.paint('warn', fit(notes.notice, view.width)));
  const foot = [
    '',
    view.paint('quiet', fit(notes.foot ?? 'Ctrl-C leaves the fleet going on by itself', view.width)),
  ];
  const room = rows - head.length - foot.length - 1;
  const questions = shortQuestions(fleet, view, Math.max(3, Math.floor(room / 2)));
  const members = memberRows(fleet.members, view, room - questions.length - 1);
  return [...head, '', ...members, ...questions, ...foot].slice(0, rows - 1).join('\n');
}

/** What has changed between two states of a fleet, as log lines with time. */
export function fleetLines(before: ShownFleet | undefined, after: ShownFleet, view: View): string[] {
  const lines: string[] = [];
  const say = (text: string, at?: string | null): void => {
    lines.push(`${utcCompact(at === undefined || at === null ? view.now : new Date(at))} ${text}`);
  };
  const earlier = new Map(before?.members.map((member) => [member.name, member]));
  for (const member of after.members) {
    const old = earlier.get(member.name);
    if (
      old === undefined
        ? member.status === 'waiting' && !member.held
        : old.status === member.status && old.held === member.held
    )
      continue;
    const note = member.note === null ? '' : `: ${printable(member.note)}`;
    say(
      `${memberStatus(member)[2]}  ${member.name}${member.manager === '' ? '' : ` (${printable(member.manager)})`}${note}`,
      member.endedAt ?? (member.status === 'running' && old?.status !== 'parked' ? member.startedAt : null),
    );
  }
  const score = scoreText(scoreOf(after.members), view);
  if (before === undefined || score !== scoreText(scoreOf(before.members), view)) say(`  members: ${score}`);
  const told = new Set(before?.questions.map(({ id, run }) => `${run} ${id}`));
  for (const question of after.questions.filter(({ id, run }) => !told.has(`${run} ${id}`)))
    say(questionBlock(question, after.questions, view).join('\n'));
  if (after.paused !== undefined && before?.paused === undefined)
    say(`paused by ${printable(after.paused.by)}: ${printable(after.paused.reason)}`, after.paused.since);
  if (after.paused === undefined && before?.paused !== undefined) say('resumed');
  if (before !== undefined && before.outcome !== after.outcome) say(outcomeText(after.outcome, view));
  return lines;
}

function fleetHead(fleet: ShownFleet, view: View, pace?: Pace): string[] {
  const { paint, width } = view;
  const end = fleet.endedAt === undefined ? view.now : new Date(fleet.endedAt);
  const took = durationText(end.getTime() - new Date(fleet.startedAt).getTime());
  const score = scoreOf(fleet.members);
  const isAtWork = fleet.members.some(
    ({ status, restsUntil }) => status === 'running' && restsUntil === undefined,
  );
  const halt =
    fleet.endedAt !== undefined
      ? undefined
      : fleet.paused !== undefined
        ? ({ what: 'paused', halt: fleet.paused } as const)
        : fleet.cancelling !== undefined
          ? ({ what: 'cancelling', halt: fleet.cancelling } as const)
          : undefined;
  return [
    paragraph(`${paint('strong', printable(fleet.run))}  ${stateText(fleet, view, isAtWork)}`, width),
    paint('quiet', fit(`${fleet.runbook.name} · since ${utc(fleet.startedAt)} (${took})`, width)),
    paint('quiet', fit(startedText(fleet), width)),
    ...(halt === undefined
      ? []
      : [
          paragraph(paint('warn', haltText(halt)), width, 2, ''),
          ...(halt.what === 'paused'
            ? [`  go on with: ${paint('accent', commandLine(view.program, ['resume', fleet.run]))}`]
            : []),
        ]),
    '',
    paragraph(
      `${paint('strong', `${fleet.members.length} ${plural(fleet.members.length, 'member')}`)}  ${scoreText(score, view)}`,
      width,
    ),
    scoreBar(score, Math.min(width, 60), view),
    paragraph(devicesText(fleet), width),
    ...paceLine(pace, view, 'fleet'),
    paint(
      'quiet',
      fit(
        `at once ${fleet.limits.fmcs} ${plural(fleet.limits.fmcs, 'member')}, ${fleet.limits.devices} devices · failed ${fleet.failures.now}, may ${fleet.failures.allowed}`,
        width,
      ),
    ),
  ];
}

/** `41 devices: 2 proven, 4 delivered, not proven, 9 inspected, 26 not looked at`: over all members, the furthest first. */
export function devicesText({ members, phases }: Pick<ShownFleet, 'members' | 'phases'>): string {
  const all = members.reduce((sum, { score, devices }) => sum + (scoreTotal(score) || devices), 0);
  const counts = phaseCounts(allPhases(members), phases).filter(({ count }) => count > 0);
  const rest = all - counts.reduce((sum, { count }) => sum + count, 0);
  return `${all} ${plural(all, 'device')}: ${[
    ...counts.map(({ title, count }) => `${count} ${title}`),
    ...(rest > 0 ? [`${rest} not begun`] : []),
  ].join(' · ')}`;
}

/** A device that has come to no phase has not been begun. */
function allPhases(members: readonly ShownMember[]): Record<string, number> {
  const sum: Record<string, number> = {};
  for (const { phases } of members)
    for (const [id, count] of Object.entries(phases)) if (id !== '') sum[id] = (sum[id] ?? 0) + count;
  return sum;
}

/** The same with the pace, for a log. */
export function fleetAdvanceLine(fleet: ShownFleet, pace: Pace | undefined, view: View): string {
  const rate = pace === undefined ? '' : ` · ${paceText(pace, 'fleet')}`;
  return `${utcCompact(view.now)}   ${devicesText(fleet)}${rate}`;
}

function questionLines(fleet: ShownFleet, view: View, inFull: number): string[] {
  const shown = fleet.questions
    .slice(0, inFull)
    .flatMap((question) => questionBlock(question, fleet.questions, view));
  const rest = fleet.questions.slice(inFull);
  if (rest.length === 0) return shown;
  const members = [...new Set(rest.map(({ member, box }) => member ?? box))];
  return [
    ...shown,
    `${rest.length} more: ${members.slice(0, 5).join(', ')}${members.length > 5 ? ', …' : ''}; ${commandLine(view.program, ['status', fleet.run, '--questions'])}`,
  ];
}

/** What is asked, and the command for the first way on, whole, so that it can be copied. Those without room are counted. */
function shortQuestions({ questions, run }: ShownFleet, view: View, room: number): string[] {
  const { paint, width, program } = view;
  if (questions.length === 0) return [];
  const blocks = questions.map((question) => {
    const [first, ...others] = fleetAnswerCommands(program, question, questions);
    const who = question.member === undefined ? '' : `${paint('strong', printable(question.member))} `;
    const more = others.length === 0 ? '' : ` (or ${others.map(({ verb }) => verb).join(', ')})`;
    return [
      fit(
        `${questionMark(question, view)} ${who}${printable(question.box)}: ${printable(question.text)}${more}`,
        width,
      ),
      ...(first === undefined ? [] : commandWithin(first.command, '', view)),
    ];
  });
  const fitting = howManyFit(blocks, room - 2);
  const rest = questions.length - fitting;
  return [
    '',
    ...blocks.slice(0, fitting).flat(),
    ...(rest > 0 ? [fit(`? ${rest} more: ${commandLine(program, ['status', run])}`, width)] : []),
  ];
}

/** What is asked, and the command for each way on, at the run that asks. */
function questionBlock(question: FleetQuestion, all: readonly FleetQuestion[], view: View): string[] {
  const { paint, width } = view;
  const where = question.member === undefined ? '' : `${paint('strong', printable(question.member))} `;
  const box = question.member === undefined ? '' : `${printable(question.box)}: `;
  return [
    paragraph(`${questionMark(question, view)} ${where}${box}${printable(question.text)}`, width, 4, ''),
    ...fleetAnswerCommands(view.program, question, all).map(
      ({ verb, command }) => `    ${padRight(verb, 8)} ${paint('accent', command)}`,
    ),
  ];
}

/** The fleet as `-o json` prints it: each open question carries the exact commands that settle it. */
export function fleetJson(fleet: ShownFleet, program: string): unknown {
  return {
    ...fleet,
    ...(fleet.paused === undefined
      ? {}
      : {
          paused: {
            ...fleet.paused,
            commands: [{ verb: 'resume', command: commandLine(program, ['resume', fleet.run]) }],
          },
        }),
    questions: fleet.questions.map((question) => ({
      ...question,
      commands: fleetAnswerCommands(program, question, fleet.questions),
    })),
  };
}
