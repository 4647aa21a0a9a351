import { isIPv6 } from 'node:net';
import { literal } from '../literal.ts';
import type { Find } from './hidden.ts';
import type { Reading } from './readings.ts';

type Kind = 'IPv4' | 'IPv6' | 'MAC' | 'UUID' | 'name';

/** Numbers that may stand for anything else, from 1, in the ranges that are kept for documentation. */
const made: Readonly<Record<Kind, (number: number) => string>> = {
  IPv4: (n) =>
    `${['192.0.2', '198.51.100', '203.0.113'][Math.floor((n - 1) / 254)] ?? `198.18.${Math.floor((n - 1) / 254)}`}.${((n - 1) % 254) + 1}`,
  IPv6: (n) => `2001:db8::${n.toString(16)}`,
  MAC: (n) => `00:00:5e:00:53:${(n % 256).toString(16).padStart(2, '0')}`,
  UUID: (n) => `00000000-0000-4000-8000-${n.toString(16).padStart(12, '0')}`,
  name: (n) => `box-${n}`,
};

/** Names that say nothing about whose box it is. */
const common =
  /^(?:firepower|localhost|root|admin|bash|sh|telnet|fmc|ftd|lina|enable|system|none|unknown|box-\d+)$/i;

/** Replaces names and addresses, the same one always by the same. */
export class Anonymiser {
  readonly #known = new Map<string, string>();
  readonly #numbers = new Map<Kind, number>();
  readonly #names: string[] = [];

  /** Names and addresses of the inventory, with those that the prompts show. */
  constructor(names: readonly string[], prompts: readonly string[]) {
    for (const name of [...names, ...prompts.flatMap(namesIn)]) {
      if (name.length < 2 || /^[\d.:]+$/.test(name) || common.test(name)) continue;
      if (!this.#names.some((known) => known.toLowerCase() === name.toLowerCase())) this.#names.push(name);
    }
    this.#names.sort((a, b) => b.length - a.length);
  }

  find({ text, at }: Reading): Find[] {
    return this.#places(text).map(({ from, length, by }) => ({
      at: at.slice(from, from + length),
      by,
      what: 'a name or an address',
    }));
  }

  replace(text: string): string {
    let replaced = '';
    let done = 0;
    for (const { from, length, by } of this.#places(text)) {
      replaced += text.slice(done, from) + by;
      done = from + length;
    }
    return replaced + text.slice(done);
  }

  /** In order, none within another. */
  #places(text: string): { from: number; length: number; by: string }[] {
    const places: { from: number; length: number; kind: Kind; found: string }[] = [];
    const add = (
      kind: Kind,
      pattern: RegExp,
      fits: (found: string, before: string) => boolean = () => true,
    ): void => {
      for (const { index, 0: found } of text.matchAll(pattern)) {
        const isTaken = places.some(
          ({ from, length }) => index < from + length && index + found.length > from,
        );
        if (isTaken || !fits(found, text.slice(Math.max(0, index - 12), index))) continue;
        places.push({ from: index, length: found.length, kind, found });
      }
    };
    add('UUID', /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi);
    add('MAC', /(?<![\w:])(?:[0-9a-f]{2}:){5}[0-9a-f]{2}(?![\w:])/gi);
    for (const name of this.#names)
      add('name', new RegExp(`(?<![\\w.-])${literal(name)}(?:\\.[a-z][\\w-]*)*(?![\\w])`, 'gi'));
    add(
      'IPv6',
      /(?<![\w:.])(?:[0-9a-f]{0,4}:){2,7}[0-9a-f]{0,4}(?![\w:])/gi,
      (found) => isIPv6(found) && !/^::1?$/.test(found),
    );
    add('IPv4', /(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w]|\.\d)/g, isAddress);
    return places
      .sort((a, b) => a.from - b.from)
      .map(({ from, length, kind, found }) => ({ from, length, by: this.#standIn(kind, found) }));
  }

  #standIn(kind: Kind, found: string): string {
    // A name with its domain and without is one box.
    const own =
      kind === 'name'
        ? this.#names.find((name) => found.toLowerCase().startsWith(name.toLowerCase()))
        : found;
    const key = `${kind} ${(own ?? found).toLowerCase()}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const number = (this.#numbers.get(kind) ?? 0) + 1;
    this.#numbers.set(kind, number);
    const standIn = made[kind](number);
    this.#known.set(key, standIn);
    return standIn;
  }
}

function isAddress(found: string, before: string): boolean {
  const parts = found.split('.').map(Number);
  if (parts.some((part) => part > 255) || /version[ :=]*$|\bv$/i.test(before)) return false;
  const [first = 0] = parts;
  return first !== 0 && first !== 127 && first !== 255;
}

/** Names that a prompt shows: `admin@NAME:~$`, `NAME#`, `NAME login:`. */
function namesIn(prompt: string): string[] {
  const found =
    /@([-.\w]+?)[:\s\]~]/.exec(prompt) ??
    /^([-.\w]+?)(?:-module\d+)?(?:\([-\w]+\))?[#>] ?$/.exec(prompt) ??
    /^([-.\w]+) login: ?$/.exec(prompt);
  return found?.[1] === undefined ? [] : [found[1]];
}
