import assert from 'node:assert/strict';
import type { Client } from '@temporalio/client';
import { follow } from '../../../cli/client/follow.ts';
import { createReader } from '../../../cli/client/read-run.ts';
import type { RunDocument } from '../../../workflows/contract.ts';
import * as documents from './documents.ts';

/** What the server says at each look; the last for ever. */
type Look =
  { readonly document: RunDocument; readonly closed?: boolean } | 'no worker' | 'no server' | 'terminated';

function clientThat(looks: readonly Look[]): Client {
  let at = -1;
  const look = (): Look => looks[Math.min(at, looks.length - 1)] ?? 'no server';
  const handle = {
    describe: () => {
      at += 1;
      const now = look();
      if (now === 'no server') return Promise.reject(new Error('unavailable'));
      const closed = now === 'terminated' || (now !== 'no worker' && now.closed === true);
      return Promise.resolve({
        workflowId: documents.run,
        status: { name: now === 'terminated' ? 'TERMINATED' : closed ? 'COMPLETED' : 'RUNNING' },
        startTime: new Date(0),
        ...(closed ? { closeTime: new Date(1) } : {}),
      });
    },
    query: () => {
      const now = look();
      return typeof now === 'string' ? Promise.reject(new Error('no poller')) : Promise.resolve(now.document);
    },
    result: () => {
      const now = look();
      return typeof now === 'string' ? Promise.reject(new Error('none')) : Promise.resolve(now.document);
    },
  };
  return {
    workflow: { getHandle: () => handle },
    connection: { withDeadline: (_deadline: number, work: () => Promise<unknown>) => work() },
  } as unknown as Client;
}

async function followed(
  looks: readonly Look[],
): Promise<{ why: string; states: number; troubles: string[] }> {
  const troubles: string[] = [];
  let states = 0;
  const end = await follow(
    clientThat(looks),
    documents.run,
    {
      state: () => {
        states += 1;
      },
      trouble: (text) => {
        if (text !== undefined) troubles.push(text);
      },
    },
    new AbortController().signal,
    createReader(),
  );
  return { why: end.why, states, troubles };
}

describe('follow', () => {
  const running = { document: documents.eightRunning };
  const waits = { document: documents.waiting };

  it('goes on while something moves, though a question is open, and ends when the run is closed', async () => {
    const { why, states } = await followed([
      running,
      running,
      { document: documents.devicesLeft, closed: true },
    ]);

    assert.equal(why, 'closed');
    assert.equal(states, 3);
  });

  it('ends when nothing can move without a person, seen twice in a row', async () => {
    assert.equal((await followed([waits, running, waits, waits])).why, 'waiting');
  });

  it('rides out a server and a worker that are away, and says so', async () => {
    const { why, troubles } = await followed([
      'no server',
      'no server',
      'no server',
      'no worker',
      { document: documents.devicesLeft, closed: true },
    ]);

    assert.equal(why, 'closed');
    assert.match(troubles[0] ?? '', /server does not answer/);
    assert.match(troubles[1] ?? '', /No worker answers/);
  }).timeout(5_000);

  it('ends without a result when the run was ended from outside', async () => {
    assert.equal((await followed([running, 'terminated'])).why, 'closed-without-result');
  });
});
