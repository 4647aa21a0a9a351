import { displayWidth } from './layout.ts';

/** A shell word: what stands between blanks, with whatever is in quotes. */
const words = /(?:'[^']*'|\\.|[^\s'\\])+/g;

/**
 * A command on as many lines as it takes, to be copied whole: each line but the last ends with the backslash by which a shell goes on.
 * A picture that is drawn over itself would break a longer line in the middle of a word.
 */
export function foldedCommand(command: string, width: number, indent = 2): string[] {
  const lines: string[] = [];
  let line = ' '.repeat(indent);
  for (const [at, word] of (command.match(words) ?? []).entries()) {
    const longer = at === 0 ? line + word : `${line} ${word}`;
    // Two columns for the backslash.
    if (at > 0 && displayWidth(longer) > width - 2) {
      lines.push(`${line} \\`);
      line = ' '.repeat(indent + 2) + word;
    } else line = longer;
  }
  return [...lines, line];
}
