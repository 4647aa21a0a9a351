/** A text as one word of a POSIX shell: in single quotes, whatever it contains. NUL cannot be had. */
export function shellQuote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/**
 * Can the text be typed as it is? A TAB would start completion, a byte above 127 is bent by some line editors, and a tilde is
 * the escape key of the console of a chassis, and of nested SSH: what follows it would be read by the telnet program.
 */
export function isPlain(text: string): boolean {
  return /^[\x20-\x7d]*$/.test(text);
}

/**
 * A text as an expression of plain characters that a shell reads back as the same bytes: all others travel as octal numbers,
 * `\n` as the variable named. No word of it is longer than `maxLength`.
 */
export function shellLiteral(text: string, newlineVariable: string, maxLength: number): string[] {
  const words: string[] = [];
  for (const part of text.split(/(\n|[^\x20-\x7d\n]+)/)) {
    if (part === '') continue;
    if (part === '\n') words.push(`"$${newlineVariable}"`);
    else if (isPlain(part)) words.push(...quotedPieces(part, maxLength));
    else {
      const octal = [...Buffer.from(part, 'utf8')].map((byte) => `\\${byte.toString(8).padStart(3, '0')}`);
      const perWord = Math.floor((maxLength - `"$(printf '')"`.length) / 4);
      for (let at = 0; at < octal.length; at += perWord)
        words.push(`"$(printf '${octal.slice(at, at + perWord).join('')}')"`);
    }
  }
  return words;
}

/** Quoted words of at most `maxLength` that are the text when they stand side by side. */
function quotedPieces(text: string, maxLength: number): string[] {
  const pieces: string[] = [];
  let from = 0;
  // The quotes around it.
  let length = 2;
  for (let at = 0; at < text.length; at += 1) {
    const cost = text[at] === "'" ? `'\\''`.length : 1;
    if (length + cost > maxLength) {
      pieces.push(shellQuote(text.slice(from, at)));
      from = at;
      length = 2;
    }
    length += cost;
  }
  pieces.push(shellQuote(text.slice(from)));
  return pieces;
}
