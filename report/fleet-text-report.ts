import type { FleetDocument } from '../workflows/contract.ts';
import { fleetFacts, memberLabel, phaseCounts } from './fleet-contents.ts';
import { fleetAnswerCommands } from './format/command-line.ts';
import { printable } from './format/printable.ts';
import { scoreTotal } from './format/score.ts';
import { textTable } from './format/text-table.ts';
import { utc } from './format/time.ts';
import { reportFolderName } from './report-files.ts';

/** The fleet as a text file. Pure. */
export function fleetTextReport(document: FleetDocument): string {
  const hasManagers = document.members.some(({ manager }) => manager !== '');
  const sections: (readonly [string, readonly string[]])[] = [
    [
      `Report of ${printable(document.run)}`,
      fleetFacts(document).map(([label, text]) => `${label.padEnd(12)}${text}`),
    ],
    [
      'Members',
      textTable(
        [
          'MEMBER',
          ...(hasManagers ? ['FMC'] : []),
          'HOW IT ENDED',
          'EXIT',
          'DEVICES DONE',
          'BY PHASE',
          'RUN',
        ],
        document.members.map((member) => [
          member.name,
          ...(hasManagers ? [printable(member.manager)] : []),
          memberLabel(member),
          member.exitCode === null ? '' : String(member.exitCode),
          `${member.score.done} of ${scoreTotal(member.score)}`,
          phaseCounts(member.phases, document.phases)
            .map(({ title, count }) => `${count} ${title}`)
            .join(', '),
          printable(member.run),
        ]),
      ),
    ],
    ['Left for a person', leftLines(document)],
    [
      'Open questions',
      document.questions.flatMap((question) => [
        `${printable(question.run)}  ${printable(question.box)}  ${question.code}  ${printable(question.text)}`,
        ...fleetAnswerCommands('runbook', question, document.questions).map(
          ({ command }) => `    ${command}`,
        ),
      ]),
    ],
    ['Left out of the plan', document.leftOut.map(({ name, reason }) => `${name}: ${printable(reason)}`)],
    [
      'Decisions',
      document.decisions.map(
        (one) =>
          `${utc(one.at)}  ${printable(one.by)}  ${one.verb}${one.box === undefined ? '' : `  ${printable(one.box)}`}${one.reason === undefined ? '' : `  "${printable(one.reason)}"`}`,
      ),
    ],
    [
      'Reports of the members',
      document.members.flatMap(({ name, run, runStartedAt }) =>
        runStartedAt === null
          ? []
          : [`${name}: ${reportFolderName({ run, startedAt: runStartedAt })}/report.html`],
      ),
    ],
  ];
  return sections
    .filter(([, lines]) => lines.length > 0)
    .map(([title, lines]) => `${title}\n${'-'.repeat(Math.min(title.length, 100))}\n${lines.join('\n')}`)
    .join('\n\n');
}

function leftLines({ members, leftToDo }: FleetDocument): string[] {
  return [
    ...leftToDo.map((text) => `- ${printable(text)}`),
    ...members.flatMap(({ name, leftToDo: own, left }) => [
      ...own.map((text) => `- ${name}: ${printable(text)}`),
      ...(left > own.length ? [`- ${name}: ${left - own.length} more, see its report`] : []),
    ]),
  ];
}
