import { fillCommand, parseSftunnelStatus, type RootShell } from '../../devices/index.ts';
import { beating, objectParam, onBox, type Action } from '../action.ts';
import { peerFolders } from './peer-on-device.ts';
import type { Json } from '../../language/json.ts';
import type { Finding } from '../../workflows/contract.ts';
import type { PeerFact } from './facts.ts';

/** An inventory entry with what it said of itself; `uuid` and `family` are missing where it could not be asked. */
export interface KnownEntry {
  readonly entry: string;
  readonly name: string;
  readonly address: string;
  readonly uuid?: string;
  readonly kind?: string;
  readonly family?: string;
}

interface Peer {
  readonly uuid: string;
  readonly addresses: readonly string[];
  readonly fact: PeerFact;
}

type StatusBlock = ReturnType<typeof parseSftunnelStatus>['peers'][number];

/**
 * Every peer of the FMC, channel by channel, matched with the inventory by UUID. The folders under `peers` say who the peers
 * are; the status script says how their tunnels are. A peer that the full status does not name by UUID or by an address known
 * for it is asked for alone, by its UUID: an address proves nothing where it is used twice.
 */
export const tunnelStatus: Action = async (input, deps) =>
  await beating(async (progress) => {
    const entries = objectParam<readonly KnownEntry[]>(input, 'entries');
    const own = input.target?.uuid?.toLowerCase() ?? '';
    const peers = await onBox(
      deps,
      input,
      input.target,
      async (shell) => await readPeers(shell, own, entries, progress),
    );
    const byDevice: Record<string, Json> = {};
    const devices: Record<string, Json>[] = [];
    const findings: Finding[] = [];
    for (const peer of peers) {
      const entry = entryOf(peer, entries);
      const name = entry?.name ?? peer.addresses[0] ?? peer.uuid;
      byDevice[peer.uuid] = { ...peer.fact };
      devices.push({
        uuid: peer.uuid,
        name,
        address: entry?.address ?? peer.addresses[0] ?? '',
        ...(entry === undefined ? {} : { entry: entry.entry }),
        ...(entry?.family === undefined ? {} : { family: entry.family }),
      });
    }
    findings.push(...compareWithInventory(entries, peers, own));
    findings.push(...worse(input.params['baseline'], byDevice));
    const up = peers.filter((peer) => peer.fact.up).length;
    const note = `${String(up)} of ${String(peers.length)} tunnels up`;
    return { facts: { up, down: peers.length - up, devices, byDevice }, findings, note };
  });

async function readPeers(
  shell: RootShell,
  own: string,
  entries: readonly KnownEntry[],
  progress: (text: string) => void,
): Promise<Peer[]> {
  progress('sftunnel_status.pl, all peers');
  const timeoutMs = shell.profile.timeouts['sftunnelStatusPeer'] ?? 180_000;
  const { output } = await shell.run(fillCommand(shell.profile, 'sftunnelStatus'), {
    anyStatus: true,
    timeoutMs: shell.profile.timeouts['sftunnelStatus'] ?? 900_000,
  });
  const blocks = parseSftunnelStatus(output).peers;
  const folders = await peerFolders(shell);
  const peers: Peer[] = [];
  for (const folder of folders) {
    const uuid = folder.toLowerCase();
    if (uuid === own) continue;
    let block =
      blocks.find((candidate) => candidate.uuid?.toLowerCase() === uuid) ??
      byKnownAddress(uuid, blocks, entries);
    if (block === undefined) {
      progress(`sftunnel_status.pl ${uuid}`);
      const alone = await shell.run(fillCommand(shell.profile, 'sftunnelStatusPeer', { peer: folder }), {
        anyStatus: true,
        timeoutMs,
      });
      block = parseSftunnelStatus(alone.output).peers.at(-1);
    }
    peers.push({ uuid, addresses: addressesOf(block), fact: factOf(block) });
  }
  return peers;
}

function factOf(block: StatusBlock | undefined): PeerFact {
  return {
    up: block?.up ?? false,
    channelA: block?.channelA ?? false,
    channelB: block?.channelB ?? false,
    since: block?.startTime ?? null,
  };
}

function addressesOf(block: StatusBlock | undefined): string[] {
  return [block?.peer, block?.connectedTo].filter(
    (text): text is string => text !== undefined && text !== '',
  );
}

/** The block of a peer whose address a login has proven, if that address stands for one entry and one block only. */
function byKnownAddress(
  uuid: string,
  blocks: readonly StatusBlock[],
  entries: readonly KnownEntry[],
): StatusBlock | undefined {
  const entry = entries.find((candidate) => candidate.uuid?.toLowerCase() === uuid);
  if (entry === undefined) return undefined;
  const host = hostOf(entry.address);
  if (entries.filter((candidate) => hostOf(candidate.address) === host).length !== 1) return undefined;
  const [block, second] = blocks.filter((candidate) => addressesOf(candidate).includes(host));
  return second === undefined ? block : undefined;
}

function entryOf(peer: Peer, entries: readonly KnownEntry[]): KnownEntry | undefined {
  const byUuid = entries.find((entry) => entry.uuid?.toLowerCase() === peer.uuid);
  if (byUuid !== undefined) return byUuid;
  // An entry that could not be asked: its address is all there is; the UUID is proven before anything is written to it.
  return entries.find((entry) => entry.uuid === undefined && peer.addresses.includes(hostOf(entry.address)));
}

/** `[2001:db8::1]:22` or `192.0.2.1:22` → the host alone. */
function hostOf(address: string): string {
  return address.replace(/:\d+$/, '').replace(/^\[|\]$/g, '');
}

function compareWithInventory(
  entries: readonly KnownEntry[],
  peers: readonly Peer[],
  own: string,
): Finding[] {
  const findings: Finding[] = [];
  const seen = new Map<string, KnownEntry>();
  for (const entry of entries) {
    const uuid = entry.uuid?.toLowerCase();
    if (uuid === undefined || uuid === own) continue;
    const twin = seen.get(uuid);
    if (twin !== undefined) {
      findings.push({
        code: 'INPUT_INVALID',
        severity: 'block',
        box: entry.name,
        uuid,
        text: `${twin.name} and ${entry.name} are one box (${uuid}); remove one of the rows.`,
      });
    }
    seen.set(uuid, entry);
    if (!peers.some((peer) => peer.uuid === uuid)) {
      findings.push({
        code: 'DEVICE_WRONG_BOX',
        severity: 'accept',
        box: entry.name,
        uuid,
        text: `${entry.name} (${uuid}) is in the inventory but is no peer of this FMC; the run leaves it alone.`,
      });
    }
  }
  return findings;
}

/** Tunnels that were up at the baseline and are not now, by name. */
function worse(baseline: Json | undefined, byDevice: Readonly<Record<string, Json>>): Finding[] {
  if (!Array.isArray(baseline)) return [];
  const now = byDevice as Readonly<Record<string, { up: boolean } | undefined>>;
  return (baseline as unknown as { uuid: string; name: string }[])
    .filter((device) => now[device.uuid]?.up !== true)
    .map((device) => ({
      code: 'TUNNEL_DOWN',
      severity: 'warn' as const,
      box: device.name,
      uuid: device.uuid,
      text: `The tunnel of ${device.name} is down at the end of the run.`,
    }));
}
