import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { pause } from '../../lab/programs/starters.ts';

describe('a pause of a box of the lab', () => {
  it('ends with its time, or with what it waits beside, and leaves nobody listening', async () => {
    const long = new AbortController();
    for (let i = 0; i < 12; i += 1) await pause(1, long.signal);
    assert.deepEqual(getEventListeners(long.signal, 'abort'), []);

    const waiting = pause(60_000, long.signal);
    long.abort();
    await waiting;
    assert.deepEqual(getEventListeners(long.signal, 'abort'), []);
  });
});
