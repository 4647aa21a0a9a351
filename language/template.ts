/** One piece of a text: literal, or the expression between `${` and `}`. */
export type TemplatePart =
  string | { readonly expression: string; /** 0-based, within the text. */ readonly offset: number };

export interface Template {
  readonly parts: readonly TemplatePart[];
  /** Offset of a `${` that is never closed; the rest of the text is then taken literally. */
  readonly unclosedAt?: number;
}

/**
 * Splits a text at its `${expression}` parts. Braces and quotes inside the expression are respected; `$${` is a literal `${`,
 * which instructions for a shell need. No empty literal parts.
 */
export function splitTemplate(text: string): Template {
  const parts: TemplatePart[] = [];
  let literal = '';
  let at = 0;
  const flush = (): void => {
    if (literal !== '') parts.push(literal);
    literal = '';
  };
  while (at < text.length) {
    if (text.startsWith('$${', at)) {
      literal += '${';
      at += 3;
    } else if (text.startsWith('${', at)) {
      const end = closingBrace(text, at + 2);
      if (end === undefined) return { parts: [...parts, literal + text.slice(at)], unclosedAt: at };
      flush();
      parts.push({ expression: text.slice(at + 2, end), offset: at + 2 });
      at = end + 1;
    } else {
      literal += text.charAt(at);
      at += 1;
    }
  }
  flush();
  return { parts };
}

function closingBrace(text: string, from: number): number | undefined {
  let depth = 0;
  let quote: string | undefined;
  for (let at = from; at < text.length; at += 1) {
    const char = text[at];
    if (quote !== undefined) {
      if (char === '\\') at += 1;
      else if (char === quote) quote = undefined;
    } else if (char === '"' || char === "'") quote = char;
    else if (char === '{') depth += 1;
    else if (char === '}') {
      if (depth === 0) return at;
      depth -= 1;
    }
  }
  return undefined;
}
