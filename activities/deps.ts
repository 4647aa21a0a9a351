import type { ApplianceProfile, Endpoint, FaultEntry, RootShell, Sessions } from '../devices/index.ts';
import type { InventoryRef, SiteSettings } from '../workflows/contract.ts';

/** What a worker must supply to the activities. */
export interface ActivityDeps {
  readonly sessions: Sessions;
  /** The way to a box of the inventory. Throws INPUT_MISSING when the inventory has no such entry, INPUT_INVALID when it does not load. */
  endpoint(inventory: InventoryRef, entry: string, family?: string): Promise<Endpoint>;
  /** What is known to go wrong with boxes of a family. */
  faults(family: string): readonly FaultEntry[];
  /** The worker's own; a run may bring others. */
  readonly settings: SiteSettings;
  /** Folder that receives the reports. */
  readonly reportsFolder: string;
  /** Milliseconds since 1970. */
  now(): number;
}

export type { ApplianceProfile, RootShell };
