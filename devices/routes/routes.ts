import { RunbookError } from '../../errors/index.ts';
import type { Endpoint } from '../session.ts';
import type { Connection } from '../transport/transport.ts';
import { JumpHost, NoRoom, type JumpLimits, type Passage } from './jump-host.ts';

/** Logs in to a jump host, directly or through the stream that the jump host before it opens. */
export type HopLogin = (
  hop: Endpoint,
  stream: (() => Promise<NodeJS.ReadWriteStream>) | undefined,
) => Promise<Connection>;

/** The ways through jump hosts. A chain of them is one way: the second is reached through the first, and so on. */
export class Routes {
  readonly #limits: JumpLimits;
  readonly #logIn: HopLogin;
  readonly #connectMs: (hop: Endpoint) => number;
  readonly #jumpHosts = new Map<string, JumpHost>();

  constructor(limits: JumpLimits, logIn: HopLogin, connectMs: (hop: Endpoint) => number) {
    this.#limits = limits;
    this.#logIn = logIn;
    this.#connectMs = connectMs;
  }

  /**
   * Waits for a place on the way to a box. Undefined: it is reached directly. Throws what the login to a jump host throws, with the
   * name of the jump host and of the box.
   */
  async take(endpoint: Endpoint, signal?: AbortSignal): Promise<Passage | undefined> {
    const { via = [] } = endpoint;
    if (via.length === 0) return undefined;
    try {
      return await this.#jumpHost(via).take(signal);
    } catch (thrown) {
      throw onTheWay(thrown, endpoint);
    }
  }

  close(): void {
    for (const jumpHost of this.#jumpHosts.values()) jumpHost.close();
    this.#jumpHosts.clear();
  }

  #jumpHost(chain: readonly Endpoint[]): JumpHost {
    const key = keyOf(chain);
    const known = this.#jumpHosts.get(key);
    if (known !== undefined) return known;
    // What a corrected password or host key has left behind.
    for (const [other, jumpHost] of this.#jumpHosts) if (jumpHost.isUnused) this.#jumpHosts.delete(other);
    const hop = chain.at(-1) as Endpoint;
    const made = new JumpHost(hop, this.#limits, () => this.#reach(hop, chain.slice(0, -1)));
    this.#jumpHosts.set(key, made);
    return made;
  }

  async #reach(hop: Endpoint, before: readonly Endpoint[]): Promise<Connection> {
    try {
      for (;;) {
        const passage = before.length === 0 ? undefined : await this.#jumpHost(before).take();
        try {
          const stream = passage && (() => passage.open(hop.host, hop.port, this.#connectMs(hop)));
          const connection = await this.#logIn(hop, stream);
          if (passage !== undefined) connection.onClose(() => passage.leave());
          return connection;
        } catch (thrown) {
          passage?.leave();
          if (!(thrown instanceof NoRoom)) throw thrown;
        }
      }
    } catch (thrown) {
      throw namingHop(thrown, hop);
    }
  }
}

/** A connection proves user, password and host keys of every hop: with others it is another connection. */
function keyOf(chain: readonly Endpoint[]): string {
  return JSON.stringify(
    chain.map(({ host, port, credential, hostKeys }) => [host, port, credential.id, hostKeys]),
  );
}

/** The first hop that failed is the one that counts. */
function namingHop(thrown: unknown, hop: Endpoint): unknown {
  if (thrown instanceof RunbookError) {
    thrown.context.hop ??= hop.name;
    thrown.context.cause ??= `route:${hop.name}`;
  }
  return thrown;
}

/** Many boxes may share the error of one login: each gets one of its own. */
function onTheWay(thrown: unknown, { name, host, port }: Endpoint): unknown {
  if (!(thrown instanceof RunbookError)) return thrown;
  return new RunbookError(
    thrown.code,
    `On the way to ${name}: ${thrown.message}`,
    { ...thrown.context, device: name, address: `${host}:${String(port)}` },
    { cause: thrown },
  );
}
