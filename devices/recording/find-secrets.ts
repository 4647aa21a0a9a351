import { mark, patternOfSecret, shortestSecret } from '../masking.ts';
import { findAll, type Find } from './hidden.ts';
import type { Readings } from './readings.ts';

/** Finds known secrets in every reading of a text, also as programs write them: in base64, in a URL, quoted for a shell or for JSON. */
export function findSecrets(
  { stream, erased, screen, lines, raw }: Readings,
  secrets: readonly string[],
): Find[] {
  return formsOf(secrets).flatMap((secret) => {
    // What stands alone is only to be seen with the line ends.
    const readings = secret.length < shortestSecret ? [lines] : [stream, erased, screen, raw];
    return readings.flatMap((reading) => findAll(reading, patternOfSecret(secret), 'a known secret'));
  });
}

/** The same in a text that is none of a terminal: what was typed, what an error says. */
export function hideSecrets(text: string, secrets: readonly string[]): string {
  return formsOf(secrets).reduce((hidden, secret) => hidden.replace(patternOfSecret(secret), mark), text);
}

/** Longest first, so that a secret within another one leaves nothing of it. */
function formsOf(secrets: readonly string[]): string[] {
  const forms = secrets
    .filter((secret) => secret !== '')
    .flatMap((secret) => [
      secret,
      ...(secret.length < shortestSecret
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
