import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { DeterminismViolationError } from '@temporalio/workflow';
import proto from '@temporalio/proto';
import { Worker } from '@temporalio/worker';
import { largePayloads } from '../../supervisor/index.ts';
import { testServer, workflowBundle } from '../support/temporal.ts';

const folder = new URL('./histories/', import.meta.url);
const files = readdirSync(fileURLToPath(folder)).filter((name) => name.endsWith('.history.gz'));

type History = proto.temporal.api.history.v1.History;

function recorded(file: string): History {
  return proto.temporal.api.history.v1.History.decode(gunzipSync(readFileSync(new URL(file, folder))));
}

/** The error of today's workflows over an old history, if any. */
async function replay(history: History): Promise<Error | undefined> {
  const workflowId = history.events[0]?.workflowExecutionStartedEventAttributes?.workflowId ?? '';
  const results = Worker.runReplayHistories(
    { workflowBundle: await workflowBundle(), dataConverter: { payloadCodecs: [largePayloads] } },
    [{ workflowId, history }],
  );
  for await (const { error } of results) return error;
  throw new Error('nothing was replayed');
}

describe('recorded histories', function () {
  this.timeout(60_000);

  before(async () => {
    // It also quietens the SDK.
    await testServer();
  });

  it('are those of every kind of run', () => {
    const parts = [
      'good.run',
      'good.plan',
      'parked-and-retried.device-1',
      'critical-tasks.run',
      'cancelled.run',
      'lab.run',
      'shards.run',
      'shards.deliver-shard',
      'fleet.fleet',
      'fleet.member',
      'rollout.run',
      'rollout.device-2',
      'rollout-shards.run',
      'rollout-shards.prove-shard-1',
      'rollout-shards.prove-shard-2',
      'stretches.device-1',
      'stretches-shards.deliver-shard',
    ];
    for (const part of parts) assert.ok(files.includes(`${part}.history.gz`), part);
  });

  for (const file of files) {
    it(`${file} replays`, async () => {
      assert.equal(await replay(recorded(file)), undefined);
    });
  }

  it('would not replay in another order', async () => {
    const history = recorded('good.run.history.gz');
    const scheduled = history.events
      .map((event) => event.activityTaskScheduledEventAttributes)
      .filter((attributes) => attributes != null);
    const [first, last] = [scheduled[0], scheduled.at(-1)];
    assert.ok(first && last && first !== last);
    [first.activityId, last.activityId] = [last.activityId ?? null, first.activityId ?? null];
    assert.ok((await replay(history)) instanceof DeterminismViolationError);
  });
});
