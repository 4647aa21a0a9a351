import { mark } from '../masking.ts';
import { findAll, type Find } from './hidden.ts';
import type { Reading } from './readings.ts';

/** Texts that look like a secret. Best effort: nobody knows all forms. */
const forms: readonly (readonly [what: string, pattern: RegExp])[] = [
  ['a password hash', /\$(?:1|2[abxy]?|5|6|7|y|gy|sha1|scrypt|argon2\w*)\$[./A-Za-z0-9$=,+-]{8,}/g],
  ['the key of a cloud', /\b(?:AKIA|ASIA|AROA|AIDA)[A-Z0-9]{16}\b/g],
  ['a token', /\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*/g],
  ['a token', /\b(?:gh[pousr]|github_pat|glpat|xox[abprs])[-_][\w-]{16,}/g],
  ['a token', /(?<=\b(?:Authorization|X-Auth-[\w-]+|Cookie|Set-Cookie): ?(?:Bearer |Basic )?)[^\s]{6,}/gi],
  [
    'a value that is named as secret',
    /(?<=[\w.-]*(?:passw(?:or)?d|passphrase|secret|token|api[-_]?key|access[-_]?key|credential)[\w.-]*["']?[ \t]*[=:][ \t]*["']?)[^\s"',;*]{3,}/gi,
  ],
  [
    'a value that is named as secret',
    /(?<=\b(?:community|pre-shared-key(?: local| remote)?|key-string|secret \d|(?:tacacs|radius)(?:-server)? key)(?: \d)? )(?!\d\b)[^\s]{3,}/gi,
  ],
  ['a value that is named as secret', /(?<=\bpassw(?:or)?d (?:\d )?)[^\s]{3,}(?= (?:encrypted|pbkdf2))/gi],
];

/** Finds what looks like a secret in a text with its line ends. */
export function findLikely(lines: Reading): Find[] {
  return forms.flatMap(([what, pattern]) => findAll(lines, pattern, what));
}

/** The same in a line that was typed. */
export function hideLikely(text: string): string {
  return forms.reduce((hidden, [, pattern]) => hidden.replace(pattern, mark), text);
}
