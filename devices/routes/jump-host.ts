import { RunbookError } from '../../errors/index.ts';
import { Line } from '../logins/line.ts';
import { orAborted } from '../or-aborted.ts';
import { Resting } from '../resting.ts';
import type { Endpoint } from '../session.ts';
import type { Connection } from '../transport/transport.ts';

export interface JumpLimits {
  /** Boxes behind one connection to a jump host. */
  readonly channels: number;
  /** Connections to one jump host. */
  readonly connections: number;
  /** A connection that nobody goes through is closed after this time. */
  readonly idleCloseMs: number;
}

/** One connection to a jump host, and how many go through it. */
interface Link {
  readonly connection: Connection;
  /** As set, or as the jump host itself has shown. */
  most: number;
  channels: number;
  idle?: NodeJS.Timeout;
}

/** A place on a connection to a jump host, from before the login of a box until the end of its session. */
export interface Passage {
  /** The jump host that it goes through. */
  readonly hop: Endpoint;
  readonly isClosed: boolean;
  /**
   * A stream to a box as seen from the jump host. Throws DEVICE_UNREACHABLE; {@link NoRoom} where the jump host takes no more
   * channels: then a place is to be taken anew.
   */
  open(host: string, port: number, timeoutMs: number): Promise<NodeJS.ReadWriteStream>;
  /** Nobody uses it just now: `close` may be called to make room for others. */
  rest(close: () => void): void;
  wake(): void;
  leave(): void;
}

/** The jump host takes no more channels on this connection. */
export class NoRoom extends Error {}

/** Reasons of SSH (RFC 4254, 5.1) why a channel is not opened. */
const reasons = { prohibited: 1, connectFailed: 2, shortage: 4 };

/**
 * The connections to one jump host. The boxes behind it share one until it is full, then another is made up to the limit; then
 * who rests makes room for who comes, and the others wait in a line.
 */
export class JumpHost {
  readonly #hop: Endpoint;
  readonly #limits: JumpLimits;
  readonly #connect: () => Promise<Connection>;
  readonly #links = new Set<Link>();
  readonly #resting = new Resting();
  readonly #line = new Line();
  #opening: Promise<void> | undefined;

  constructor(hop: Endpoint, limits: JumpLimits, connect: () => Promise<Connection>) {
    this.#hop = hop;
    this.#limits = limits;
    this.#connect = connect;
  }

  get isUnused(): boolean {
    return this.#links.size === 0 && this.#opening === undefined && this.#line.length === 0;
  }

  /** Waits for a place. Throws what the login to the jump host throws. */
  async take(signal?: AbortSignal): Promise<Passage> {
    for (;;) {
      signal?.throwIfAborted();
      const link = [...this.#links].find(({ channels, most }) => channels < most);
      if (link !== undefined) return this.#passage(link);
      if (this.#links.size < this.#limits.connections) {
        await this.#open(signal);
        continue;
      }
      if (!this.#resting.closeOldest()) await this.#line.wait(signal);
    }
  }

  close(): void {
    for (const { connection } of this.#links) connection.close();
  }

  /** One login for all who wait; who gives up leaves the others their login. */
  #open(signal?: AbortSignal): Promise<void> {
    const opening = (this.#opening ??= this.#connect()
      .then((connection) => {
        this.#add(connection);
      })
      .finally(() => {
        this.#opening = undefined;
      }));
    return orAborted(opening, signal);
  }

  #add(connection: Connection): void {
    const link: Link = { connection, most: this.#limits.channels, channels: 0 };
    this.#links.add(link);
    this.#restLink(link);
    connection.onClose(() => {
      clearTimeout(link.idle);
      this.#links.delete(link);
      this.#line.callAll();
    });
  }

  #restLink(link: Link): void {
    clearTimeout(link.idle);
    link.idle = setTimeout(() => {
      if (link.channels === 0) link.connection.close();
    }, this.#limits.idleCloseMs).unref();
  }

  #passage(link: Link): Passage {
    const { connection } = link;
    const hop = this.#hop;
    clearTimeout(link.idle);
    link.channels += 1;
    let isHeld = true;
    const passage: Passage = {
      hop,
      get isClosed() {
        return connection.isClosed;
      },
      open: async (host, port, timeoutMs) => {
        try {
          return await connection.forward(host, port, timeoutMs);
        } catch (thrown) {
          throw this.#refused(link, `${host}:${String(port)}`, thrown);
        }
      },
      rest: (close) => {
        if (!isHeld) return;
        if (this.#line.length > 0) close();
        else this.#resting.put(passage, close);
      },
      wake: () => {
        this.#resting.take(passage);
      },
      leave: () => {
        if (!isHeld) return;
        isHeld = false;
        this.#resting.take(passage);
        link.channels -= 1;
        if (link.channels === 0) this.#restLink(link);
        this.#line.callNext();
      },
    };
    return passage;
  }

  #refused(link: Link, to: string, thrown: unknown): unknown {
    if (!(thrown instanceof RunbookError)) return thrown;
    const { name } = this.#hop;
    const fault = thrown.cause instanceof Error ? thrown.cause : thrown;
    const reason = 'reason' in fault ? fault.reason : undefined;
    const why = fault.message.replace(/\.$/, '');
    // It has shown how many it takes.
    if (reason === reasons.shortage && link.channels > 1) {
      link.most = link.channels - 1;
      return new NoRoom(why);
    }
    const ofRoute = { cause: `route:${name}`, hop: name };
    if (reason === reasons.prohibited)
      return new RunbookError(
        'DEVICE_UNREACHABLE',
        `the jump host ${name} does not let us through to ${to}: ${why}.`,
        {
          ...ofRoute,
          remedy: 'Allow it on the jump host (AllowTcpForwarding, PermitOpen), then retry.',
        },
        { cause: thrown },
      );
    if (reason === reasons.shortage || link.connection.isClosed)
      return new RunbookError(
        'DEVICE_UNREACHABLE',
        `the jump host ${name} opens no way to ${to}: ${why}.`,
        ofRoute,
        { cause: thrown },
      );
    return new RunbookError(
      'DEVICE_UNREACHABLE',
      `the jump host ${name} gets no connection to ${to}: ${why}.`,
      { hop: name },
      { cause: thrown },
    );
  }
}
