import { readFileSync } from 'node:fs';
import { homedir, userInfo } from 'node:os';
import path from 'node:path';
import type { Endpoint, KnownSecret } from '../../../devices/index.ts';
import { RunbookError } from '../../../errors/index.ts';
import { parseKnownHosts, unknownFamily, type Inventory } from '../../../loader/index.ts';
import { keyOf } from '../../client/examine-device.ts';
import { askSecret } from './ask-secret.ts';

/** A box that is to be recorded, and everything about it that must not stand in the recording. */
export interface RecordedBox {
  readonly endpoint: Endpoint;
  readonly secrets: readonly KnownSecret[];
  /** Boxes whose passwords cannot be read here: they are not looked for. */
  readonly withoutSecrets: readonly string[];
  /** Names and addresses that `--anonymise` replaces. */
  readonly names: readonly string[];
}

/**
 * A box of the inventory, by its name or address. The secrets are those of the whole inventory: a box may show the password of another one.
 * Throws INPUT_INVALID.
 */
export async function boxOfInventory(
  inventory: Inventory,
  device: string,
  family?: string,
): Promise<RecordedBox> {
  const own = keyOf(device, inventory);
  const secrets: KnownSecret[] = [];
  const withoutSecrets: string[] = [];
  for (const { key } of inventory.entries) {
    const endpoint = inventory.endpoint(key);
    for (const host of [endpoint, ...(endpoint.via ?? [])]) {
      const isOwn = key === own && host === endpoint;
      try {
        secrets.push(...(await secretsOf(host.credential, isOwn)));
      } catch (error) {
        if (isOwn) throw error;
        withoutSecrets.push(host.name);
      }
    }
  }
  const names = inventory.entries.flatMap(({ name, host, via = [] }) => [name, host, ...via]);
  return {
    endpoint: inventory.endpoint(own, family),
    secrets,
    names,
    withoutSecrets: [...new Set(withoutSecrets)],
  };
}

async function secretsOf(credential: Endpoint['credential'], isOwn: boolean): Promise<KnownSecret[]> {
  const [password, sudoPassword] = [await credential.password(), await credential.sudoPassword()];
  if (!isOwn) return [{ text: password }, { text: sudoPassword }];
  return [
    { text: password, name: 'password' },
    { text: sudoPassword, name: 'sudoPassword' },
  ];
}

/** A box that stands in no inventory: `[user@]host[:port]`. Asks for its password on the terminal. */
export async function boxByAddress(given: {
  host: string;
  knownHosts?: string;
  family?: string;
}): Promise<RecordedBox> {
  const found = /^(?:([^@]+)@)?(\[[^\]]+\]|[^:]+)(?::(\d+))?$/.exec(given.host);
  if (found === null)
    throw new RunbookError('INPUT_INVALID', `--host ${given.host} is not of the form [user@]host[:port].`);
  const [, username = userInfo().username, bracketed = '', port = '22'] = found;
  const host = bracketed.replace(/^\[|\]$/g, '');
  const file = given.knownHosts ?? path.join(homedir(), '.ssh', 'known_hosts');
  const { knownHosts } = parseKnownHosts(readKnownHosts(file), file);
  const password = await askSecret(`Password of ${username}@${host}: `);
  const secret = (): Promise<string> => Promise.resolve(password);
  return {
    endpoint: {
      name: host,
      host,
      port: Number(port),
      family: given.family ?? unknownFamily,
      hostKeys: knownHosts.hostKeysFor(host, Number(port)),
      credential: { id: `${username}@${host}`, username, password: secret, sudoPassword: secret },
    },
    secrets: [
      { text: password, name: 'password' },
      { text: password, name: 'sudoPassword' },
    ],
    names: [host],
    withoutSecrets: [],
  };
}

function readKnownHosts(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    throw new RunbookError('INPUT_MISSING', `${file} cannot be read: the host key of the box is not known.`, {
      remedy: 'Name the file with --known-hosts.',
    });
  }
}
