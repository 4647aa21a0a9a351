export type { HostCredential } from './credential.ts';
export { canonicalJson, digestOf } from './digest.ts';
export { loadFleet, type Fleet, type FleetMemberFiles, type LoadedFleet } from './fleet.ts';
export { hostAndPort } from './host-address.ts';
export { unknownFamily, type Inventory, type InventoryEndpoint, type InventoryEntry } from './inventory.ts';
export { schemas } from './json-schema.ts';
export { parseKnownHosts, type KnownHostKey, type KnownHosts } from './known-hosts.ts';
export { loadDataFile, type LoadedData } from './load-data-file.ts';
export { loadInventory, type InventoryFiles, type LoadedInventory } from './load-inventory.ts';
export {
  checkRunbook,
  loadRunbook,
  runbookNames,
  type LoadedRunbook,
  type LoadRunbookOptions,
} from './load-runbook.ts';
export {
  nextWindow,
  readWindows,
  windowLook,
  windowsText,
  type MaintenanceWindow,
  type NextWindow,
} from './maintenance-windows.ts';
export {
  defaultSettings,
  loadSettings,
  runSettings,
  type LoadedSettings,
  type RunSettings,
} from './settings.ts';
export type { Settings } from './settings-schema.ts';
