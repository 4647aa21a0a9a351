import { fillCommand, parseSftunnelStatus, type RootShell } from '../../devices/index.ts';
import { listFolder } from '../box/posix.ts';
import { profilePath } from '../box/profile-path.ts';

const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** UUIDs of the peers that a box has folders for, as the folders are spelt. */
export async function peerFolders(shell: RootShell): Promise<string[]> {
  return peersIn(await listFolder(shell, profilePath(shell, 'peersRoot')));
}

export const peersIn = (names: readonly string[]): string[] => names.filter((name) => uuidPattern.test(name));

/** A peer as one box's sftunnel shows it. */
export interface PeerView {
  /** Channel A and B connected and the registration completed. */
  readonly up: boolean;
  readonly channelA: boolean;
  readonly channelB: boolean;
  /** Start of the connection, milliseconds; undefined where none is shown. */
  readonly startTime: number | undefined;
  readonly heartbeat: number | undefined;
}

/** How long the status of a peer may take. */
export const statusTimeoutMs = (shell: RootShell): number =>
  shell.profile.timeouts['sftunnelStatusPeer'] ?? 180_000;

/** Asks for one peer; read by {@link readPeer}. */
export const peerCommand = (shell: RootShell, uuid: string): string =>
  fillCommand(shell.profile, 'sftunnelStatusPeer', { peer: uuid });

/** Asks the box for one peer, by UUID. Slow with a dead peer: minutes, not seconds. */
export async function peerOnDevice(shell: RootShell, uuid: string): Promise<PeerView> {
  const { output } = await shell.run(peerCommand(shell, uuid), {
    anyStatus: true,
    timeoutMs: statusTimeoutMs(shell),
  });
  return readPeer(output);
}

export function readPeer(output: string): PeerView {
  const { peers } = parseSftunnelStatus(output);
  // One peer was asked for: whatever the block is headed with, it is that one. A repeated block counts as its last form.
  const peer = peers.at(-1);
  return {
    up: peer?.up ?? false,
    channelA: peer?.channelA ?? false,
    channelB: peer?.channelB ?? false,
    startTime: peer?.startTime === undefined ? undefined : Date.parse(peer.startTime),
    heartbeat: peer?.heartbeatReceived === undefined ? undefined : Date.parse(peer.heartbeatReceived),
  };
}
