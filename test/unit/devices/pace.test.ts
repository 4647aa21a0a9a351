import assert from 'node:assert/strict';
import { TokenBucket, type Clock } from '../../../devices/logins/pace.ts';

/** A clock that stands until it is told to go on. */
class StandingClock implements Clock {
  #now = 0;
  #sleepers: { readonly until: number; readonly wake: () => void }[] = [];

  now(): number {
    return this.#now;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#sleepers.push({ until: this.#now + ms, wake: resolve });
      signal?.addEventListener('abort', () => reject(signal.reason as Error));
    });
  }

  async goOn(ms: number): Promise<void> {
    this.#now += ms;
    const due = this.#sleepers.filter(({ until }) => until <= this.#now + 1e-6);
    this.#sleepers = this.#sleepers.filter((sleeper) => !due.includes(sleeper));
    for (const { wake } of due) wake();
    await rest();
  }
}

const rest = async (): Promise<void> => {
  for (let i = 0; i < 50; i += 1) await Promise.resolve();
};

describe('TokenBucket', () => {
  it('lets a burst through, then its rate, in order of coming', async () => {
    const clock = new StandingClock();
    const bucket = new TokenBucket(5, 3, clock);
    const done: number[] = [];
    for (let i = 0; i < 6; i += 1) void bucket.take().then(() => done.push(i));

    await rest();
    assert.deepEqual(done, [0, 1, 2]);
    await clock.goOn(199);
    assert.deepEqual(done, [0, 1, 2]);
    await clock.goOn(1);
    assert.deepEqual(done, [0, 1, 2, 3]);
    await clock.goOn(200);
    await clock.goOn(200);
    assert.deepEqual(done, [0, 1, 2, 3, 4, 5]);
  });

  it('fills up after a rest to its burst and no further', async () => {
    const clock = new StandingClock();
    const bucket = new TokenBucket(10, 2, clock);
    await clock.goOn(60_000);
    let done = 0;
    for (let i = 0; i < 5; i += 1) void bucket.take().then(() => (done += 1));

    await rest();
    assert.equal(done, 2);
  });

  it('gives no token to those who give up: the next one waits no longer for them', async () => {
    const clock = new StandingClock();
    const bucket = new TokenBucket(1, 1, clock);
    await bucket.take();
    const controller = new AbortController();
    const lost = Array.from({ length: 50 }, () => bucket.take(controller.signal));
    let done = false;
    void bucket.take().then(() => (done = true));
    await rest();
    controller.abort(new Error('cancelled'));
    for (const one of lost) await assert.rejects(one, /cancelled/);

    await clock.goOn(1000);
    assert.equal(done, true);
  });
});
