import { dirname, resolve } from 'node:path';
import { formatPlace, type Issue } from '../errors/index.ts';
import { didYouMean } from '../language/index.ts';
import { digestOf } from './digest.ts';
import { fleetFile, type FleetFile } from './fleet-schema.ts';
import { hostAndPort } from './host-address.ts';
import type { Inventory, InventoryEndpoint } from './inventory.ts';
import { inFileOrder } from './issue-order.ts';
import { loadInventory } from './load-inventory.ts';
import { schemaFaults } from './schema-faults.ts';
import type { Settings } from './settings-schema.ts';
import { readTextFile } from './text-file.ts';
import { parseYaml, type PlacedFault } from './yaml-source.ts';

/** A member of a fleet with its inventory, checked. */
export interface FleetMemberFiles {
  readonly name: string;
  readonly order: number;
  /** Where the file names its inventory: `fleet.yaml:7:26`. */
  readonly place: string;
  /** Absolute. */
  readonly inventory: string;
  readonly knownHosts?: string;
  readonly inventoryDigest: string;
  readonly loaded: Inventory;
  readonly devices?: readonly string[];
  /** Those of the fleet, with its own over them. */
  readonly inputs: Readonly<Record<string, string | number | boolean>>;
  readonly change?: string;
}

export interface Fleet {
  readonly file: string;
  readonly name: string;
  /** sha-256 over the checked file; the inventories have digests of their own. */
  readonly digest: string;
  readonly change?: string;
  readonly limits: FleetFile['limits'];
  readonly canary?: { readonly member: string; readonly approve: boolean };
  readonly members: readonly FleetMemberFiles[];
}

export type LoadedFleet =
  | { readonly ok: true; readonly fleet: Fleet; readonly warnings: readonly Issue[] }
  | { readonly ok: false; readonly issues: Issue[] };

/**
 * Reads and checks a fleet file with all inventories it names; every fault at once, nothing touched. A box that stands in two
 * inventories, by its address and the way there, is a fault: two runs would work on it at once.
 */
export function loadFleet(file: string, settings?: Pick<Settings, 'sshPorts'>): LoadedFleet {
  const read = readTextFile(file, 'fleet file');
  if (!read.ok) return read;
  const source = parseYaml(read.text, file);
  const value = source.value ?? {};
  const faults = source.value === undefined && source.issues.length > 0 ? [] : schemaFaults(fleetFile, value);
  const issues = [...source.issues, ...faults.map((fault) => source.issue(fault))];
  if (issues.length > 0) return { ok: false, issues: inFileOrder(issues) };
  const parsed = fleetFile.parse(value);
  const placed: PlacedFault[] = [...doubleNames(parsed), ...unknownCanary(parsed)];
  const members: FleetMemberFiles[] = [];
  const ofInventories: Issue[] = [];
  const warnings: Issue[] = [];
  const folder = dirname(resolve(file));
  parsed.members.forEach((member, at) => {
    const inventory = resolve(folder, member.inventory);
    const knownHosts = member.knownHosts === undefined ? undefined : resolve(folder, member.knownHosts);
    const loaded = loadInventory({ inventory, knownHosts, settings });
    if (!loaded.ok) {
      placed.push({
        path: ['members', at, 'inventory'],
        message: `${member.name}: ${loaded.issues.length === 1 ? 'a fault' : `${String(loaded.issues.length)} faults`} in its inventory`,
      });
      ofInventories.push(...loaded.issues);
      return;
    }
    warnings.push(...loaded.warnings);
    const { inputs = {}, change, devices } = member;
    members.push({
      name: member.name,
      order: member.order,
      place: formatPlace(source.issue({ path: ['members', at, 'inventory'], message: '' })),
      inventory,
      ...(knownHosts === undefined ? {} : { knownHosts }),
      inventoryDigest: loaded.digest,
      loaded: loaded.inventory,
      ...(devices === undefined ? {} : { devices }),
      inputs: { ...parsed.inputs, ...inputs },
      ...((change ?? parsed.change) === undefined ? {} : { change: change ?? parsed.change ?? '' }),
    });
  });
  placed.push(...overlaps(parsed, members));
  if (placed.length > 0)
    return {
      ok: false,
      issues: [...inFileOrder(placed.map((fault) => source.issue(fault))), ...ofInventories],
    };
  return {
    ok: true,
    warnings,
    fleet: {
      file: resolve(file),
      name: parsed.name,
      digest: digestOf(parsed),
      ...(parsed.change === undefined ? {} : { change: parsed.change }),
      limits: parsed.limits,
      ...(parsed.canary === undefined ? {} : { canary: parsed.canary }),
      members,
    },
  };
}

function doubleNames({ members }: FleetFile): PlacedFault[] {
  return members.flatMap(({ name }, at) =>
    members.findIndex((other) => other.name === name) === at
      ? []
      : [{ path: ['members', at, 'name'], message: `a second member is called "${name}"` }],
  );
}

function unknownCanary({ members, canary }: FleetFile): PlacedFault[] {
  const names = members.map(({ name }) => name);
  if (canary === undefined || names.includes(canary.member)) return [];
  const hint = didYouMean(canary.member, names);
  return [
    {
      path: ['canary', 'member'],
      message: `there is no member "${canary.member}"`,
      ...(hint === undefined ? {} : { hint }),
    },
  ];
}

/** Boxes that stand in the inventories of two members; said at the second. */
function overlaps({ members: written }: FleetFile, members: readonly FleetMemberFiles[]): PlacedFault[] {
  const seen = new Map<string, { member: string; box: string }>();
  return members.flatMap((member) => {
    const doubles = new Map<string, string[]>();
    for (const { key, name, host, port, site = '' } of member.loaded.entries) {
      const place = `${site} ${placeOf(member.loaded.endpoint(key))}`;
      const first = seen.get(place);
      if (first === undefined) seen.set(place, { member: member.name, box: name });
      else if (first.member !== member.name)
        doubles.set(first.member, [
          ...(doubles.get(first.member) ?? []),
          `${hostAndPort(host, port)} (${name}${first.box === name ? '' : `, there ${first.box}`})`,
        ]);
    }
    const at = written.findIndex(({ name }) => name === member.name);
    return [...doubles].map(([other, boxes]) => ({
      path: ['members', at, 'inventory'],
      message: `${boxes.length === 1 ? 'a box stands' : `${String(boxes.length)} boxes stand`} in the inventory of ${other} too: ${boxes.slice(0, 3).join(', ')}${boxes.length > 3 ? ', …' : ''}`,
      hint: 'a box belongs to one member: two runs must not work on it at once',
    }));
  });
}

/** Where a box is: the same address behind another jump host, or at another site, is another box. */
function placeOf({ host, port, via = [] }: InventoryEndpoint): string {
  return [...via, { host, port }].map((one) => hostAndPort(one.host.toLowerCase(), one.port)).join(' > ');
}
