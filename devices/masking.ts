const mark = '********';
const privateKey = /-----BEGIN ([A-Z0-9 ]*PRIVATE KEY)-----[^]*?(?:-----END \1-----|$)/g;

/** Hides secrets in every text that leaves this folder. */
export interface Mask {
  (text: string): string;
}

/**
 * Makes a mask for the secrets in use, and for private keys in PEM form, also cut-off ones.
 * A secret shorter than four characters is hidden only where it stands alone: anywhere else it would garble the text
 * without hiding anything.
 */
export function createMask(secrets: readonly string[]): Mask {
  const patterns = [...new Set(secrets)]
    .filter((secret) => secret !== '')
    .sort((a, b) => b.length - a.length)
    .map((secret) => {
      const literal = secret.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
      return secret.length < 4 ? new RegExp(`(?<![\\w])${literal}(?![\\w])`, 'g') : new RegExp(literal, 'g');
    });
  return (text) => {
    let masked = text.includes('PRIVATE KEY')
      ? text.replace(privateKey, `-----BEGIN $1----- ${mark} -----END $1-----`)
      : text;
    for (const one of patterns) masked = masked.replace(one, mark);
    return masked;
  };
}
