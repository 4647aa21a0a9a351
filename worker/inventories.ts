import { createHmac, randomBytes } from 'node:crypto';
import { statSync } from 'node:fs';
import type { ActivityDeps } from '../activities/index.ts';
import type { Credential, Endpoint } from '../devices/index.ts';
import { asRunbookError, formatIssue, RunbookError } from '../errors/index.ts';
import { loadInventory, type Inventory, type Settings } from '../loader/index.ts';
import type { InventoryRef } from '../workflows/contract.ts';

type Files = Pick<InventoryRef, 'inventory' | 'knownHosts'>;
type AskingStep = Parameters<ActivityDeps['endpoint']>[0];

interface LoadedFiles {
  readonly stamp: string;
  readonly inventory: Inventory;
  readonly digest: string;
}

/** What the worker of a site was started with. */
export interface SiteFiles {
  readonly site: string;
  /** Inventories on this machine; the one with the run's digest is taken. Empty: they lie where the run has them. */
  readonly inventories: readonly string[];
  /** Default: where the run has it. */
  readonly knownHosts?: string;
}

/**
 * Inventories by their files, read again when a file was edited: an operator who corrects a password or a host key only has to
 * retry. Passwords stay in the loader's closures.
 */
export function createInventories(
  settings: Settings,
  site?: SiteFiles,
): Pick<ActivityDeps, 'endpoint' | 'secret'> {
  const known = new Map<string, LoadedFiles>();
  const named = createNames();
  const load = (ref: Files): LoadedFiles => {
    const key = `${ref.inventory}\n${ref.knownHosts ?? ''}`;
    const stamp = stampOf(ref);
    const found = known.get(key);
    if (found?.stamp === stamp) return found;
    const loaded = loadInventory({
      inventory: ref.inventory,
      ...(ref.knownHosts === undefined ? {} : { knownHosts: ref.knownHosts }),
      settings,
    });
    if (!loaded.ok) throw new RunbookError('INPUT_INVALID', loaded.issues.map(formatIssue).join('\n'));
    const { inventory, digest } = loaded;
    const read = { stamp, inventory, digest };
    known.set(key, read);
    return read;
  };
  const files = site === undefined ? (input: AskingStep) => load(input.inventory) : filesOfSite(site, load);
  const endpointOf: ActivityDeps['endpoint'] = async (input, entry, family) => {
    const endpoint: Endpoint = files(input).inventory.endpoint(entry, family);
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
  return {
    endpoint: endpointOf,
    secret: async (input, name) => await files(input).inventory.secret(name),
  };
}

/**
 * The files of another machine than the operator's: before a login they must be those of the run. Where they still differ when a
 * person says retry, those of the site hold for this run; a key or an address that was corrected at night must not need a new plan.
 */
function filesOfSite(
  { site, inventories, knownHosts }: SiteFiles,
  load: (files: Files) => LoadedFiles,
): (input: AskingStep) => LoadedFiles {
  const seen = new Map<string, 'told' | 'accepted'>();
  return ({ inventory: ref, run, askedFor }) => {
    const places = inventories.length === 0 ? [ref.inventory] : inventories;
    const read = places.map((inventory) => {
      const keys = knownHosts ?? ref.knownHosts;
      const files: Files = { inventory, ...(keys === undefined ? {} : { knownHosts: keys }) };
      try {
        return { files, loaded: load(files) };
      } catch (thrown) {
        return { files, fault: asRunbookError(thrown).message };
      }
    });
    for (const { loaded } of read) if (loaded?.digest === ref.digest) return loaded;
    const [only] = read;
    if (read.length === 1 && only?.loaded !== undefined) {
      const key = `${run.runId} ${only.loaded.digest}`;
      if (seen.get(key) === 'told' && askedFor === true) seen.set(key, 'accepted');
      if (seen.get(key) === 'accepted') return only.loaded;
      seen.set(key, 'told');
    }
    const looked = read.map(
      ({ files, fault }) =>
        `${[files.inventory, files.knownHosts].filter(Boolean).join(' with ')}: ${fault ?? 'other boxes, addresses, routes or host keys'}`,
    );
    throw new RunbookError(
      'ENGINE_SITE_FILES',
      `The worker of the site ${site} has not the inventory of this run (${ref.inventory}). ${looked.join('; ')}. No login was tried.`,
      {
        state: 'Nothing was sent to the box.',
        remedy: `Copy inventory and known_hosts to the worker of ${site} as the run has them, or start it with --inventory and --known-hosts; then retry. A retry while they still differ goes on with the files of the site.`,
      },
    );
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

function stampOf(ref: Files): string {
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
