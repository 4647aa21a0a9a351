import type { Cut } from './played-box.ts';

/** Each text in two pieces. */
export function cutAt(position: number, gapMs = 1): Cut {
  return { pieces: (bytes) => [bytes.subarray(0, position), bytes.subarray(position)], gapMs };
}

/** Each text in pieces of these sizes, over and over. */
export function cutInto(sizes: readonly number[], gapMs: number): Cut {
  return {
    pieces: (bytes) => {
      const pieces: Buffer[] = [];
      for (let at = 0, turn = 0; at < bytes.length; turn++) {
        const size = sizes[turn % sizes.length] ?? 1;
        pieces.push(bytes.subarray(at, at + size));
        at += size;
      }
      return pieces;
    },
    gapMs,
  };
}
