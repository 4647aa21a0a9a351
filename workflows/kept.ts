/** Asks for what is made of a thing; `from`: everything that it is made from. */
export type Kept<Owner extends object, Made> = (
  owner: Owner,
  from: readonly unknown[],
  make: () => Made,
) => Made;

/** Keeps what was made of a thing, and gives the same object again until something that it is made from is another. */
export function createKept<Owner extends object, Made>(): Kept<Owner, Made> {
  const kept = new WeakMap<Owner, { readonly from: readonly unknown[]; readonly made: Made }>();
  return (owner, from, make) => {
    const before = kept.get(owner);
    const isSame =
      before?.from.length === from.length && from.every((value, index) => value === before.from[index]);
    if (before !== undefined && isSame) return before.made;
    const made = make();
    kept.set(owner, { from, made });
    return made;
  };
}
