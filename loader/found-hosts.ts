import type { Issue } from '../errors/index.ts';
import type { SecretSource } from './credential.ts';
import { hostAndPort, normalAddress } from './host-address.ts';
import type { InventoryHost } from './inventory.ts';
import type { KnownHosts } from './known-hosts.ts';

/** What a reader of inventories needs beside the file. */
export interface HostContext {
  readonly knownHosts: KnownHosts;
  readonly sshPorts: readonly number[];
  /** Device families that there are, where that is known. */
  readonly families?: readonly string[];
}

export interface PlacedHost extends InventoryHost {
  /** Where it stands, for issues about it. */
  readonly place: Pick<Issue, 'file' | 'line' | 'column'>;
}

/** What a reader of inventories found. */
export interface FoundHosts {
  readonly hosts: readonly PlacedHost[];
  readonly jumpHosts: ReadonlyMap<string, InventoryHost>;
  /** By name, to be typed at prompts. */
  readonly secrets?: ReadonlyMap<string, SecretSource>;
  readonly issues: Issue[];
  readonly warnings: Issue[];
}

/**
 * Rows that cannot both be meant. One name for two addresses is only a warning (the entry's key then carries the address); one
 * address and port in two rows is a fault. Two rows that lead to one box by different addresses are found later, by its UUID.
 */
export function doubles(hosts: readonly PlacedHost[]): { issues: Issue[]; warnings: Issue[] } {
  const issues: Issue[] = [];
  const warnings: Issue[] = [];
  const byAddress = new Map<string, PlacedHost>();
  const byName = new Map<string, PlacedHost>();
  for (const host of hosts) {
    const address = hostAndPort(normalAddress(host.host), host.port);
    const same = byAddress.get(address);
    const named = byName.get(host.name);
    if (same !== undefined) {
      const twice =
        same.name === host.name
          ? `"${host.name}" stands twice`
          : `"${host.name}" and "${same.name}" have one address`;
      issues.push({ ...host.place, message: `${twice}: ${address}, first in line ${same.place.line}` });
    } else if (named !== undefined) {
      warnings.push({
        ...host.place,
        message: `a second box is called "${host.name}", the first in line ${named.place.line}`,
      });
    }
    if (same === undefined) byAddress.set(address, host);
    if (named === undefined) byName.set(host.name, host);
  }
  return { issues, warnings };
}
