import { terminalPieces } from '../output.ts';

/** A text that a person would read, and where each of its characters stands in what the box sent (-1: nowhere). */
export interface Reading {
  readonly text: string;
  readonly at: readonly number[];
}

/** The ways in which a text on a terminal can be read; what is hidden from one may show in another. */
export interface Readings {
  /** Everything printable in the order in which it came: no colours, no line ends, no blank before a wrap. */
  readonly stream: Reading;
  /** The same without what a backspace took away. */
  readonly erased: Reading;
  /** What stood on the lines at last, one line after the other. */
  readonly screen: Reading;
  /** The same with its line ends. */
  readonly lines: Reading;
  /** The same without any blank. */
  readonly dense: Reading;
  /** Everything, also what stands inside an escape sequence, such as the title of a window. */
  readonly raw: Reading;
}

/** Reads what a box sent in every way in which a person could. Pure. */
export function readingsOf(sent: string): Readings {
  const stream: number[] = [];
  const erased: number[] = [];
  const lines: number[][] = [[]];
  let cursor = 0;
  const line = (): number[] => lines.at(-1) as number[];
  let at = 0;
  for (const [piece] of sent.matchAll(terminalPieces)) {
    const first = piece.charCodeAt(0);
    if (piece === '\n' || piece === '\x1bE') {
      lines.push([]);
      cursor = 0;
    } else if (piece === '\r') {
      // A line editor goes over the right margin with a blank and a carriage return.
      if (sent[at - 1] === ' ' && sent[at + 1] !== '\n')
        for (const one of [stream, erased]) if (one.at(-1) === at - 1) one.pop();
      cursor = 0;
    } else if (piece === '\b') {
      cursor = Math.max(0, cursor - 1);
      erased.pop();
    } else if (first === 0x1b) cursor = moved(piece, cursor, line());
    else if (first === 0x09 || (first >= 0x20 && first !== 0x7f)) {
      for (let one = 0; one < piece.length; one += 1) {
        stream.push(at + one);
        erased.push(at + one);
        line()[cursor] = at + one;
        cursor += 1;
      }
    }
    at += piece.length;
  }
  const screen: number[] = [];
  const withEnds: number[] = [];
  const dense: number[] = [];
  for (const [number, one] of lines.entries()) {
    if (number > 0) withEnds.push(lineEnd);
    for (let column = 0; column < one.length; column += 1) {
      const index = one[column] ?? nothing;
      screen.push(index);
      withEnds.push(index);
      if (index >= 0 && !isBlank(sent.charCodeAt(index))) dense.push(index);
    }
  }
  const reading = (at: readonly number[]): Reading => {
    let text = '';
    for (const index of at) text += index === lineEnd ? '\n' : index === nothing ? ' ' : (sent[index] ?? '');
    return { text, at };
  };
  return {
    stream: reading(stream),
    erased: reading(erased),
    screen: reading(screen),
    lines: reading(withEnds),
    dense: reading(dense),
    raw: { text: sent, at: Array.from({ length: sent.length }, (_, index) => index) },
  };
}

/** A cell that nothing was written to, and the end of a line. */
const nothing = -1;
const lineEnd = -2;

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09 || code === 0xa0;
}

/** The few movements that line editors use. Returns where the cursor is then. */
function moved(escape: string, cursor: number, line: number[]): number {
  const [, count = '', order = ''] = /^\x1b\[(\d*)([CDGKPJ@])$/.exec(escape) ?? [];
  const number = Number(count === '' ? 1 : count);
  switch (order) {
    case 'C':
      return cursor + Math.min(number, 500);
    case 'D':
      return Math.max(0, cursor - number);
    case 'G':
      return Math.min(Math.max(0, number - 1), 2000);
    case 'K':
    case 'J':
      if (count === '' || count === '0') line.length = Math.min(line.length, cursor);
      return cursor;
    case 'P':
      line.splice(cursor, number);
      return cursor;
    default:
      return cursor;
  }
}
