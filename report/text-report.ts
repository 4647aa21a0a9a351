import { byCause } from './by-cause.ts';
import type { RunDocument } from '../workflows/contract.ts';
import type { Audit, AuditEntry } from './audit.ts';
import {
  commandsOf,
  deviceColumns,
  deviceSentence,
  generationSentence,
  leftByText,
  outcomeLabel,
  ownLeftToDo,
  phasesOf,
  toldAt,
  tookText,
  type ReportSubject,
  typedNote,
} from './contents.ts';
import { haltOf, haltText, inFlightLine, noteParts, notesOf, takenOverText } from './hand-over.ts';
import { faultsMet, settledText, type FaultMet } from './known-faults.ts';
import { lockoutText } from './lockout.ts';
import { rolloutLines } from './rollout.ts';
import { standingLabel, standingOf, worstFirst } from './device-standing.ts';
import { asCertificate } from './format/certificate.ts';
import { columnLabel, columnText } from './format/column.ts';
import { answerCommands, commandLine } from './format/command-line.ts';
import { fullFingerprint } from './format/fingerprint.ts';
import { printable } from './format/printable.ts';
import { textTable } from './format/text-table.ts';
import { durationText, utc } from './format/time.ts';

/** The run as a text file: everything that must be known afterwards, without any markup. Pure. */
export function textReport(document: RunDocument, audit?: Audit, phases?: ReportSubject['phases']): string {
  const subject = { document, audit, phases };
  const { startedBy } = document;
  const at = toldAt(subject);
  const how =
    startedBy.approval === 'unattended' ? 'unattended, pre-approved by' : 'approved on the terminal by';
  const sections: (readonly [string, readonly string[]])[] = [
    [
      `Report of ${printable(document.run)}`,
      [
        `Outcome     ${outcomeLabel(document)} (exit code ${document.exitCode})`,
        `            ${printable(document.summary)}`,
        `Runbook     ${document.runbook.name}, version ${document.runbook.version}, ${document.runbook.digest}`,
        `Started     ${utc(document.startedAt)}, ${how} ${printable(startedBy.identity)}`,
        ...chargeLine(document),
        `Ended       ${document.endedAt === undefined ? 'not yet' : utc(document.endedAt)} (${tookText(document)})`,
        `Change      ${document.changeId === undefined ? 'none given' : printable(document.changeId)}`,
        `Devices     ${deviceSentence(document)}`,
      ],
    ],
    ['Nothing new is begun', haltLines(document)],
    ['Until devices are lost', lockoutLines(document, at)],
    ...rolloutSections(document, at),
    ...document.managers.map(
      (manager) => [`Manager ${printable(manager.name)}`, managerLines(manager)] as const,
    ),
    ['Devices', deviceTable(subject)],
    ['Left for a person', leftLines(document)],
    [
      'Open questions',
      document.questions.flatMap((question) => [
        `${printable(question.box)}  ${question.code}  ${printable(question.text)}`,
        ...answerCommands('runbook', document.run, question, document.questions).map(
          ({ command }) => `    ${command}`,
        ),
      ]),
    ],
    [
      'Held',
      document.devices.flatMap(({ name, hold }) =>
        hold === undefined
          ? []
          : [
              `${printable(name)}  ${haltText({ what: 'held', halt: hold })}`,
              `    ${commandLine('runbook', ['release', document.run, '--device', name])}`,
            ],
      ),
    ],
    [
      'Notes',
      notesOf(document).map((note) => {
        const { at, by, box, text } = noteParts(note);
        return [at, by, ...(box === '' ? [] : [box]), text].join('  ');
      }),
    ],
    ['Known faults met', faultsMet(document).flatMap(faultLines)],
    [
      'Decisions',
      commandsOf(document).map(
        (one) =>
          `${utc(one.at)}  ${printable(one.by)}  ${one.verb}${typedNote(one)}${one.box === undefined ? '' : `  ${printable(one.box)}`}${one.case === undefined ? '' : `  case ${printable(one.case)}`}${one.reason === undefined ? '' : `  "${printable(one.reason)}"`}`,
      ),
    ],
    [
      'Findings',
      byCause(document.findings).map(
        ({ finding, boxes }) =>
          `${finding.severity}  ${printable(boxes.join(', '))}${boxes.length > 1 ? ` (${String(boxes.length)} boxes)` : ''}  ${finding.code}  ${printable(finding.text)}`,
      ),
    ],
    ['Steps', stepTable(document)],
    [
      'Inputs',
      Object.entries(document.inputs).map(([key, value]) => `${columnLabel(key)}  ${columnText(value)}`),
    ],
    ...(audit === undefined
      ? []
      : [
          [
            `Recorded in the Temporal histories (namespace ${audit.namespace}, read ${utc(audit.readAt)})`,
            auditTable(audit),
          ] as const,
        ]),
  ];
  return sections
    .filter(([, lines]) => lines.length > 0)
    .map(([title, lines]) => `${title}\n${'-'.repeat(Math.min(title.length, 100))}\n${lines.join('\n')}`)
    .join('\n\n');
}

function chargeLine(document: RunDocument): string[] {
  const text = takenOverText(document);
  return text === undefined ? [] : [`In charge   ${text}`];
}

function lockoutLines({ lockout, endedAt }: RunDocument, at: Date): string[] {
  return lockout === undefined ? [] : [lockoutText(lockout, at, endedAt !== undefined)];
}

