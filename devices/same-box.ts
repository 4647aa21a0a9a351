import type { Endpoint } from './session.ts';

/** More addresses than this with one host key are machines made from one image, not one box. */
const mostAddresses = 3;

/**
 * Which box an endpoint is, whoever logs in to it: so that nobody has two sessions on it. Its address counts, as seen from the last
 * jump host, and its host key: an inventory may name one box twice, by two addresses.
 */
export class SameBox {
  /** By host key: the boxes that were seen with it. */
  readonly #keys = new Map<string, Set<string>>();
  readonly #known = new Map<string, string>();

  keyOf(endpoint: Endpoint): string {
    const hops = [...(endpoint.via ?? []), endpoint];
    const address = hops.map(({ host, port }) => `${host}:${String(port)}`).join(' ');
    const known = this.#known.get(address);
    if (known !== undefined) return known;
    let same = address;
    for (const { blob, revoked } of endpoint.hostKeys) {
      if (revoked === true) continue;
      const seen = this.#keys.get(blob) ?? new Set<string>();
      this.#keys.set(blob, seen);
      const [first] = seen;
      // Those that were taken for one box before there were so many of them wait for each other no longer.
      if (!seen.has(address) && seen.size === mostAddresses)
        for (const one of seen) this.#known.set(one, one);
      seen.add(address);
      if (first !== undefined && seen.size <= mostAddresses) same = this.#known.get(first) ?? first;
    }
    this.#known.set(address, same);
    return same;
  }
}
