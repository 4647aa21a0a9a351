import { readTimestamp } from './timestamps.ts';

/** A manager as `sftunnel-status-brief` of an FTD shows it. */
export interface BriefPeer {
  readonly peer: string;
  readonly channelA: boolean;
  readonly channelB: boolean;
  readonly registration?: string;
  /** ISO instant. */
  readonly startTime?: string;
  readonly heartbeatSent?: string;
  readonly heartbeatReceived?: string;
  readonly lastDisconnectTime?: string;
  readonly lastDisconnectReason?: string;
  /** Documented test: both `connected to` lines and the heartbeat lines are there. */
  readonly up: boolean;
}

type Draft = { -readonly [K in keyof BriefPeer]: BriefPeer[K] };

/** Reads one block per `PEER:`. Unknown lines are skipped; what is not printed counts as down. */
export function parseSftunnelStatusBrief(text: string): BriefPeer[] {
  const peers: Draft[] = [];
  for (const raw of text.split('\n')) {
    const line = raw.trim();
    const name = /^PEER:\s*(\S.*)$/.exec(line)?.[1];
    if (name !== undefined) {
      peers.push({ peer: name, channelA: false, channelB: false, up: false });
      continue;
    }
    const peer = peers.at(-1);
    if (peer !== undefined) readLine(peer, line);
  }
  return peers.map((peer) => ({
    ...peer,
    up:
      peer.channelA &&
      peer.channelB &&
      peer.heartbeatReceived !== undefined &&
      /^completed$/i.test(peer.registration ?? ''),
  }));
}

function readLine(peer: Draft, line: string): void {
  const channel = /^Peer channel Channel-([AB])\b.*\bconnected to '/i.exec(line)?.[1];
  if (channel?.toUpperCase() === 'A') peer.channelA = true;
  if (channel?.toUpperCase() === 'B') peer.channelB = true;
  const registration = /^Registration:\s*(.+?)\.?$/i.exec(line)?.[1];
  if (registration !== undefined) peer.registration = registration;
  const times = [
    ['startTime', /\bStart Time:\s*(.+)$/i],
    ['heartbeatSent', /^Heartbeat Send Time:\s*(.+)$/i],
    ['heartbeatReceived', /^Heartbeat Received Time:\s*(.+)$/i],
    ['lastDisconnectTime', /^Last disconnect time\s*:\s*(.+)$/i],
  ] as const;
  for (const [key, pattern] of times) {
    const found = pattern.exec(line)?.[1];
    const at = found === undefined ? undefined : readTimestamp(found);
    if (at !== undefined) peer[key] = at;
  }
  const reason = /^Last disconnect reason\s*:\s*(.+)$/i.exec(line)?.[1];
  if (reason !== undefined) peer.lastDisconnectReason = reason;
}
