import cliTruncate from 'cli-truncate';
import stringWidth from 'string-width';
import wrapAnsi from 'wrap-ansi';

/** Cuts to a number of terminal columns, with an ellipsis; knows wide characters and colours. */
export function fit(text: string, columns: number): string {
  return columns < 1 ? '' : cliTruncate(text, columns);
}

/** Fills with blanks on the right, up to a number of terminal columns. */
export function padRight(text: string, columns: number): string {
  return text + ' '.repeat(Math.max(0, columns - stringWidth(text)));
}

/** Wraps at words; every line but the first begins with `indent` blanks, the first with `first`. */
export function paragraph(text: string, width: number, indent = 0, first = ' '.repeat(indent)): string {
  const lines = wrapAnsi(text, Math.max(20, width - indent), { hard: true }).split('\n');
  return lines.map((line, index) => (index === 0 ? first : ' '.repeat(indent)) + line).join('\n');
}

/** As a terminal of so many columns shows it. */
export function wrapped(text: string, columns: number): string {
  return wrapAnsi(text, columns, { hard: true, trim: false, wordWrap: false });
}

/** `label   text`, the text wrapped beside its label. */
export function labelled(label: string, text: string, width: number, labelWidth = 12): string {
  return paragraph(text, width, labelWidth, padRight(label, labelWidth - 1) + ' ');
}

export { default as displayWidth } from 'string-width';
