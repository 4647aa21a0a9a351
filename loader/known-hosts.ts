import { createHmac } from 'node:crypto';
import type { Issue } from '../errors/index.ts';
import { normalAddress } from './host-address.ts';
import { parseHostKey } from './host-key.ts';

/** A key that is known for a host, in the form of `HostKey` in devices/session.ts. */
export interface KnownHostKey {
  readonly type: string;
  readonly blob: string;
  /** `@revoked`: a box that shows this key is refused. */
  readonly revoked?: true;
}

export interface KnownHosts {
  /**
   * Keys for a host and port: those of `[host]:port` (for 22: `host`); where there is none, those of `host` alone, as OpenSSH does.
   * A key that is also revoked is given as revoked only.
   */
  hostKeysFor(host: string, port: number): readonly KnownHostKey[];
  /**
   * Ports for which the file has a key of this host, ascending: from lines that name the host; else from hashed lines, tried with
   * port 22 and `hashedPorts`; else from patterns with `*` or `?`.
   */
  portsFor(host: string, hashedPorts?: readonly number[]): readonly number[];
}

export interface ParsedKnownHosts {
  readonly knownHosts: KnownHosts;
  /** Lines that cannot be read. */
  readonly issues: Issue[];
  /** Lines that are read and have no effect. */
  readonly warnings: Issue[];
}

interface HashedLine {
  readonly salt: Buffer;
  readonly hash: Buffer;
  readonly key: KnownHostKey;
}

interface PatternLine {
  readonly patterns: readonly { readonly negated: boolean; readonly test: RegExp; readonly port: number }[];
  readonly key: KnownHostKey;
}

/** Names as OpenSSH writes them: the host, or `[host]:port` for a port other than 22. */
function hostName(host: string, port: number): string {
  return port === 22 ? normalAddress(host) : `[${normalAddress(host)}]:${port}`;
}

/**
 * OpenSSH's known_hosts (sshd(8), "SSH_KNOWN_HOSTS FILE FORMAT"): comma lists, `[host]:port`, `*`, `?`, `!`, hashed names,
 * `@revoked`. `@cert-authority` has no effect here and is a warning. Indexed once; a look-up does not scan the named lines.
 */
