import { unicodeEscape } from '../visible.ts';
import type { RecordedEvent, Recording } from './schema.ts';

/** A recording as the text of its file: YAML in which each line of a screen is a line, and each byte stands as it came. */
export function printRecording(recording: Recording): string {
  const { title, made, by, box, family, terminal, anonymised, masked, profile, ends, events } = recording;
  const lines = [
    '# A session with a box, recorded by `runbook lab record`. What was known as secret is masked. Read it before you give it to',
    "# anybody: nobody but you knows what else on this screen is nobody's business. Lines may be edited and events taken out.",
    `recording: ${recording.recording}`,
    ...(title === undefined ? [] : [`title: ${quoted(title)}`]),
    ...(made === undefined ? [] : [`made: ${quoted(made)}`]),
    `by: ${by}`,
    `box: ${quoted(box)}`,
    `family: ${family}`,
    `terminal: { columns: ${terminal.columns}, rows: ${terminal.rows}, term: ${quoted(terminal.term)} }`,
    ...(anonymised ? ['anonymised: true'] : []),
    ...(masked.length === 0 ? [] : ['masked:']),
    ...masked.map(({ what, times }) => `  - { what: ${quoted(what)}, times: ${times} }`),
    ...(profile === undefined ? [] : [`profile: ${quoted(profile)}`]),
    ...(ends === undefined ? [] : [`ends: ${quoted(ends)}`]),
    'events:',
    ...events.flatMap(printEvent),
  ];
  return `${lines.join('\n')}\n`;
}

function printEvent({ at, shows, types }: RecordedEvent): string[] {
  const first = `  - at: ${at}`;
  if (shows !== undefined) return [first, `    shows: ${block(shows)}`];
  if (typeof types === 'string') return [first, `    types: ${quoted(types)}`];
  if (types !== undefined)
    return [first, `    types: { secret: ${types.secret}, end: ${quoted(types.end)} }`];
  return [first, '    closes: true'];
}

/** Several lines of a screen, one below the other, in double quotes; `\` at the end of a line joins it to the next. */
function block(text: string): string {
  const lines = text.split(/(?<=\n)/);
  if (lines.length === 1) return quoted(text);
  const shown = lines.map((line) =>
    quoted(line)
      .slice(1, -1)
      .replace(/^[ \t]/, '\\$&'),
  );
  return `"\\\n      ${shown.join('\\\n      ')}"`;
}

/** JSON is YAML; what a reader or an editor would trip over is escaped too. */
function quoted(value: unknown): string {
  return JSON.stringify(value).replace(
    /[\x7f-\x9f\u00a0\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff]/g,
    unicodeEscape,
  );
}
