import { html } from 'ghtml';
import { printable } from '../format/printable.ts';

/** `html\`…${text}…!${markup}…\``: what stands in `${}` is escaped, what stands in `!${}` is markup already. */
export { html };

/** Text from a box or a person, safe as one line; {@link html} escapes it. */
export function safe(text: string): string {
  return printable(text);
}

/** Pieces of markup after each other. */
export function all<Item>(items: readonly Item[], piece: (item: Item, at: number) => string): string {
  return items.map(piece).join('');
}
