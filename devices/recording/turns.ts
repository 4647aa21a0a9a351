import { literal } from '../literal.ts';
import { mark } from '../masking.ts';
import { TerminalText } from '../output.ts';
import type { RecordedEvent, Recording, RecordedTyping } from './schema.ts';

/** Something that comes from the box, so long after what was before it. */
export interface Piece {
  readonly afterMs: number;
  /** Undefined: the box ends the session. */
  readonly text?: string;
}

/** What was typed at a prompt, and what came of it until something was typed again. */
export interface Turn {
  readonly prompt: string;
  readonly typed: RecordedTyping;
  readonly answer: readonly Piece[];
}

export interface Turns {
  readonly landing: readonly Piece[];
  readonly turns: readonly Turn[];
}

/** A recording as what follows on what. */
export function turnsOf({ events }: Recording): Turns {
  const landing: Piece[] = [];
  const turns: (Turn & { answer: Piece[] })[] = [];
  const terminal = new TerminalText();
  let before = 0;
  for (const event of events) {
    if (event.types !== undefined) turns.push({ prompt: promptOf(terminal), typed: event.types, answer: [] });
    else {
      if (event.shows !== undefined) terminal.feed(event.shows);
      (turns.at(-1)?.answer ?? landing).push(pieceOf(event, before));
    }
    before = event.at;
  }
  return { landing, turns };
}

function pieceOf({ at, shows }: RecordedEvent, before: number): Piece {
  return { afterMs: at - before, ...(shows === undefined ? {} : { text: shows }) };
}

function promptOf({ line }: TerminalText): string {
  return line.replace(/\s+$/, ' ');
}

/** What is different each time and means the same: the random marks of the sentinel, the sum that proves a shell, a run's folders. */
const varying =
  /rb_([0-9a-f]{12})(?: (\d+)(?= ))?|'([0-9a-f]{12})'|\$\(\((\d+)\+(\d+)\)\)|\.runbook-([0-9a-f]{12}(?:-[0-9a-f]{12})?)/g;

/** A line without what is different each time, without what clears the line before it and what ends it. */
export function shapeOf(typed: string): string {
  const shape = typed.replace(varying, (all, ...groups: unknown[]) => {
    let left = all;
    for (const group of groups.slice(0, 6)) if (typeof group === 'string') left = left.replace(group, '#');
    return left;
  });
  const line = shape.replace(/^\x15+/, '').replace(/[\r\n]+$/, '');
  return line.trim() === '' ? shape : line.trimEnd();
}

/** Is what is typed now what was typed then? Where something is masked in the recording, anything may stand. */
export function isSameLine(recorded: string, typed: string): boolean {
  const shape = shapeOf(recorded);
  if (!shape.includes(mark)) return shape === shapeOf(typed);
  const parts = shape.split(mark).map(literal);
  return new RegExp(`^${parts.join('.*')}$`, 's').test(shapeOf(typed));
}

/** An answer that holds what was random then, with what is random now. Borders between the pieces stay. */
export function asNow(answer: readonly Piece[], recorded: string, typed: string): readonly Piece[] {
  let pieces = answer;
  for (const [then, now] of changes(recorded, typed)) pieces = replaced(pieces, then, now);
  return pieces;
}

function changes(recorded: string, typed: string): [RegExp, string][] {
  const found: [RegExp, string][] = [];
  const [then, now] = [[...recorded.matchAll(varying)], [...typed.matchAll(varying)]];
  for (const [index, one] of then.entries()) {
    const other = now[index];
    if (other === undefined) continue;
    const [, name, number, quoted, a, b, folder] = one;
    const [, newName = '', newNumber = '', newQuoted = '', newA = '', newB = '', newFolder = ''] = other;
    if (name !== undefined) found.push([new RegExp(name, 'g'), newName]);
    if (quoted !== undefined) found.push([new RegExp(quoted, 'g'), newQuoted]);
    if (folder !== undefined) found.push([new RegExp(folder, 'g'), newFolder]);
    if (number !== undefined)
      found.push([new RegExp(`(?<=@${newName}[<>]|rb_${newName} )${number}\\b`, 'g'), newNumber]);
    if (a !== undefined && b !== undefined)
      found.push(
        [new RegExp(`\\b${String(Number(a) + Number(b))}\\b`, 'g'), String(Number(newA) + Number(newB))],
        [new RegExp(`(?<=\\$\\(\\()${a}\\+${b}`, 'g'), `${newA}+${newB}`],
      );
  }
  return found;
}

function replaced(pieces: readonly Piece[], then: RegExp, now: string): readonly Piece[] {
  const all = pieces.map(({ text = '' }) => text).join('');
  const places = [...all.matchAll(then)].map(({ index, 0: found }) => ({
    from: index,
    to: index + found.length,
  }));
  if (places.length === 0) return pieces;
  let start = 0;
  return pieces.map((piece) => {
    if (piece.text === undefined) return piece;
    const end = start + piece.text.length;
    let text = '';
    let at = start;
    for (const { from, to } of places) {
      if (to <= start || from >= end) continue;
      // The whole word goes into the piece in which it begins.
      text += all.slice(at, Math.max(at, from)) + (from >= start ? now : '');
      at = Math.min(to, end);
    }
    text += all.slice(at, end);
    start = end;
    return { ...piece, text };
  });
}
