import { setTimeout as sleep } from 'node:timers/promises';

/** How long a test waits, and how often it looks meanwhile. */
export interface Patience {
  readonly withinMs: number;
  readonly everyMs: number;
}

/** Looks until it holds; a look that fails is one at something that is not there yet. Throws with what was seen last, in the end. */
export async function untilSeen<T>(
  what: string,
  look: () => Promise<T>,
  holds: (seen: T) => boolean,
  { withinMs, everyMs }: Patience,
): Promise<T> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const seen = await look().catch(() => undefined);
    if (seen !== undefined && holds(seen)) return seen;
    if (Date.now() > deadline)
      throw new Error(`${what} does not come there: ${JSON.stringify(seen, undefined, 1)}`);
    await sleep(everyMs);
  }
}
