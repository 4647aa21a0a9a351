/**
 * How much of a stage is begun when: sizes of waves and budgets of failures, as runbooks, settings and operators write them. Pure,
 * and free of libraries: workflows read it too.
 */

/** A number of devices, or a part of those of a stage. */
export type Amount = { readonly count: number } | { readonly percent: number };

/** `2` or `10%`: whole numbers, at most 100%; undefined for anything else. */
export function readAmount(value: unknown): Amount | undefined {
  if (typeof value === 'number') return Number.isInteger(value) && value >= 0 ? { count: value } : undefined;
  if (typeof value !== 'string') return undefined;
  const [, digits, sign] = /^\s*(\d{1,6})\s*(%?)\s*$/.exec(value) ?? [];
  if (digits === undefined) return undefined;
  const number = Number(digits);
  if (sign === '') return { count: number };
  return number <= 100 ? { percent: number } : undefined;
}

/** A list of sizes, or a text such as `1, 10%, 100%`; undefined where one of them is none, or nothing. */
export function readWaves(value: unknown): readonly Amount[] | undefined {
  const items: unknown[] = typeof value === 'string' ? value.split(',') : Array.isArray(value) ? value : [];
  const sizes = items.map(readAmount);
  if (sizes.length === 0 || !sizes.every(isSize)) return undefined;
  return sizes;
}

/** A wave of nothing would never end. */
function isSize(amount: Amount | undefined): amount is Amount {
  return amount !== undefined && ('count' in amount ? amount.count > 0 : amount.percent > 0);
}

/** The name of the input that `${inputs.NAME}` means, and nothing else; undefined for any other value. */
export function inputNamed(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  return /^\$\{\s*inputs\.([a-zA-Z][a-zA-Z0-9_]*)\s*\}$/.exec(value)?.[1];
}
