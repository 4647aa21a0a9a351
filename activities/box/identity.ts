import { RunbookError } from '../../errors/index.ts';
import { readBoxIdentity, type Arrival, type BoxIdentity, type RootShell } from '../../devices/index.ts';
import type { TargetRef } from '../../workflows/contract.ts';

/** By session: its way in belongs to it alone, and no other box can answer in the same session. */
const proven = new WeakMap<Arrival, BoxIdentity>();

/** Identity is the UUID, never name or address. Throws DEVICE_WRONG_BOX when another box answers. */
export async function proveIdentity(shell: RootShell, target: TargetRef): Promise<BoxIdentity> {
  const identity = proven.get(shell.arrival) ?? (await readBoxIdentity(shell));
  proven.set(shell.arrival, identity);
  if (identity.uuid === target.uuid?.toLowerCase()) return identity;
  throw new RunbookError(
    'DEVICE_WRONG_BOX',
    `At ${target.address} answers ${identity.uuid === '' ? 'a box that does not say its UUID' : identity.uuid}, not ${target.name} (${target.uuid ?? ''}).`,
    { device: target.name, address: target.address, state: 'Nothing was changed on the box that answered.' },
  );
}
