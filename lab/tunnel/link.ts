/** One TLS connection of a tunnel. */
export interface Channel {
  readonly openedAtMs: number;
  /** SHA-256 fingerprint of the FTD's certificate that this session was established with. */
  readonly fingerprint: string;
  /** Subject key identifier would be longer: the fingerprint of the CA the peer was checked against. */
  readonly caFingerprint: string;
  readonly localPort: number;
  readonly remotePort: number;
  close(): void;
}

/** Another appliance that this one is registered with. */
export interface Peer {
  readonly uuid: string;
  readonly name: string;
  readonly address: string;
  readonly version: string;
}

/** What one side knows of its tunnel to a peer. Times are by its own clock, ms. */
export interface Link {
  readonly peer: Peer;
  /** This side opens the connections: an FTD to its managers, in a pair of FMCs the secondary to the primary. */
  readonly dials: boolean;
  /** Control channel. */
  a: Channel | undefined;
  /** Event channel. */
  b: Channel | undefined;
  attemptedAtMs: number;
  disconnectedAtMs: number | undefined;
  disconnectReason: string;
  /** Full handshakes that ended well, both channels counted. */
  handshakes: number;
  failures: number;
  lastError: string | undefined;
}

export function newLink(peer: Peer, dials: boolean, nowMs: number): Link {
  return {
    peer,
    dials,
    a: undefined,
    b: undefined,
    attemptedAtMs: nowMs,
    disconnectedAtMs: undefined,
    disconnectReason: '',
    handshakes: 0,
    failures: 0,
    lastError: undefined,
  };
}

export function isUp(link: Link): boolean {
  return link.a !== undefined && link.b !== undefined;
}

/** When the younger of the two channels opened: the tunnel is whole since then. */
export function sinceMs(link: Link): number | undefined {
  return link.a && link.b ? Math.max(link.a.openedAtMs, link.b.openedAtMs) : undefined;
}
