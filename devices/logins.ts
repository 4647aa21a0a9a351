import { setTimeout as pause } from 'node:timers/promises';
import { RunbookError } from '../errors/index.ts';
import type { Endpoint } from './session.ts';

export interface LoginLimits {
  /** Logins begun per second, over all boxes. */
  readonly perSecond: number;
  /** Logins under way at once, over all boxes. */
  readonly concurrent: number;
}

/** What became of a password that was sent. */
export type LoginOutcome = 'accepted' | 'refused' | 'unknown';

/**
 * Spaces logins, and sees to it that a wrong password is tried once: a credential that no box has accepted yet is tried on
 * one box at a time; after a refusal it is frozen for all.
 */
export class Logins {
  readonly #limits: LoginLimits;
  #nextAt = 0;
  #running = 0;
  #waiting: (() => void)[] = [];
  #frozen = new Map<string, RunbookError>();
  #accepted = new Set<string>();
  #turns = new Map<string, Promise<void>>();

  constructor(limits: LoginLimits) {
    this.#limits = limits;
  }

  /** Throws DEVICE_CREDENTIAL_FROZEN when the credential was refused before, anywhere or on this box. */
  checkFrozen(endpoint: Endpoint): void {
    const { id } = endpoint.credential;
    const cause = this.#frozen.get(id) ?? this.#frozen.get(boxKey(endpoint));
    if (cause === undefined) return;
    throw new RunbookError(
      'DEVICE_CREDENTIAL_FROZEN',
      `${endpoint.name}: the credential ${id} is not used again: ${cause.message}`,
      { device: endpoint.name, credential: id, frozenBy: cause.code },
      { cause },
    );
  }

  /** Takes note of a failure; freezes what its context says. */
  note(endpoint: Endpoint, error: unknown): void {
    if (!(error instanceof RunbookError)) return;
    const { freeze } = error.context;
    if (freeze === 'credential') {
      this.#frozen.set(endpoint.credential.id, error);
      this.#accepted.delete(endpoint.credential.id);
    }
    if (freeze === 'box' || error.code === 'DEVICE_PASSWORD_EXPIRED')
      this.#frozen.set(boxKey(endpoint), error);
  }

  thaw(credentialId: string): void {
    this.#accepted.delete(credentialId);
    for (const key of this.#frozen.keys()) {
      if (key === credentialId || key.startsWith(`${credentialId}\n`)) this.#frozen.delete(key);
    }
  }

  /** Runs a login when there is room for it. */
  async within<T>(login: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    while (this.#running >= this.#limits.concurrent) {
      await this.#room(signal);
      signal?.throwIfAborted();
    }
    this.#running += 1;
    try {
      const now = Date.now();
      const at = Math.max(now, this.#nextAt);
      this.#nextAt = at + 1000 / this.#limits.perSecond;
      if (at > now) await pause(at - now, undefined, signal === undefined ? {} : { signal });
      return await login();
    } finally {
      this.#running -= 1;
      this.#waiting.shift()?.();
    }
  }

  #room(signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        signal?.removeEventListener('abort', wake);
        // Who has given up must not take the wake-up of another.
        this.#waiting = this.#waiting.filter((one) => one !== wake);
        resolve();
      };
      this.#waiting.push(wake);
      signal?.addEventListener('abort', wake, { once: true });
    });
  }

  /**
   * Waits until this credential may be tried: at once when some box has accepted it, else until no other login tries it.
   * The function returned must be called with the outcome. Throws DEVICE_CREDENTIAL_FROZEN.
   */
  async takeTurn(endpoint: Endpoint): Promise<(outcome: LoginOutcome) => void> {
    const { id } = endpoint.credential;
    for (;;) {
      this.checkFrozen(endpoint);
      if (this.#accepted.has(id)) return () => undefined;
      const other = this.#turns.get(id);
      if (other === undefined) break;
      await other;
    }
    let end = (): void => undefined;
    this.#turns.set(id, new Promise((resolve) => (end = resolve)));
    return (outcome) => {
      if (outcome === 'accepted') this.#accepted.add(id);
      this.#turns.delete(id);
      end();
    };
  }
}

function boxKey(endpoint: Endpoint): string {
  return `${endpoint.credential.id}\n${endpoint.host}:${endpoint.port}`;
}
