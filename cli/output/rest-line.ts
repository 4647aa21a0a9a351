import { plural } from '../../report/index.ts';
import { fit } from './layout.ts';
import type { View } from './view.ts';

/** `… and 40 more devices: 38 done, 2 running`: what has no room, counted by its label in order of appearance. */
export function restLine<One>(
  rest: readonly One[],
  noun: string,
  labelOf: (one: One) => string,
  view: View,
): string {
  const counts = new Map<string, number>();
  for (const one of rest) {
    const label = labelOf(one);
    counts.set(label, (counts.get(label) ?? 0) + 1);
  }
  const counted = [...counts].map(([label, count]) => `${count} ${label}`).join(', ');
  return view.paint(
    'quiet',
    fit(`… and ${rest.length} more ${plural(rest.length, noun)}: ${counted}`, view.width),
  );
}
