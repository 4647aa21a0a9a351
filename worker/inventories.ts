import { createHmac, randomBytes } from 'node:crypto';
import { statSync } from 'node:fs';
import type { ActivityDeps } from '../activities/index.ts';
import type { Credential, Endpoint } from '../devices/index.ts';
import { formatIssue, RunbookError } from '../errors/index.ts';
import { loadInventory, type Inventory, type Settings } from '../loader/index.ts';
import type { InventoryRef } from '../workflows/contract.ts';

/**
 * Inventories by their files, read again when a file was edited: an operator who corrects a password or a host key only has to
 * retry. Passwords stay in the loader's closures.
 */
export function createInventories(settings: Settings): ActivityDeps['endpoint'] {
  const known = new Map<string, { stamp: string; inventory: Inventory }>();
  const named = createNames();
  return async (ref, entry, family) => {
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
    const endpoint: Endpoint = found.inventory.endpoint(entry, family);
    return {
      ...endpoint,
      credential: await named(endpoint.credential),
      ...(endpoint.via === undefined
        ? {}
        : {
            via: await Promise.all(
              endpoint.via.map(async (hop) => ({ ...hop, credential: await named(hop.credential) })),
            ),
          }),
    };
  };
}

/**
 * Names credentials over all inventories by what they hold. Within a file the loader has named them; in another file, or after
 * an edit, the same name may stand for another password, and what is known of the one must not count for the other: neither
 * that a box has accepted it, nor that it was refused. The digest is keyed with what this process alone knows and stays in it.
 */
function createNames(): (credential: Credential) => Promise<Credential> {
  const key = randomBytes(32);
  const names = new Map<string, string>();
  const done = new WeakMap<Credential, Promise<Credential>>();
  const nameOf = async (credential: Credential): Promise<string> => {
    const secrets = [credential.username, await credential.password(), await credential.sudoPassword()];
    const digest = createHmac('sha256', key).update(JSON.stringify(secrets)).digest('hex');
    const known = names.get(digest);
    if (known !== undefined) return known;
    const taken = new Set(names.values());
    let name = credential.id;
    for (let n = 2; taken.has(name); n += 1) name = `${credential.id} #${String(n)}`;
    names.set(digest, name);
    return name;
  };
  const rename = async (credential: Credential): Promise<Credential> => {
    // A secret that cannot be had is the login's to report.
    const id = await nameOf(credential).catch(() => credential.id);
    return {
      id,
      username: credential.username,
      password: () => credential.password(),
      sudoPassword: () => credential.sudoPassword(),
    };
  };
  return (credential) => {
    const named = done.get(credential) ?? rename(credential);
    done.set(credential, named);
    return named;
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
