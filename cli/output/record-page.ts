import {
  answerCommands,
  causeCommands,
  commandLine,
  durationText,
  haltText,
  names,
  printable,
  utc,
} from '../../report/index.ts';
import type { RunRecord } from '../client/read-run.ts';
import { resumeCommand } from './hand-over-lines.ts';
import { labelled, padRight, paragraph } from './layout.ts';
import { questionMark } from './question.ts';
import { stateText } from './run-head.ts';
import { scoreBar, scoreText } from './score-line.ts';
import type { View } from './view.ts';

/** What the server has recorded of a run while no worker answers: old, perhaps, and it says so. */
export function recordPage(record: RunRecord, view: View): string {
  const { paint, width, program } = view;
  const { memo } = record;
  const open = record.endedAt === undefined;
  const end = record.endedAt === undefined ? view.now : new Date(record.endedAt);
  const took = durationText(end.getTime() - new Date(record.startedAt).getTime());
  const state = open && memo !== undefined ? stateText(memo, view) : record.status.toLowerCase();
  const parts = [
    [
      paragraph(`${paint('strong', printable(record.run))}  ${state}`, width),
      paint('quiet', `since ${utc(record.startedAt)} (${took})`),
    ].join('\n'),
    open
      ? paragraph(
          `${paint('warn', 'This is the last recorded state: no worker answers for this run.')} Nothing is being done on any box by this program until one runs. Start one with: ${paint('accent', `${program} up`)} (or ${program} worker).`,
          width,
        )
      : paragraph(
          `${paint('warn', `The run was ${record.status.toLowerCase()} from outside and has left no result.`)} What stands on the boxes is told by a new plan; it takes over what it finds.`,
          width,
        ),
  ];
  if (open && memo?.paused !== undefined)
    parts.push(
      [
        paragraph(paint('warn', haltText({ what: 'paused', halt: memo.paused })), width, 2, ''),
        `  go on with: ${paint('accent', resumeCommand(record, view))}`,
      ].join('\n'),
    );
  if (open && memo?.held !== undefined) {
    const { held } = memo;
    parts.push(
      [
        `${paint('warn', `held: ${printable(names(held.names, 5))}`)}${held.count > held.names.length ? ` and ${held.count - held.names.length} more` : ''}`,
        ...held.names.map(
          (name) =>
            `  go on with: ${paint('accent', commandLine(program, ['release', record.run, '--device', name]))}`,
        ),
      ].join('\n'),
    );
  }
  if (memo !== undefined) {
    const rows = [
      labelled('stage', memo.phase === '' ? '–' : printable(memo.phase), width, 10),
      labelled('step', memo.step === '' ? '–' : printable(memo.step), width, 10),
    ];
    parts.push(
      [
        paragraph(scoreText(memo.score, view), width),
        scoreBar(memo.score, Math.min(width, 60), view),
        ...rows,
      ].join('\n'),
    );
    for (const question of memo.questions) {
      const commands = [
        ...causeCommands(program, record.run, [question]),
        ...(question.cause === undefined
          ? answerCommands(program, record.run, question, memo.questions)
          : []),
      ].map(({ verb, command }) => `    ${padRight(verb, 8)} ${paint('accent', command)}`);
      parts.push(
        [
          `${questionMark(question, view)} ${paint('strong', printable(question.box))} ${paint('quiet', question.cause === undefined ? question.code : `and all others of the cause ${printable(question.cause)}`)}`,
          paragraph(printable(question.text), width, 4),
          ...commands,
        ].join('\n'),
      );
    }
  }
  return parts.join('\n\n');
}
