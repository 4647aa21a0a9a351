/** A line in quotes, with what the eye does not see as `\\u…`: what a pattern of the profile has to match. */
export function visible(line: string): string {
  const shown = line.length > 120 ? `…${line.slice(-120)}` : line;
  return JSON.stringify(shown).replace(unseen, unicodeEscape);
}

/** What the eye does not see. */
export const unseen = /[^\x20-\x7e\p{L}\p{N}\p{P}\p{S}]/gu;

/** A sign as JSON, YAML and regular expressions write it. */
export function unicodeEscape(sign: string): string {
  return `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

const names: Readonly<Record<string, string>> = { '\r': '\\r', '\t': '\\t', '\x1b': '\\x1b', '\x07': '\\a' };

/** Lines as they came from a box, each control character made visible. */
export function visibleBytes(text: string): string[] {
  return text
    .split('\n')
    .map((line) =>
      line.replace(unseen, (sign) => names[sign] ?? `\\x${sign.charCodeAt(0).toString(16).padStart(2, '0')}`),
    );
}
