/** A text as one word of a POSIX shell: in single quotes, whatever it contains. NUL cannot be had. */
export function shellQuote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/**
 * A text as an expression of printable ASCII that a shell reads back as the same bytes. A TAB would start completion and a
 * byte above 127 is bent by some line editors, so both travel as octal numbers; `\n` as the variable named.
 */
export function shellLiteral(text: string, newlineVariable: string): string[] {
  const words: string[] = [];
  for (const part of text.split(/(\n|[^\x20-\x7e\n]+)/)) {
    if (part === '') continue;
    if (part === '\n') words.push(`"$${newlineVariable}"`);
    else if (/^[\x20-\x7e]+$/.test(part)) words.push(...cut(part, 400).map(shellQuote));
    else {
      const octal = [...Buffer.from(part, 'utf8')].map((byte) => `\\${byte.toString(8).padStart(3, '0')}`);
      for (let at = 0; at < octal.length; at += 100) {
        words.push(`"$(printf '${octal.slice(at, at + 100).join('')}')"`);
      }
    }
  }
  return words;
}

function cut(text: string, size: number): string[] {
  const parts: string[] = [];
  for (let at = 0; at < text.length; at += size) parts.push(text.slice(at, at + size));
  return parts;
}
