import { RunbookError } from '../../errors/index.ts';
import type { Endpoint, KnownRefusals } from '../session.ts';
import { Line } from './line.ts';
import { Places, TokenBucket } from './pace.ts';
import { Refusals } from './refusals.ts';

/** All of one worker, over all boxes and jump hosts. */
export interface LoginLimits {
  /** Logins begun per second in the long run. */
  readonly perSecond: number;
  /** Logins begun at once after a rest. */
  readonly burst: number;
  /** Logins under way at once. */
  readonly concurrent: number;
  /** Logins that have the same password on its way at once, when a box has accepted it before. */
  readonly samePasswordAtOnce: number;
}

/** What became of a password that was sent. */
export type LoginOutcome = 'accepted' | 'unknown';

/** So long a box that says nothing to a good password keeps it from the others, milliseconds. */
const patienceMs = 5_000;

interface Trial {
  isProven: boolean;
  underWay: number;
  readonly line: Line;
}

/**
 * Spaces logins, and sees to it that a wrong password is tried once: a credential that no box has accepted yet is tried on
 * one box at a time; after a refusal it is frozen for all.
 */
export class Logins {
  readonly #places: Places;
  readonly #bucket: TokenBucket;
  readonly #samePasswordAtOnce: number;
  readonly #refusals = new Refusals();
  readonly #trials = new Map<string, Trial>();

  constructor({ perSecond, burst, concurrent, samePasswordAtOnce }: LoginLimits) {
    this.#places = new Places(concurrent);
    this.#bucket = new TokenBucket(perSecond, burst);
    this.#samePasswordAtOnce = samePasswordAtOnce;
  }

  /** Throws DEVICE_CREDENTIAL_FROZEN when the credential was refused before, anywhere or on this box. */
  checkFrozen(endpoint: Endpoint): void {
    this.#refusals.check(endpoint);
  }

  /** Takes note of a failure; freezes what its context says. */
  note(endpoint: Endpoint, error: unknown): void {
    if (!(error instanceof RunbookError) || !this.#refusals.note(endpoint, error)) return;
    this.#doubt(endpoint.credential.id);
  }

  /** Takes over what a run knows: what was refused elsewhere, and what a person has settled. */
  hear(known: KnownRefusals): void {
    const thawed = this.#refusals.hear(known, (credential) =>
      trialKeys(credential).some((key) => this.#trials.get(key)?.isProven === true),
    );
    for (const credential of thawed) this.#doubt(credential);
  }

  /** Runs a login when there is room for it and its time has come. */
  async within<T>(login: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    const leave = await this.#places.take(signal);
    try {
      await this.#bucket.take(signal);
      return await login();
    } finally {
      leave();
    }
  }

  /**
   * Waits until a password of this credential may be sent: until no other login tries it, or, when some box has accepted it, until
   * few enough have it on its way. The function returned must be called with the outcome. Throws DEVICE_CREDENTIAL_FROZEN.
   */
  async takeTurn(
    endpoint: Endpoint,
    kind: 'login' | 'sudo' = 'login',
    signal?: AbortSignal,
  ): Promise<(outcome: LoginOutcome) => void> {
    const key = trialKey(endpoint.credential.id, kind);
    const trial = this.#trials.get(key) ?? { isProven: false, underWay: 0, line: new Line() };
    this.#trials.set(key, trial);
    for (;;) {
      this.checkFrozen(endpoint);
      if (trial.underWay < (trial.isProven ? this.#samePasswordAtOnce : 1)) break;
      await trial.line.wait(signal);
    }
    trial.underWay += 1;
    let isHeld = true;
    const giveBack = (): void => {
      clearTimeout(patience);
      if (!isHeld) return;
      isHeld = false;
      trial.underWay -= 1;
      // All of them look again, in their order: there may be room for several now, or for nobody any more.
      trial.line.callAll();
    };
    const patience = trial.isProven ? setTimeout(giveBack, patienceMs).unref() : undefined;
    return (outcome) => {
      if (outcome === 'accepted') trial.isProven = true;
      giveBack();
    };
  }

  #doubt(credential: string): void {
    for (const key of trialKeys(credential)) {
      const trial = this.#trials.get(key);
      if (trial === undefined) continue;
      trial.isProven = false;
      trial.line.callAll();
    }
  }
}

function trialKey(credential: string, kind: 'login' | 'sudo'): string {
  return `${kind} ${credential}`;
}

function trialKeys(credential: string): readonly string[] {
  return [trialKey(credential, 'login'), trialKey(credential, 'sudo')];
}
