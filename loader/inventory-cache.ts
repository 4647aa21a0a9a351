import { statSync } from 'node:fs';
import { loadInventory, type InventoryFiles, type LoadedInventory } from './load-inventory.ts';

/**
 * {@link loadInventory} for a process that asks again and again, a worker: a loaded inventory is kept until one of its files
 * changes. Reading a thousand devices with hashed host names takes seconds of the event loop. An inventory with faults is read
 * again each time.
 */
export function inventoryCache(): (files: InventoryFiles) => LoadedInventory {
  const kept = new Map<string, { readonly stamps: string; readonly loaded: LoadedInventory }>();
  return (files) => {
    const key = JSON.stringify([files.inventory, files.knownHosts, files.settings?.sshPorts]);
    const stamps = [files.inventory, files.knownHosts].map(stampOf).join('|');
    const before = kept.get(key);
    if (before?.stamps === stamps) return before.loaded;
    const loaded = loadInventory(files);
    if (loaded.ok) kept.set(key, { stamps, loaded });
    else kept.delete(key);
    return loaded;
  };
}

function stampOf(file: string | undefined): string {
  if (file === undefined) return '';
  const stat = statSync(file, { throwIfNoEntry: false });
  return stat === undefined ? 'missing' : `${stat.mtimeMs}/${stat.size}/${stat.ino}`;
}
