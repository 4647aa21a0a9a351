/** A few names and how many more. */
export function names(all: readonly string[], shown = 3): string {
  const more = all.length - shown;
  return all.slice(0, shown).join(', ') + (more > 0 ? ` and ${more} more` : '');
}
