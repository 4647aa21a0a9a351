import { RunbookError } from '../../errors/index.ts';
import type { RootShell } from '../../devices/index.ts';
import { isIssuedBy, readCertificate, type CertificateFacts } from '../../pki/index.ts';
import type { ActionInput, TargetRef } from '../../workflows/contract.ts';
import { beating, objectParam, onBox, textParam, type Action } from '../action.ts';
import { readHeldSet } from '../box/certificate-set.ts';
import { boxClock } from '../box/posix.ts';
import type { ActivityDeps } from '../deps.ts';
import { profilePath } from '../box/profile-path.ts';
import { readManagerCa } from './manager-ca.ts';
import { peerFolders, peerOnDevice, peersIn } from './peer-on-device.ts';

/** What a manager shows to its devices now. */
export interface Presented {
  readonly name: string;
  readonly ca: CertificateFacts;
  /** Its own certificate; undefined where it cannot be read. */
  readonly own: CertificateFacts | undefined;
  /** Its clock, milliseconds. */
  readonly clock: number;
}

/** What the other managers of the run present now, by UUID in lower case. Those that no inventory lists are missing. */
export async function presentedByOthers(
  deps: ActivityDeps,
  input: ActionInput,
): Promise<ReadonlyMap<string, Presented>> {
  const managers = (input.params['managers'] ?? []) as unknown as readonly TargetRef[];
  const found = new Map<string, Presented>();
  for (const manager of managers) {
    if (manager.uuid === undefined || manager.uuid === input.manager?.uuid) continue;
    found.set(
      manager.uuid.toLowerCase(),
      await onBox(deps, input, manager, async (shell) => await readPresented(shell, manager.name)),
    );
  }
  return found;
}

async function readPresented(shell: RootShell, name: string): Promise<Presented> {
  const { ca } = await readManagerCa(shell);
  const content = await shell.readFile(profilePath(shell, 'ownCertificate'));
  let own: CertificateFacts | undefined;
  try {
    own = content === undefined ? undefined : readCertificate(content.toString('utf8'));
  } catch {
    own = undefined;
  }
  return { name, ca, own, clock: await boxClock(shell) };
}

/** UUIDs of the managers that a device has folders for, without the one named. */
export async function otherManagers(shell: RootShell, managerUuid: string): Promise<string[]> {
  return othersAmong(await peerFolders(shell), managerUuid);
}

/** The same, among the names in the folder of the peers. */
export function othersAmong(names: readonly string[], managerUuid: string): string[] {
  return peersIn(names).filter((folder) => folder.toLowerCase() !== managerUuid.toLowerCase());
}

/**
 * Why a restart of sftunnel on the device would lose the tunnel to another manager for good; undefined where it would not. One process
 * carries the tunnels to all managers: each that lives is cut, and comes back only with a set that verifies against what that
 * manager presents now, by both clocks.
 */
export async function whyNotRestart(
  shell: RootShell,
  managerUuid: string,
  presented: ReadonlyMap<string, Presented>,
  others?: readonly string[],
): Promise<string | undefined> {
  for (const uuid of others ?? (await otherManagers(shell, managerUuid))) {
    if (!(await peerOnDevice(shell, uuid)).up) continue;
    const manager = presented.get(uuid.toLowerCase());
    if (manager === undefined)
      return `would cut its living tunnel to the manager ${uuid}, and what that one presents cannot be read: it is not in the inventory`;
    const why = await whyNoReturn(shell, uuid, manager);
    if (why !== undefined) return `would cut its living tunnel to ${manager.name} (${uuid}) for good: ${why}`;
  }
  return undefined;
}

async function whyNoReturn(
  shell: RootShell,
  uuid: string,
  { name, ca, own, clock }: Presented,
): Promise<string | undefined> {
  const held = await readHeldSet(shell, `${profilePath(shell, 'peersRoot')}/${uuid}`);
  if (!held.fits) return `what the device holds for it does not fit together (${held.problems.join('; ')})`;
  if (held.ca?.fingerprint256 !== ca.fingerprint256)
    return `the device holds another CA than ${name} has now`;
  const now = await boxClock(shell);
  for (const [what, certificate, at] of [
    [`the CA of ${name}`, ca, now],
    [`the certificate of ${name}`, own, now],
    ['the CA of the device', held.ca, clock],
    ['the certificate of the device', held.certificate, clock],
  ] as const) {
    if (certificate === undefined) return `${what} cannot be read`;
    if (at > Date.parse(certificate.notAfter)) return `${what} expired at ${certificate.notAfter}`;
    if (at < Date.parse(certificate.notBefore))
      return `${what} is valid only from ${certificate.notBefore} on`;
  }
  return own !== undefined && !isIssuedBy(own, ca)
    ? `${name} presents a certificate that its CA has not signed`
    : undefined;
}

/** May sftunnel on the device be restarted as far as its other managers are concerned? */
export const checkRestart: Action = async (input, deps) =>
  await beating(async () => {
    const managerUuid = textParam(input, 'managerUuid');
    objectParam(input, 'managers');
    const presented = await presentedByOthers(deps, input);
    const why = await onBox(
      deps,
      input,
      input.target,
      async (shell) => await whyNotRestart(shell, managerUuid, presented),
    );
    const text = why === undefined ? 'no other manager is in the way of a restart' : `a restart ${why}`;
    return { facts: { allowed: why === undefined, text }, note: text };
  });

/** Throws TUNNEL_OTHER_MANAGER where a restart would lose the tunnel to another manager. */
export async function proveOthersReady(
  shell: RootShell,
  managerUuid: string,
  presented: ReadonlyMap<string, Presented>,
  name: string,
  others: readonly string[],
): Promise<void> {
  const why = await whyNotRestart(shell, managerUuid, presented, others);
  if (why === undefined) return;
  throw new RunbookError('TUNNEL_OTHER_MANAGER', `A restart of sftunnel on ${name} ${why}.`, {
    device: name,
    state: 'The new set lies on the device; sftunnel was not restarted.',
  });
}
