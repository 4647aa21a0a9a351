import { haltOf, haltText, inFlightLine, noteParts, notesOf, takenOverText } from '../../report/index.ts';
import type { RunDocument } from '../../workflows/contract.ts';
import { commandLine } from './command-line.ts';
import { fit, paragraph } from './layout.ts';
import type { View } from './view.ts';

/** Who took the run over, why nothing new is begun, what is being finished, and the command that ends a pause. */
export function haltLines(document: RunDocument, view: View, shown = 3): string[] {
  const { paint, width } = view;
  const charge = takenOverText(document);
  const lines = charge === undefined ? [] : [paint('quiet', fit(`in charge: ${charge}`, width))];
  const found = document.endedAt === undefined ? haltOf(document) : undefined;
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
