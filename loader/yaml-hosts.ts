import { dirname } from 'node:path';
import { RunbookError, type Issue } from '../errors/index.ts';
import { didYouMean } from '../language/index.ts';
import { choosePort } from './choose-port.ts';
import type { FoundHosts, HostContext, PlacedHost } from './found-hosts.ts';
import { parseHostKey } from './host-key.ts';
import { inventoryFile, type InventoryFile, type SecretReference } from './inventory-schema.ts';
import type { KnownHostKey } from './known-hosts.ts';
import { schemaFaults } from './schema-faults.ts';
import { SecretReferences } from './secret-references.ts';
import { HostCredential, type SecretSource } from './credential.ts';
import { parseYaml, type YamlSource } from './yaml-source.ts';

type Box = InventoryFile['jumpHosts'][number] & {
  readonly via?: readonly string[] | undefined;
  readonly site?: string | undefined;
};
type Path = readonly (string | number)[];

/** The boxes of a YAML inventory. Passwords are named by reference and not read here, but what they name must be there. */
export function yamlHosts(text: string, file: string, context: HostContext): FoundHosts {
  const source = parseYaml(text, file, { quote: false });
  const found: FoundHosts & { jumpHosts: Map<string, PlacedHost>; secrets: Map<string, SecretSource> } = {
    hosts: [],
    jumpHosts: new Map(),
    secrets: new Map(),
    issues: [...source.issues],
    warnings: [],
  };
  if (source.value === undefined && source.issues.length > 0) return found;
  const value = source.value ?? {};
  const faults = schemaFaults(inventoryFile, value, { readUnion: secretUnion, quote: false });
  found.issues.push(...faults.map((fault) => source.issue(fault)));
  if (faults.length > 0) return found;

  const { defaults, jumpHosts, entries, secrets } = inventoryFile.parse(value);
  const reading = { source, context, found, secrets: new SecretReferences(dirname(file)) };
  for (const [name, reference] of Object.entries(secrets)) {
    try {
      found.secrets.set(name, reading.secrets.resolve(reference, '').read);
    } catch (thrown) {
      if (!(thrown instanceof RunbookError)) throw thrown;
      found.issues.push(source.issue({ path: ['secrets', name], message: thrown.message }));
    }
  }
  jumpHosts.forEach((box, index) => {
    const path = ['jumpHosts', index];
    const jump = hostOf(box, path, reading);
    if (found.jumpHosts.has(box.name))
      found.issues.push(
        source.issue({ path: [...path, 'name'], message: `a second jump host is called "${box.name}"` }),
      );
    else if (jump !== undefined) found.jumpHosts.set(box.name, jump);
  });
  const jumpNames = jumpHosts.map(({ name }) => name);
  const hosts = entries.flatMap((entry, index) => {
    const path = ['entries', index];
    const via = entry.via ?? defaults.via ?? [];
    via.forEach((name, at) => {
      if (jumpNames.includes(name)) return;
      const where = entry.via === undefined ? ['defaults', 'via', at] : [...path, 'via', at];
      const hint = didYouMean(name, jumpNames);
      found.issues.push(
        source.issue({
          path: where,
          message: `"${name}" is not among the jumpHosts`,
          ...(hint === undefined ? {} : { hint }),
        }),
      );
    });
    const { family } = entry;
    if (family !== undefined) found.issues.push(...unknownFamily(family, [...path, 'family'], reading));
    return hostOf({ ...defaults, ...entry, via }, path, reading) ?? [];
  });
  if (defaults.family !== undefined)
    found.issues.push(...unknownFamily(defaults.family, ['defaults', 'family'], reading));
  found.warnings.push(...reading.secrets.warnings);
  return { ...found, hosts };
}

function unknownFamily(family: string, path: Path, { source, context }: Reading): Issue[] {
  const { families } = context;
  if (families === undefined || families.includes(family)) return [];
  const hint = didYouMean(family, families) ?? `there are: ${families.join(', ')}`;
  return [source.issue({ path, message: `there is no device family "${family}"`, hint })];
}

