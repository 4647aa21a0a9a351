import type { ApplianceProfile, Endpoint, RootShell, Sessions } from '../devices/index.ts';
import type { InventoryRef } from '../workflows/contract.ts';

/** What a worker must supply to the activities. */
export interface ActivityDeps {
  readonly sessions: Sessions;
  /** The way to a box of the inventory. Throws INPUT_MISSING when the inventory has no such entry, INPUT_INVALID when it does not load. */
  endpoint(inventory: InventoryRef, entry: string, family?: string): Promise<Endpoint>;
  readonly settings: ActivitySettings;
  /** Folder that receives the reports. */
  readonly reportsFolder: string;
  /** Milliseconds since 1970. */
  now(): number;
}

/** The part of the site's settings that the activities need; milliseconds. */
export interface ActivitySettings {
  readonly readTaskTable: boolean;
  readonly pollGenerateMs: number;
  readonly verifyEveryMs: number;
  readonly verifyParkAfterMs: number;
}

export type { ApplianceProfile, RootShell };
