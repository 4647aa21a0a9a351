const dayMs = 86_400_000;

/** Whole days until `notAfter` (ISO), rounded down; negative once it has passed: -1 on the first day after. */
export function daysLeft(notAfter: string, now: Date): number {
  return Math.floor((Date.parse(notAfter) - now.getTime()) / dayMs);
}
