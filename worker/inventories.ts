import { statSync } from 'node:fs';
import type { ActivityDeps } from '../activities/index.ts';
import { formatIssue, RunbookError } from '../errors/index.ts';
import { loadInventory, type Inventory, type Settings } from '../loader/index.ts';
import type { InventoryRef } from '../workflows/contract.ts';

/**
 * Inventories by their files, read again when a file was edited: an operator who corrects a password or a host key only has to
 * retry. Passwords stay in the loader's closures.
 */
export function createInventories(settings: Settings): ActivityDeps['endpoint'] {
  const known = new Map<string, { stamp: string; inventory: Inventory }>();
  return (ref, entry, family) => {
    const key = `${ref.inventory}\n${ref.knownHosts ?? ''}`;
    const stamp = stampOf(ref);
    let found = known.get(key);
    if (found?.stamp !== stamp) {
      const loaded = loadInventory({
        inventory: ref.inventory,
        ...(ref.knownHosts === undefined ? {} : { knownHosts: ref.knownHosts }),
        settings,
      });
      if (!loaded.ok) throw new RunbookError('INPUT_INVALID', loaded.issues.map(formatIssue).join('\n'));
      found = { stamp, inventory: loaded.inventory };
      known.set(key, found);
    }
    return Promise.resolve(found.inventory.endpoint(entry, family));
  };
}

function stampOf(ref: InventoryRef): string {
  return [ref.inventory, ref.knownHosts]
    .filter((file) => file !== undefined)
    .map((file) => {
      try {
        const { mtimeMs, size } = statSync(file);
        return `${String(mtimeMs)}/${String(size)}`;
      } catch {
        return 'missing';
      }
    })
    .join(' ');
}
