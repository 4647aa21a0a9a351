import { RunbookError } from '../errors/index.ts';
import type { HostCredential, SecretSource } from './credential.ts';
import { hostAndPort } from './host-address.ts';
import type { KnownHostKey } from './known-hosts.ts';

/** A row of the inventory, without anything secret. */
export interface InventoryEntry {
  /** Stable and unique: the name, or `name@host:port` where a name occurs twice. */
  readonly key: string;
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly username: string;
  /** Device family, where the inventory says it; otherwise the box says what it is. */
  readonly family?: string;
  /** Names of jump hosts, nearest to the engine first. */
  readonly via?: readonly string[];
  /** Site whose worker reaches it; without one the worker that runs the workflows does. */
  readonly site?: string;
}

/** `Endpoint` of devices/session.ts: how a box is reached and who logs in. */
export interface InventoryEndpoint {
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly family: string;
  readonly hostKeys: readonly KnownHostKey[];
  readonly credential: HostCredential;
  readonly via?: readonly InventoryEndpoint[];
}

export interface Inventory {
  readonly entries: readonly InventoryEntry[];
  readonly entry: (key: string) => InventoryEntry | undefined;
  /**
   * How to reach a box. `family`: what the box turned out to be; without it the inventory's word counts, then
   * {@link unknownFamily}. Throws INPUT_INVALID for a key that the inventory does not have.
   */
  readonly endpoint: (key: string, family?: string) => InventoryEndpoint;
  /**
   * A secret to be typed at a prompt: one that the inventory names, or the password of the entry of this name. Rejects with
   * INPUT_INVALID when there is none.
   */
  readonly secret: (name: string) => Promise<string>;
}

/** Family that describes the dialogue of a box which has not yet said what it is: see devices/families. */
export const unknownFamily = 'cisco-firepower';
/** Family of a jump host that says nothing else. */
export const jumpHostFamily = 'linux';

/** A box as a reader of inventories found it. */
export interface InventoryHost {
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly username: string;
  readonly family?: string;
  readonly via?: readonly string[];
  readonly site?: string;
  readonly hostKeys: readonly KnownHostKey[];
  readonly credential: HostCredential;
}

/** Puts hosts together; `jumpHosts` by name. Every name in a `via` must be among them. */
export function makeInventory(
  hosts: readonly InventoryHost[],
  jumpHosts: ReadonlyMap<string, InventoryHost>,
  secrets: ReadonlyMap<string, SecretSource> = new Map(),
): Inventory {
  const keys = keysOf(hosts);
  const byKey = new Map(hosts.map((host, index) => [keys[index] ?? host.name, host]));
  const entries = [...byKey].map(([key, host]) => entryOf(key, host));
  const entryByKey = new Map(entries.map((entry) => [entry.key, entry]));
  return {
    entries,
    entry: (key) => entryByKey.get(key),
    endpoint(key, family) {
      const host = byKey.get(key);
      if (host === undefined) throw new RunbookError('INPUT_INVALID', `The inventory has no entry "${key}".`);
      return endpointOf(host, jumpHosts, family ?? host.family ?? unknownFamily);
    },
    async secret(name) {
      const named = secrets.get(name);
      if (named !== undefined) return named();
      const host = byKey.get(name);
      if (host !== undefined) return await host.credential.password();
      throw new RunbookError('INPUT_INVALID', `The inventory has no secret and no entry "${name}".`, {
        state: 'Nothing was typed.',
        remedy: 'Name it under `secrets` of a YAML inventory, or name an entry; then answer again.',
      });
    },
  };
}

/** What a digest of the inventory is made over: nothing secret, and nothing derived from a secret. */
export function publicView(
  hosts: readonly InventoryHost[],
  jumpHosts: ReadonlyMap<string, InventoryHost>,
): unknown {
  const view = ({ name, host, port, username, family, via, site, hostKeys }: InventoryHost): unknown => ({
    name,
    host,
    port,
    username,
    family,
    via,
    site,
    hostKeys: hostKeys
      .map(({ type, blob, revoked }) => `${revoked === true ? '@revoked ' : ''}${type} ${blob}`)
      .sort(),
  });
  return { entries: hosts.map(view), jumpHosts: [...jumpHosts.values()].map(view) };
}

function keysOf(hosts: readonly InventoryHost[]): string[] {
  const count = new Map<string, number>();
  for (const { name } of hosts) count.set(name, (count.get(name) ?? 0) + 1);
  return hosts.map(({ name, host, port }) =>
    (count.get(name) ?? 0) > 1 ? `${name}@${hostAndPort(host, port)}` : name,
  );
}

function entryOf(
  key: string,
  { name, host, port, username, family, via, site }: InventoryHost,
): InventoryEntry {
  return {
    key,
    name,
    host,
    port,
    username,
    ...(family === undefined ? {} : { family }),
    ...(via === undefined || via.length === 0 ? {} : { via }),
    ...(site === undefined ? {} : { site }),
  };
}

function endpointOf(
  host: InventoryHost,
  jumpHosts: ReadonlyMap<string, InventoryHost>,
  family: string,
): InventoryEndpoint {
  const via = (host.via ?? []).flatMap((name) => jumpHosts.get(name) ?? []);
  return {
    name: host.name,
    host: host.host,
    port: host.port,
    family,
    hostKeys: host.hostKeys,
    credential: host.credential,
    ...(via.length === 0
      ? {}
      : { via: via.map((jump) => endpointOf(jump, jumpHosts, jump.family ?? jumpHostFamily)) }),
  };
}
