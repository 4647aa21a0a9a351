import { z } from 'zod';

/**
 * A regular expression as text, in JavaScript's form, always used with the flag `u` off and `m` on unless the field says
 * otherwise. Kept as text so that a profile stays plain data.
 */
export const pattern = z
  .string()
  .min(1)
  .refine(
    (text) => {
      try {
        new RegExp(text);
        return true;
      } catch {
        return false;
      }
    },
    { error: 'not a valid regular expression' },
  )
  .describe('A JavaScript regular expression, without slashes.');

/** Compiles a pattern of a profile. Compiled forms are cached: profiles are read often and changed never. */
export function regex(text: string, flags = 'm'): RegExp {
  const key = `${flags}/${text}`;
  const known = compiled.get(key);
  if (known !== undefined) return known;
  const made = new RegExp(text, flags);
  compiled.set(key, made);
  return made;
}

const compiled = new Map<string, RegExp>();
