import { setTimeout as pause } from 'node:timers/promises';
import { Line } from './line.ts';

/** A number of places, each held by one at a time. A place that is given back goes to the one who has waited longest. */
export class Places {
  readonly #line = new Line();
  #free: number;

  constructor(count: number) {
    this.#free = count;
  }

  /** Waits for a place; the function returned gives it back, once. */
  async take(signal?: AbortSignal): Promise<() => void> {
    signal?.throwIfAborted();
    if (this.#free > 0) this.#free -= 1;
    else await this.#line.wait(signal);
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      if (!this.#line.callNext()) this.#free += 1;
    };
  }
}

/** For tests, which do not wait. */
export interface Clock {
  /** Milliseconds. */
  now(): number;
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

const realClock: Clock = {
  now: () => performance.now(),
  sleep: (ms, signal) => pause(ms, undefined, signal === undefined ? {} : { signal }),
};

/**
 * Lets through `perSecond` in the long run, and up to `burst` at once after a rest. In order of coming; who gives up while waiting
 * takes no token. (The libraries looked at know neither order nor AbortSignal: docs/decisions.)
 */
export class TokenBucket {
  readonly #perSecond: number;
  readonly #burst: number;
  readonly #clock: Clock;
  readonly #front = new Places(1);
  #tokens: number;
  #filledAt: number;

  constructor(perSecond: number, burst: number, clock: Clock = realClock) {
    this.#perSecond = perSecond;
    this.#burst = burst;
    this.#clock = clock;
    this.#tokens = burst;
    this.#filledAt = clock.now();
  }

  async take(signal?: AbortSignal): Promise<void> {
    const leaveFront = await this.#front.take(signal);
    try {
      for (;;) {
        this.#fill();
        if (this.#tokens >= 1) break;
        await this.#clock.sleep(((1 - this.#tokens) / this.#perSecond) * 1000, signal);
      }
      this.#tokens -= 1;
    } finally {
      leaveFront();
    }
  }

  #fill(): void {
    const now = this.#clock.now();
    // A rest of a hair's breadth must not be waited for for ever by rounding.
    const more = ((now - this.#filledAt) / 1000) * this.#perSecond + 1e-9;
    this.#tokens = Math.min(this.#burst, this.#tokens + more);
    this.#filledAt = now;
  }
}
