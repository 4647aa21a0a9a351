import assert from 'node:assert/strict';
import type { Client } from '@temporalio/client';
import { createReader } from '../../../cli/client/read-run.ts';
import type { RunDocument, StateChanges } from '../../../workflows/contract.ts';
import * as documents from './documents.ts';

/** A run that answers so, in turn; tells what it was asked. */
function runThat(answers: readonly (RunDocument | StateChanges)[]): { client: Client; asked: unknown[] } {
  const asked: unknown[] = [];
  const handle = {
    describe: () => Promise.resolve({ workflowId: documents.run, status: { name: 'RUNNING' } }),
    query: (_name: string, mark: unknown) => Promise.resolve(answers[asked.push(mark) - 1]),
  };
  const client = {
    workflow: { getHandle: () => handle },
    connection: { withDeadline: (_deadline: number, work: () => Promise<unknown>) => work() },
  } as unknown as Client;
  return { client, asked };
}

describe('a run that is read again and again', () => {
  const whole = documents.eightRunning;
  const [first, second] = whole.devices;
  const changed = { ...second, step: 'deliver/restart' } as (typeof whole.devices)[number];
  const answer = (
    mark: string,
    devices: RunDocument['devices'],
    count = whole.devices.length,
  ): StateChanges => ({
    mark,
    count,
    document: { ...whole, summary: mark, devices },
  });

  async function read(answers: readonly (RunDocument | StateChanges)[], times: number) {
    const { client, asked } = runThat(answers);
    const reader = createReader();
    let document: RunDocument | undefined;
    for (let time = 0; time < times; time += 1) {
      const reading = await reader(client, documents.run);
      assert.ok(reading.from === 'worker');
      ({ document } = reading);
    }
    return { document, asked };
  }

  it('has what changed in its place, and all else as it was', async () => {
    const { document, asked } = await read([answer('a/1', whole.devices), answer('a/9', [changed])], 2);

    assert.deepEqual(document?.devices, [first, changed, ...whole.devices.slice(2)]);
    assert.equal(document?.summary, 'a/9');
    assert.deepEqual(asked, ['', 'a/1']);
  });

  it('is asked for all of it where devices are missing', async () => {
    const more = { ...changed, uuid: 'new' };
    const all = [...whole.devices, more];
    const { document, asked } = await read(
      [answer('a/1', whole.devices), answer('a/9', [more], all.length), answer('a/9', all)],
      2,
    );

    assert.deepEqual(document?.devices, all);
    assert.deepEqual(asked, ['', 'a/1', '']);
  });

  it('may be one of an older worker, which knows no marks', async () => {
    const { document } = await read([whole, { ...whole, summary: 'later' }], 2);

    assert.deepEqual(document, { ...whole, summary: 'later' });
  });
});