export function parseKnownHosts(text: string, file: string): ParsedKnownHosts {
  const named = new Map<string, KnownHostKey[]>();
  const ports = new Map<string, Set<number>>();
  let hashed: HashedLine[] = [];
  const patterned: PatternLine[] = [];
  const issues: Issue[] = [];
  const warnings: Issue[] = [];

  text
    .replace(/^\uFEFF/, '')
    .split('\n')
    .forEach((raw, index) => {
      const line = raw.replace(/\r$/, '');
      const words = [...line.matchAll(/\S+/g)].map((match) => ({ text: match[0], column: match.index + 1 }));
      if (words.length === 0 || words[0]?.text.startsWith('#')) return;
      const issue = (message: string, column = 1): Issue => ({ file, line: index + 1, column, message });
      const marker = words[0]?.text.startsWith('@') ? words.shift() : undefined;
      if (marker?.text === '@cert-authority') {
        warnings.push(
          issue(
            '@cert-authority is not supported: host keys signed by this authority are not known by it',
            marker.column,
          ),
        );
        return;
      }
      if (marker !== undefined && marker.text !== '@revoked') {
        issues.push(issue(`unknown marker ${marker.text}`, marker.column));
        return;
      }
      const [hosts, type, blob] = words;
      const key = parseHostKey(type?.text, blob?.text);
      if (hosts === undefined || 'fault' in key) {
        issues.push(
          issue('fault' in key ? key.fault : 'the line has no host', (blob ?? type ?? hosts)?.column),
        );
        return;
      }
      const known: KnownHostKey = marker === undefined ? key : { ...key, revoked: true };
      const fault = addHosts(hosts.text, known);
      if (fault !== undefined) issues.push(issue(fault, hosts.column));
    });

  function addHosts(list: string, key: KnownHostKey): string | undefined {
    if (list.startsWith('|')) {
      const [, , salt = '', hash = ''] = /^\|(1)\|([A-Za-z0-9+/]+=*)\|([A-Za-z0-9+/]+=*)$/.exec(list) ?? [];
      const line = { salt: Buffer.from(salt, 'base64'), hash: Buffer.from(hash, 'base64'), key };
      if (line.hash.length !== 20 || line.salt.length === 0) return 'a hashed name is |1|salt|hash';
      hashed.push(line);
      return undefined;
    }
    const names = list.split(',');
    if (names.some((name) => name === '' || name === '!')) return 'an empty name in the list of hosts';
    if (names.some((name) => /[*?!]/.test(name))) {
      patterned.push({ patterns: names.map(patternOf), key });
      return undefined;
    }
    for (const name of names) {
      const { host, port } = splitName(name);
      if (Number.isNaN(port)) return `${name}: not a port`;
      push(named, hostName(host, port), key);
      // A revoked key says nothing about where the host listens.
      if (key.revoked === undefined)
        ports.set(normalAddress(host), (ports.get(normalAddress(host)) ?? new Set()).add(port));
    }
    return undefined;
  }

  function lookUp(host: string, port: number): KnownHostKey[] {
    const name = hostName(host, port);
    const matched = hashed.filter((line) => matchesHash(line, name));
    // A hash stands for one name: what has matched is never tried again, which halves the work for a whole inventory.
    if (matched.length > 0) hashed = hashed.filter((line) => !matched.includes(line));
    return [
      ...(named.get(name) ?? []),
      ...matched.map(({ key }) => key),
      ...patterned.filter(({ patterns }) => matchesPatterns(patterns, name)).map(({ key }) => key),
    ];
  }

  const anyHashed = hashed.length > 0;
  const found = new Map<string, readonly KnownHostKey[]>();
  function cached(host: string, port: number): readonly KnownHostKey[] {
    const name = hostName(host, port);
    let keys = found.get(name);
    if (keys === undefined) {
      keys = withoutRevoked(lookUp(host, port));
      found.set(name, keys);
    }
    return keys;
  }

  const knownHosts: KnownHosts = {
    hostKeysFor(host, port) {
      const own = cached(host, port);
      if (port === 22 || own.some(({ revoked }) => revoked === undefined)) return own;
      return withoutRevoked([...own, ...cached(host, 22)]);
    },
    portsFor(host, hashedPorts = []) {
      const explicit = ports.get(normalAddress(host));
      if (explicit !== undefined) return [...explicit].sort((a, b) => a - b);
      const patternPorts = patterned.flatMap(({ patterns }) => patterns.map(({ port }) => port));
      const hashedFirst = anyHashed ? [22, ...hashedPorts] : [];
      for (const candidates of [hashedFirst, patternPorts]) {
        const usable = [...new Set(candidates)].filter((port) =>
          cached(host, port).some(({ revoked }) => revoked === undefined),
        );
        if (usable.length > 0) return usable.sort((a, b) => a - b);
      }
      return [];
    },
  };
  return { knownHosts, issues, warnings };
}

function splitName(name: string): { host: string; port: number } {
  const [, host, port] = /^\[(.+)\]:(\d+)$/.exec(name) ?? [];
  if (host === undefined) return { host: name, port: name.startsWith('[') ? Number.NaN : 22 };
  const number = Number(port);
  return { host, port: number >= 1 && number <= 65_535 ? number : Number.NaN };
}

/** `*` and `?` as OpenSSH has them; everything else is literal. */
function patternOf(pattern: string): { negated: boolean; test: RegExp; port: number } {
  const negated = pattern.startsWith('!');
  const body = (negated ? pattern.slice(1) : pattern).toLowerCase();
  const source = body
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replace(/\*+/g, '.*')
    .replace(/\?/g, '.');
  const port = Number(/\]:(\d+)$/.exec(body)?.[1] ?? 22);
  return { negated, test: new RegExp(`^${source}$`), port };
}

function matchesPatterns(patterns: PatternLine['patterns'], name: string): boolean {
  const hits = patterns.filter(({ test }) => test.test(name));
  return hits.length > 0 && !hits.some(({ negated }) => negated);
}

function matchesHash({ salt, hash }: HashedLine, name: string): boolean {
  return createHmac('sha1', salt).update(name).digest().equals(hash);
}

function withoutRevoked(keys: readonly KnownHostKey[]): readonly KnownHostKey[] {
  const revoked = new Set(keys.filter((key) => key.revoked).map(({ blob }) => blob));
  const unique = new Map(
    keys.filter((key) => key.revoked || !revoked.has(key.blob)).map((key) => [key.blob, key]),
  );
  return [...unique.values()];
}

function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const values = map.get(key);
  if (values === undefined) map.set(key, [value]);
  else values.push(value);
}