interface Reading {
  readonly source: YamlSource;
  readonly context: HostContext;
  readonly found: FoundHosts;
  readonly secrets: SecretReferences;
}

function hostOf(box: Box, path: Path, { source, context, found, secrets }: Reading): PlacedHost | undefined {
  const place = source.issue({ path, message: '' });
  const { name, host, username, password, sudoPassword, family, via, site } = box;
  const missing = (['username', 'password'] as const).filter((key) => box[key] === undefined);
  for (const key of missing) {
    const hint = path[0] === 'entries' ? `give it here or under defaults` : undefined;
    found.issues.push(
      source.issue({ path, message: `"${name}" has no ${key}`, ...(hint === undefined ? {} : { hint }) }),
    );
  }
  const { port, warning, fault } = choosePort(host, { ...context, given: box.port });
  if (warning !== undefined)
    found.warnings.push(source.issue({ path: [...path, 'host'], message: warning, hint: 'name the port' }));
  if (fault !== undefined)
    found.issues.push(source.issue({ path: [...path, 'host'], message: fault, hint: 'name the port' }));
  if (username === undefined || password === undefined) return undefined;
  const credential = credentialOf({ username, password, sudoPassword }, path, { source, found, secrets });
  return credential === undefined
    ? undefined
    : {
        name,
        host,
        port,
        username,
        credential,
        hostKeys: hostKeysOf(box, context.knownHosts.hostKeysFor(host, port)),
        place: {
          file: place.file,
          ...(place.line === undefined ? {} : { line: place.line }),
          ...(place.column === undefined ? {} : { column: place.column }),
        },
        ...(family === undefined ? {} : { family }),
        ...(via === undefined || via.length === 0 ? {} : { via }),
        ...(site === undefined || site === '' ? {} : { site }),
      };
}

function credentialOf(
  login: { username: string; password: SecretReference; sudoPassword: SecretReference | undefined },
  path: Path,
  { source, found, secrets }: Pick<Reading, 'source' | 'found' | 'secrets'>,
): HostCredential | undefined {
  const { username, password, sudoPassword } = login;
  try {
    const own = secrets.resolve(password, username);
    const sudo = sudoPassword === undefined ? undefined : secrets.resolve(sudoPassword, username);
    const id = `${username} (${own.name}${sudo === undefined ? '' : `, sudo: ${sudo.name}`})`;
    return new HostCredential(id, username, own.read, sudo?.read ?? own.read);
  } catch (thrown) {
    if (!(thrown instanceof RunbookError)) throw thrown;
    found.issues.push(source.issue({ path: [...path, 'password'], message: thrown.message }));
    return undefined;
  }
}

/** Keys of the inventory take the place of known_hosts; what known_hosts revokes stays revoked. */
function hostKeysOf(box: Box, known: readonly KnownHostKey[]): readonly KnownHostKey[] {
  if (box.hostKeys === undefined) return known;
  const revoked = known.filter((key) => key.revoked === true);
  const own = box.hostKeys.flatMap((text) => {
    const [type, blob] = text.trim().split(/\s+/);
    const key = parseHostKey(type, blob);
    return 'fault' in key || revoked.some((one) => one.blob === key.blob) ? [] : [key];
  });
  return [...own, ...revoked];
}

/** Says of a password what is wrong with it in one sentence, whatever stands there. */
function secretUnion(value: unknown, path: Path): string | undefined {
  const key = path.at(-1);
  if (key !== 'password' && key !== 'sudoPassword' && path[0] !== 'secrets') return undefined;
  if (typeof value === 'string' || typeof value === 'number') {
    return `${String(key)} holds the password itself; name where it is instead: {env: NAME}, {file: PATH} or {csv: PATH, name: DEVICE}`;
  }
  return `${String(key)} must be one of {env: NAME}, {file: PATH}, {csv: PATH, name: DEVICE}`;
}
