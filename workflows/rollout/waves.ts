import type { Amount } from '../../language/rollout.ts';

/**
 * Divides chains into waves by the sizes, the last of them again and again until nothing is left. Percentages are of all devices,
 * rounded up, at least one device. A chain is never divided: the wave that it begins in takes it whole, even where that makes the
 * wave larger. The order stays.
 */
export function splitIntoWaves<Device>(
  chains: readonly (readonly Device[])[],
  sizes: readonly Amount[],
): (readonly (readonly Device[])[])[] {
  const total = chains.reduce((sum, chain) => sum + chain.length, 0);
  const waves: (readonly Device[])[][] = [];
  let room = 0;
  for (const chain of chains) {
    if (chain.length === 0) continue;
    if (room <= 0) {
      room = sizeOf(sizes[Math.min(waves.length, sizes.length - 1)], total);
      waves.push([]);
    }
    waves.at(-1)?.push(chain);
    room -= chain.length;
  }
  return waves;
}

/** Without sizes everything is one wave. */
function sizeOf(amount: Amount | undefined, total: number): number {
  if (amount === undefined) return total;
  return 'count' in amount ? amount.count : Math.max(1, Math.ceil((amount.percent * total) / 100));
}

/** Chains with a device that comes first, before all others; within both the order stays. */
export function firstToFront<Device>(
  chains: readonly (readonly Device[])[],
  isFirst: (device: Device) => boolean,
): (readonly Device[])[] {
  const front = chains.filter((chain) => chain.some(isFirst));
  return [...front, ...chains.filter((chain) => !front.includes(chain))];
}

/** `1, then 3 × 100, then 40`: waves of one size next to each other are counted. */
export function sizesText(sizes: readonly number[]): string {
  const runs: { size: number; count: number }[] = [];
  for (const size of sizes) {
    const last = runs.at(-1);
    if (last?.size === size) last.count += 1;
    else runs.push({ size, count: 1 });
  }
  return runs
    .map(({ size, count }) => (count === 1 ? String(size) : `${String(count)} × ${String(size)}`))
    .join(', then ');
}