function rolloutSections({ rollouts = [], endedAt }: RunDocument, at: Date): (readonly [string, string[]])[] {
  return rollouts.map((rollout) => [
    printable(rollout.title),
    rolloutLines(rollout, at, endedAt !== undefined).map(({ label, text }) => `${label.padEnd(8)}${text}`),
  ]);
}

/** A pause, or a cancel that is not through yet. */
function haltLines(document: RunDocument): string[] {
  const found = haltOf(document);
  if (found === undefined) return [];
  const { inFlight } = found.halt;
  return [
    `The run is ${haltText(found)}`,
    ...(inFlight.length === 0 ? ['Nothing is in flight.'] : ['In flight, being finished:']),
    ...inFlight.map((one) => `  ${inFlightLine(one)}`),
    ...(found.what === 'paused' ? [`Go on with: ${commandLine('runbook', ['resume', document.run])}`] : []),
  ];
}

const managerFixed = ['name', 'oldCa', 'newCa', 'generations'];

function managerLines(manager: RunDocument['managers'][number]): string[] {
  const lines: string[] = [];
  for (const [title, key] of [
    ['Old CA', 'oldCa'],
    ['New CA', 'newCa'],
  ] as const) {
    // Another runbook may have no such column.
    if (!(key in manager)) continue;
    const ca = asCertificate(manager[key]);
    if (ca === undefined) {
      lines.push(`${title}: ${key === 'newCa' ? 'none' : 'could not be read'}`);
      continue;
    }
    lines.push(`${title}:`);
    if (ca.subject !== undefined) lines.push(`  subject      ${printable(ca.subject)}`);
    if (ca.serial !== undefined) lines.push(`  serial       ${printable(ca.serial)}`);
    if (ca.fingerprint !== undefined) lines.push(`  SHA-256      ${fullFingerprint(ca.fingerprint)}`);
    lines.push(`  valid        ${utc(ca.notBefore ?? '?')} until ${utc(ca.notAfter ?? '?')}`);
  }
  const generated = generationSentence(manager['generations']);
  if (generated !== undefined) lines.push(generated);
  for (const [key, value] of Object.entries(manager)) {
    if (!managerFixed.includes(key) && value !== null)
      lines.push(`${columnLabel(key)}: ${columnText(value, { whole: true })}`);
  }
  return lines;
}

function deviceTable(subject: ReportSubject): string[] {
  const { devices } = subject.document;
  const phases = phasesOf(subject);
  const keys = deviceColumns(subject.document);
  return devices.length === 0
    ? []
    : textTable(
        ['NAME', 'ADDRESS', 'UUID', 'HOW FAR', ...keys.map((key) => columnLabel(key).toUpperCase()), 'NOTE'],
        worstFirst(devices).map((device) => [
          printable(device.name),
          printable(device.address),
          printable(device.uuid),
          standingLabel(standingOf(device), devices, phases),
          ...keys.map((key) => columnText(device[key])),
          printable(device.note ?? ''),
        ]),
      );
}

function leftLines(document: RunDocument): string[] {
  return [
    ...ownLeftToDo(document).map((text) => `- ${printable(text)}`),
    ...leftByText(document).map(
      ({ text, boxes }) => `- ${boxes.map(printable).join(', ')}: ${printable(text)}`,
    ),
  ];
}

function faultLines({ fault, boxes, tac, isSettled }: FaultMet): string[] {
  return [
    `* ${printable(fault.title)}`,
    ...boxes.map(
      ({ name, at, line }) =>
        `    ${name}${at === null ? '' : `  ${utc(at)}`}${line === '' ? '' : `  ${line}`}`,
    ),
    `  Cause: ${printable(fault.cause)}`,
    ...(isSettled
      ? [`  ${settledText}`]
      : [
          ...fault.do.map((text, at) => `  ${at + 1}. ${printable(text)}`),
          ...fault.doNot.map((text) => `  Not: ${printable(text)}`),
        ]),
    `  For TAC: ${tac}`,
    `  Source: ${printable(fault.source.text)} (${fault.source.mark})`,
  ];
}

function stepTable(document: RunDocument): string[] {
  const took = (from?: string, to?: string): string =>
    from === undefined || to === undefined
      ? ''
      : durationText(new Date(to).getTime() - new Date(from).getTime());
  return textTable(
    ['STARTED', 'TOOK', 'STATE', 'STEP'],
    document.steps.map((step) => [
      step.startedAt === undefined ? '' : utc(step.startedAt),
      took(step.startedAt, step.endedAt),
      step.status,
      `${printable(step.title)}${step.note === undefined ? '' : `: ${printable(step.note)}`}`,
    ]),
  );
}

function auditTable(audit: Audit): string[] {
  const what = (entry: AuditEntry): string =>
    [entry.summary ?? entry.id, entry.reason === undefined ? '' : `"${entry.reason}"`, entry.text ?? '']
      .filter((part) => part !== '')
      .map(printable)
      .join(' · ');
  const rows = audit.entries.map((entry) => [
    utc(entry.startedAt),
    printable(entry.box ?? ''),
    `${entry.kind} ${printable(entry.type)}${(entry.attempt ?? 1) > 1 ? ` (attempt ${entry.attempt ?? 1})` : ''}`,
    entry.outcome,
    printable(entry.by ?? ''),
    what(entry),
  ]);
  return [
    ...textTable(['TIME', 'BOX', 'WHAT', 'OUTCOME', 'BY', 'TEXT'], rows),
    ...(audit.gap === undefined ? [] : [printable(audit.gap)]),
  ];
}
