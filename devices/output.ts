import { StringDecoder } from 'node:string_decoder';

/** Enough for what a prompt is drawn with. */
const keptBytes = 32;

/**
 * What a terminal would show, as plain lines: escape sequences and bells removed, CR LF made LF, backspaces and lone carriage
 * returns carried out. Fed with chunks that may be cut anywhere, also inside a UTF-8 character or an escape sequence.
 *
 * Columns are not counted: a line longer than the terminal is one line here.
 */
export class TerminalText {
  #decoder = new StringDecoder('utf8');
  #pending = '';
  #bytes = '';
  #done: string[] = [];
  #doneLength = 0;
  #lineNumber = 0;
  #line = '';
  #cursor = 0;
  #hasHeldBlank = false;

  /** Takes what came from the box. */
  feed(chunk: Buffer | string): void {
    const come = typeof chunk === 'string' ? chunk : this.#decoder.write(chunk);
    this.#bytes = (this.#bytes + come.slice(-keptBytes)).slice(-keptBytes);
    let text = this.#pending + come;
    this.#pending = '';
    const open = unfinishedEscape.exec(text);
    if (open !== null) {
      // A sequence that never ends must not swallow the rest of the session.
      if (open[0].length <= 4096) this.#pending = open[0];
      text = text.slice(0, open.index);
    }
    for (const [piece] of text.matchAll(terminalPieces)) this.#take(piece);
  }

  /** The last of what came, control characters and all. */
  get bytes(): string {
    return this.#bytes;
  }

  /** The line that is not finished yet: where a prompt stands. */
  get line(): string {
    return this.#line;
  }

  /** Counts finished lines; tells whether a new line was begun since something was sent. */
  get lineNumber(): number {
    return this.#lineNumber;
  }

  /** Characters kept so far. */
  get length(): number {
    return this.#doneLength + this.#line.length;
  }

  /** Everything since the start or the last {@link reset}. */
  get text(): string {
    if (this.#done.length > 1) this.#done = [this.#done.join('')];
    return (this.#done[0] ?? '') + this.#line;
  }

  /** The last characters, without putting the whole text together. */
  tail(length: number): string {
    let text = this.#line;
    for (let at = this.#done.length - 1; at >= 0 && text.length < length; at--)
      text = (this.#done[at] ?? '') + text;
    return text.slice(-length);
  }

  /** Forgets what was shown, keeps the place of the cursor. */
  reset(): void {
    this.#done = [];
    this.#doneLength = 0;
    this.#line = '';
    this.#cursor = 0;
    this.#hasHeldBlank = false;
  }

  #take(piece: string): void {
    const first = piece.charCodeAt(0);
    // A line editor goes over the right margin with one blank and a carriage return; that erases nothing.
    if (piece === ' ' && this.#cursor === 0 && this.#line.length > 1 && !this.#hasHeldBlank) {
      this.#hasHeldBlank = true;
      return;
    }
    if (this.#hasHeldBlank) {
      this.#hasHeldBlank = false;
      if (first === 0x09 || (first >= 0x20 && first !== 0x7f)) piece = ` ${piece}`;
    }
    if (piece === '\n' || piece === '\x1bE') {
      this.#endLine();
      return;
    }
    if (piece === '\r') {
      this.#cursor = 0;
      return;
    }
    if (piece === '\b') {
      this.#cursor = Math.max(0, this.#cursor - 1);
      return;
    }
    if (first === 0x1b) {
      if (/^\x1b\[0?K$/.test(piece) || /^\x1b\[0?J$/.test(piece))
        this.#line = this.#line.slice(0, this.#cursor);
      return;
    }
    if (first < 0x20 && first !== 0x09) return;
    if (first === 0x7f) return;
    this.#line =
      this.#cursor === this.#line.length
        ? this.#line + piece
        : this.#line.slice(0, this.#cursor) + piece + this.#line.slice(this.#cursor + piece.length);
    this.#cursor += piece.length;
  }

  #endLine(): void {
    this.#done.push(this.#line, '\n');
    this.#doneLength += this.#line.length + 1;
    this.#lineNumber += 1;
    this.#line = '';
    this.#cursor = 0;
  }
}

// CSI, OSC/DCS/PM/APC up to BEL or ESC \, two-character escapes; then runs of plain text; then any other control character.
export const terminalPieces =
  /\x1b\[[0-?]*[ -/]*[@-~]|\x1b[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[ -/]*[0-~]|[^\x00-\x08\x0a-\x1f\x7f]+|[^]/g;
const unfinishedEscape = /\x1b(?:\[[0-?]*[ -/]*|[\]PX^_][^\x07\x1b]*\x1b?|[ -/]*)?$/;

/** The last lines of a text, blank ones at both ends left out: what an operator is shown. */
export function lastLines(text: string, count = 20): string {
  return text
    .replace(/^\s*\n/, '')
    .trimEnd()
    .split('\n')
    .slice(-count)
    .join('\n');
}
