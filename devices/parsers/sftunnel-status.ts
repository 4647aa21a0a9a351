import { readTimestamp } from './timestamps.ts';

/** A peer of sftunnel, as `sftunnel_status.pl` and `sftunnel-status` show it. */
export interface SftunnelPeer {
  /** What stands in the header of its block: address, name or UUID. */
  readonly peer: string;
  readonly channelA: boolean;
  readonly channelB: boolean;
  readonly channelAInterface?: string;
  readonly channelBInterface?: string;
  /** `Completed`, `In progress`, …, as printed without the full stop. */
  readonly registration?: string;
  /** ISO instant. */
  readonly startTime?: string;
  readonly heartbeatSent?: string;
  readonly heartbeatReceived?: string;
  readonly connectedTo?: string;
  readonly connectedVia?: string;
  readonly softwareVersion?: string;
  readonly softwareBuild?: string;
  /** Where the block of the remote procedure calls shows it. */
  readonly uuid?: string;
  readonly name?: string;
  /** The block of the remote procedure calls says that they fail, although channels may be up. */
  readonly rpcFailed: boolean;
  /** A RUN STATUS block was printed for it; without one only its remote procedure calls are known. */
  readonly hasRunStatus: boolean;
  /** `peer … did not reply` was printed for it. */
  readonly didNotReply: boolean;
  /** Both channels connected AND the registration completed. `Registration: Completed.` alone is printed for dead tunnels too. */
  readonly up: boolean;
}

export interface SftunnelStatus {
  readonly startTime?: string;
  readonly peers: readonly SftunnelPeer[];
  /** Peers that did not reply and for which no block was printed, as named there. */
  readonly silent: readonly string[];
}

type Draft = { -readonly [K in keyof SftunnelPeer]?: SftunnelPeer[K] } & { peer: string };

/**
 * Reads the full form, of the FMC and of the FTD. Unknown lines are skipped; a field that is not printed is missing, and a
 * peer without both channels is never up. When a block comes twice (the script polls again), the last one counts. Where lines
 * were lost, a peer is rather down than up: a torn header begins a block of nobody, and no is stronger than yes within a block.
 */
export function parseSftunnelStatus(text: string): SftunnelStatus {
  const peers = new Map<string, Draft>();
  const silent = new Set<string>();
  let startTime: string | undefined;
  let current: Draft | undefined;

  for (const raw of text.split('\n')) {
    const line = raw.trim();
    const header = /^\*\*\s*(RUN STATUS|RPC STATUS|PEER INFO)\s*\*+\s*([^*\s][^*]*?)?\s*\*+$/i.exec(line);
    if (header !== null) {
      const [, kind = '', name] = header;
      if (name === undefined) continue;
      if (/^run/i.test(kind)) current = { peer: name, hasRunStatus: true };
      else current = peers.get(name) ?? { peer: name };
      peers.delete(name);
      peers.set(name, current);
      if (/^rpc/i.test(kind)) current.rpcFailed = false;
      continue;
    }
    if (/\b(?:RUN|RPC) STATUS\*/i.test(line)) {
      current = undefined;
      continue;
    }
    const dead = /^(?:peer\s+)?(\S+)\s+did not reply\b/i.exec(line);
    if (dead?.[1] !== undefined) {
      silent.add(dead[1]);
      continue;
    }
    const started = /^SFTUNNEL Start Time:\s*(.+)$/i.exec(line)?.[1];
    if (started !== undefined) startTime = readTimestamp(started);
    else if (current !== undefined) readLine(current, line);
  }

  const finished = [...peers.values()].map((draft) => finish(draft, silent));
  return {
    ...(startTime === undefined ? {} : { startTime }),
    peers: finished,
    silent: [...silent].filter((name) => !finished.some((peer) => isSame(peer, name))),
  };
}

function readLine(draft: Draft, line: string): void {
  const channel = /^Channel\s*-?([AB]) Connected:\s*(\w+)(?:,\s*Interface\s+(\S+))?/i.exec(line);
  if (channel !== null) {
    const isUp = /^yes$/i.test(channel[2] ?? '');
    const on = channel[3];
    if (channel[1]?.toUpperCase() === 'A') {
      draft.channelA = isUp && draft.channelA !== false;
      if (on !== undefined) draft.channelAInterface = on;
    } else {
      draft.channelB = isUp && draft.channelB !== false;
      if (on !== undefined) draft.channelBInterface = on;
    }
    return;
  }
  const registration = /^Registration:\s*(.+?)\.?$/i.exec(line)?.[1];
  if (registration !== undefined && (draft.registration === undefined || isComplete(draft.registration)))
    draft.registration = registration;
  const start = /^(?:IPv[46]\s+)?Connection to peer\b.*?\bStart Time:\s*(.+)$/i.exec(line)?.[1];
  if (start !== undefined) set(draft, 'startTime', readTimestamp(start));
  const sent = /^Heartbeat Send Time:\s*(.+)$/i.exec(line)?.[1];
  if (sent !== undefined) set(draft, 'heartbeatSent', readTimestamp(sent));
  const received = /^Heartbeat Received Time:\s*(.+)$/i.exec(line)?.[1];
  if (received !== undefined) set(draft, 'heartbeatReceived', readTimestamp(received));
  const connected = /\bconnected to\s+'([^']+)'(?:\s+via\s+'([^']+)')?/i.exec(line);
  if (connected !== null) {
    set(draft, 'connectedTo', connected[1]);
    set(draft, 'connectedVia', connected[2]);
  }
  set(draft, 'softwareVersion', /^sw_version\s+(\S+)/i.exec(line)?.[1]);
  set(draft, 'softwareBuild', /^sw_build\s+(\S+)/i.exec(line)?.[1]);
  set(draft, 'uuid', /['"]?\buuid['"]?\s*=>\s*['"]([0-9a-f-]{36})['"]/i.exec(line)?.[1]?.toLowerCase());
  set(draft, 'name', /^['"]?name['"]?\s*=>\s*['"]([^'"]+)['"]/i.exec(line)?.[1]);
  if (/^RPC status\s*:\s*Failed/i.test(line)) draft.rpcFailed = true;
}

type TextField =
  | 'startTime'
  | 'heartbeatSent'
  | 'heartbeatReceived'
  | 'connectedTo'
  | 'connectedVia'
  | 'softwareVersion'
  | 'softwareBuild'
  | 'uuid'
  | 'name';

function set(draft: Draft, key: TextField, value: string | undefined): void {
  if (value !== undefined) draft[key] = value;
}

function finish(draft: Draft, silent: ReadonlySet<string>): SftunnelPeer {
  const channelA = draft.channelA ?? false;
  const channelB = draft.channelB ?? false;
  return {
    ...draft,
    channelA,
    channelB,
    rpcFailed: draft.rpcFailed ?? false,
    hasRunStatus: draft.hasRunStatus ?? false,
    didNotReply: [...silent].some((name) => isSame(draft, name)),
    up: channelA && channelB && isComplete(draft.registration ?? ''),
  };
}

function isComplete(registration: string): boolean {
  return /^completed$/i.test(registration);
}

function isSame(peer: { peer: string; uuid?: string; name?: string }, name: string): boolean {
  const wanted = name.toLowerCase();
  return [peer.peer, peer.uuid, peer.name].some((one) => one?.toLowerCase() === wanted);
}
