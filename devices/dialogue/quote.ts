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
 * `\n` as the variable named.
 */
export function shellLiteral(text: string, newlineVariable: string): string[] {
  const words: string[] = [];
  for (const part of text.split(/(\n|[^\x20-\x7d\n]+)/)) {
    if (part === '') continue;
    if (part === '\n') words.push(`"$${newlineVariable}"`);
    else if (isPlain(part)) words.push(...cut(part, 400).map(shellQuote));
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
