import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { MockActivityEnvironment } from '@temporalio/testing';
import { beating } from '../../../activities/action.ts';

/** What an activity that does `work` has told of itself. */
async function beats(work: (progress: (text: string) => void) => Promise<void>): Promise<unknown[]> {
  const environment = new MockActivityEnvironment();
  const told: unknown[] = [];
  environment.on('heartbeat', (details) => told.push(details));
  await environment.run(() => beating(work));
  return told;
}

describe('an activity', () => {
  it('that is soon over tells nothing of itself: each beat costs the server a write', async () => {
    const told = await beats((progress) => {
      progress('lock');
      progress('exchange');
      return Promise.resolve();
    });
    assert.deepEqual(told, []);
  });

  it('that lasts tells how far it is, well before it would be taken for lost', async () => {
    const told = await beats(async (progress) => {
      progress('lock');
      progress('exchange');
      await sleep(3_300);
    });
    assert.deepEqual(told, [{ text: 'exchange' }]);
  });
});
