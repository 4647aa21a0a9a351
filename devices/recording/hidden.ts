import { mark } from '../masking.ts';
import type { Reading } from './readings.ts';

/** A place in a text that is to be hidden, or replaced. */
export interface Find {
  /** Indexes of the characters concerned, ascending; not always side by side. */
  readonly at: readonly number[];
  /** What stands there instead. */
  readonly by: string;
  /** For the person who reads the recording: "a password hash". */
  readonly what: string;
}

/** Wherever the pattern (`g`) finds something, a mask is to stand. */
export function findAll({ text, at }: Reading, pattern: RegExp, what: string): Find[] {
  return [...text.matchAll(pattern)].map(({ index, 0: found }) => ({
    at: at.slice(index, index + found.length),
    by: mark,
    what,
  }));
}

/** Puts what was found out of a text. Of two finds in one place the first counts. */
export class Hidden {
  readonly #text: string;
  /** What stands at an index instead of its character. */
  readonly #instead = new Map<number, string>();
  readonly #counts = new Map<string, number>();

  constructor(text: string) {
    this.#text = text;
  }

  add(finds: readonly Find[]): this {
    for (const { at, by, what } of finds) {
      const free = at.filter((index) => index >= 0 && !this.#instead.has(index));
      const [first, ...rest] = free;
      if (first === undefined) continue;
      // A mask that goes on where another one ends needs no second mark.
      const touches = free.length < at.filter((index) => index >= 0).length;
      this.#instead.set(first, touches ? '' : by);
      for (const index of rest) this.#instead.set(index, '');
      if (!touches) this.count(new Map([[what, 1]]));
    }
    return this;
  }

  /** Counts what was hidden elsewhere along with what was hidden here. */
  count(more: ReadonlyMap<string, number>): void {
    for (const [what, times] of more) this.#counts.set(what, (this.#counts.get(what) ?? 0) + times);
  }

  /** The text from one index to another as it may be shown. */
  slice(from: number, to: number): string {
    let shown = '';
    for (let index = from; index < to; index += 1)
      shown += this.#instead.get(index) ?? this.#text[index] ?? '';
    return shown;
  }

  get counts(): ReadonlyMap<string, number> {
    return this.#counts;
  }
}
