import {
  commandLine,
  haltOf,
  haltText,
  inFlightLine,
  noteParts,
  notesOf,
  printable,
  takenOverText,
} from '../../report/index.ts';
import type { RunDocument } from '../../workflows/contract.ts';
import { fit, paragraph } from './layout.ts';
import type { View } from './view.ts';

/** Who took the run over, why nothing new is begun, what is being finished, and the command that ends a pause. */
export function haltLines(document: RunDocument, view: View, shown = 3): string[] {
  const { paint, width } = view;
  const charge = takenOverText(document);
  const lines = charge === undefined ? [] : [paint('quiet', fit(`in charge: ${charge}`, width))];
  const found = document.endedAt === undefined ? haltOf(document) : undefined;
  lines.push(...holdLines(document, view, shown));
  if (found === undefined) return lines;
  const { inFlight } = found.halt;
  const rest = inFlight.length - shown;
  lines.push(
    paragraph(paint('warn', haltText(found)), width, 2, ''),
    inFlight.length === 0
      ? paint('quiet', '  nothing is in flight')
      : `  ${inFlight.length} in flight, being finished:`,
    ...inFlight.slice(0, shown).map((one) => fit(`    ${inFlightLine(one)}`, width)),
    ...(rest > 0 ? [paint('quiet', `    and ${rest} more`)] : []),
    ...(found.what === 'paused' ? [`  go on with: ${paint('accent', resumeCommand(document, view))}`] : []),
  );
  return lines;
}

/** The devices that are held, why, and the command that ends it. */
function holdLines(document: RunDocument, view: View, shown: number): string[] {
  if (document.endedAt !== undefined) return [];
  const held = new Map(
    document.devices.flatMap((device) =>
      device.hold === undefined ? [] : [[device.uuid, { name: device.name, hold: device.hold }] as const],
    ),
  );
  return [
    ...[...held.values()]
      .slice(0, shown)
      .flatMap(({ name, hold }) => [
        paragraph(
          view.paint('warn', `${printable(name)} ${haltText({ what: 'held', halt: hold })}`),
          view.width,
          2,
          '',
        ),
        `  go on with: ${view.paint('accent', commandLine(view.program, ['release', document.run, '--device', name]))}`,
      ]),
    ...(held.size > shown ? [view.paint('quiet', `  and ${held.size - shown} more are held`)] : []),
  ];
}

export function resumeCommand({ run }: Pick<RunDocument, 'run'>, { program }: Pick<View, 'program'>): string {
  return commandLine(program, ['resume', run]);
}

/** What people noted on the run, the latest last. */
export function noteLines(document: RunDocument, view: View, shown = 10): string[] {
  const notes = notesOf(document);
  const earlier = notes.length - shown;
  return [
    ...(earlier > 0 ? [view.paint('quiet', `  ${earlier} earlier: see the report`)] : []),
    ...notes.slice(-shown).map((note) => {
      const { at, by, box, text } = noteParts(note);
      const about = box === '' ? '' : `${view.paint('strong', box)} `;
      return paragraph(`${view.paint('quiet', `${at} ${by}:`)} ${about}${text}`, view.width, 4, '  ');
    }),
  ];
}
