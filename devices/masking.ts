import { literal } from './literal.ts';

/** What a mask leaves behind. */
export const mark = '********';
const privateKey = /-----BEGIN ([A-Z0-9 ]*PRIVATE KEY)-----[^]*?(?:-----END \1-----|$)/g;

/** Hides secrets in every text that leaves this folder. */
export interface Mask {
  (text: string): string;
}

/**
 * Makes a mask for the secrets in use, see {@link patternOfSecret}, and for private keys in PEM form, also cut-off ones.
 */
export function createMask(secrets: readonly string[]): Mask {
  const patterns = [...new Set(secrets)]
    .filter((secret) => secret !== '')
    .sort((a, b) => b.length - a.length)
    .map(patternOfSecret);
  return (text) => {
    let masked = text.includes('PRIVATE KEY')
      ? text.replace(privateKey, `-----BEGIN $1----- ${mark} -----END $1-----`)
      : text;
    for (const one of patterns) masked = masked.replace(one, mark);
    return masked;
  };
}

/** Secrets shorter than this are hidden only where they stand alone: anywhere else that would garble the text and hide nothing. */
export const shortestSecret = 4;

/** Finds a secret wherever it is to be hidden. */
export function patternOfSecret(secret: string): RegExp {
  const text = literal(secret);
  return new RegExp(secret.length < shortestSecret ? `(?<!\\w)${text}(?!\\w)` : text, 'g');
}
