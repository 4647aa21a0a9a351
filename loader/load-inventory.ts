import type { Issue } from '../errors/index.ts';
import { csvHosts } from './csv-hosts.ts';
import { digestOf } from './digest.ts';
import { doubles, type FoundHosts } from './found-hosts.ts';
import { inFileOrder } from './issue-order.ts';
import { makeInventory, publicView, type Inventory } from './inventory.ts';
import { parseKnownHosts, type ParsedKnownHosts } from './known-hosts.ts';
import { defaultSettings } from './settings.ts';
import type { Settings } from './settings-schema.ts';
import { readTextFile } from './text-file.ts';
import { yamlHosts } from './yaml-hosts.ts';

export interface InventoryFiles {
  /** Cisco's `devices.csv`, or a YAML inventory (`.yaml`, `.yml`). */
  readonly inventory: string;
  /** OpenSSH known_hosts. Without it only the host keys of a YAML inventory are known. */
  readonly knownHosts?: string | undefined;
  readonly settings?: Pick<Settings, 'sshPorts'> | undefined;
  /** Device families that there are. Without it any name is taken: a worker elsewhere may know it. */
  readonly families?: readonly string[] | undefined;
}

export type LoadedInventory =
  | {
      readonly ok: true;
      readonly inventory: Inventory;
      /** sha-256 over names, addresses, ports, users, families, routes and host keys; nothing secret, nothing derived from it. */
      readonly digest: string;
      /** What the operator should know and need not mend. */
      readonly warnings: readonly Issue[];
    }
  | { readonly ok: false; readonly issues: Issue[] };

/**
 * Reads and checks inventory and known_hosts; all faults of both at once, nothing touched, never throws for a fault of a file.
 * Passwords are not kept: an endpoint's credential reads them from their file when they are needed. An entry without any known
 * host key is an entry all the same; its connection will be refused by name.
 */
export function loadInventory(files: InventoryFiles): LoadedInventory {
  const { issues, warnings, knownHosts } = readKnownHosts(files.knownHosts);
  const { sshPorts } = files.settings ?? defaultSettings;
  const read = readTextFile(files.inventory, 'inventory');
  if (!read.ok) return { ok: false, issues: [...read.issues, ...issues] };
  const reader = /\.ya?ml$/i.test(files.inventory) ? yamlHosts : csvHosts;
  const found: FoundHosts = reader(read.text, files.inventory, {
    knownHosts,
    sshPorts,
    ...(files.families === undefined ? {} : { families: files.families }),
  });
  const twice = doubles(found.hosts);
  const all = inFileOrder([...found.issues, ...twice.issues]);
  if (all.length > 0 || issues.length > 0) return { ok: false, issues: [...all, ...issues] };
  return {
    ok: true,
    inventory: makeInventory(found.hosts, found.jumpHosts, found.secrets),
    digest: digestOf(publicView(found.hosts, found.jumpHosts)),
    warnings: [...found.warnings, ...twice.warnings, ...warnings],
  };
}

function readKnownHosts(file: string | undefined): ParsedKnownHosts {
  if (file === undefined) return parseKnownHosts('', '');
  const read = readTextFile(file, 'known_hosts file');
  return read.ok ? parseKnownHosts(read.text, file) : { ...parseKnownHosts('', file), issues: read.issues };
}
