import type { Find } from './hidden.ts';
import { mark } from './hidden.ts';
import type { Reading, Readings } from './readings.ts';

/** Shorter ones are hidden only where they stand alone: anywhere else that would garble the text and hide nothing. */
const shortest = 4;

/** Finds known secrets in every reading of a text, also as programs write them: in base64, in a URL, quoted for a shell or for JSON. */
export function findSecrets(
  { stream, erased, screen, lines, raw }: Readings,
  secrets: readonly string[],
): Find[] {
  const finds: Find[] = [];
  for (const secret of formsOf(secrets)) {
    if (secret.length < shortest) finds.push(...alone(lines, secret));
    else for (const reading of [stream, erased, screen, raw]) finds.push(...within(reading, secret));
  }
  return finds;
}

/** The same in a text that is none of a terminal: what was typed, what an error says. */
export function hideSecrets(text: string, secrets: readonly string[]): string {
  let hidden = text;
  for (const secret of formsOf(secrets)) {
    if (secret.length >= shortest) hidden = hidden.replaceAll(secret, mark);
    else hidden = hidden.replace(new RegExp(`(?<!\\w)${escaped(secret)}(?!\\w)`, 'g'), mark);
  }
  return hidden;
}

/** Longest first, so that a secret within another one leaves nothing of it. */
function formsOf(secrets: readonly string[]): string[] {
  const forms = secrets
    .filter((secret) => secret !== '')
    .flatMap((secret) => [
      secret,
      ...(secret.length < shortest
        ? []
        : [
            encodeURIComponent(secret),
            JSON.stringify(secret).slice(1, -1),
            secret.replaceAll("'", `'\\''`),
            secret.replaceAll('"', '""'),
            secret.replace(/[^\w]/g, '\\$&'),
            secret.replace(/[^\w@%+=:,./-]/g, '\\$&'),
            secret
              .replaceAll('&', '&amp;')
              .replaceAll('"', '&quot;')
              .replaceAll("'", '&#39;')
              .replaceAll('<', '&lt;'),
            ...encoded(secret),
          ]),
    ]);
  return [...new Set(forms)].sort((a, b) => b.length - a.length);
}

/** In base64 as a part of a longer text too: whatever stands before it, without the letters that its neighbours have a part in. */
function encoded(secret: string): string[] {
  const bytes = Buffer.from(secret);
  const hex = bytes.toString('hex');
  const cores = [0, 1, 2].map((before) =>
    Buffer.concat([Buffer.alloc(before), bytes])
      .toString('base64')
      .slice(before === 0 ? 0 : before + 1)
      .replace(/=+$/, '')
      .slice(0, -1),
  );
  return [bytes.toString('base64'), ...cores, hex, hex.toUpperCase()].filter((form) => form.length >= 5);
}

function within({ text, at }: Reading, secret: string): Find[] {
  const finds: Find[] = [];
  for (let from = text.indexOf(secret); from >= 0; from = text.indexOf(secret, from + secret.length))
    finds.push({ at: [...at.slice(from, from + secret.length)], by: mark, what: 'a known secret' });
  return finds;
}

function alone({ text, at }: Reading, secret: string): Find[] {
  return [...text.matchAll(new RegExp(`(?<!\\w)${escaped(secret)}(?!\\w)`, 'g'))].map(({ index }) => ({
    at: at.slice(index, index + secret.length),
    by: mark,
    what: 'a known secret',
  }));
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
