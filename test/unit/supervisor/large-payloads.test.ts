import assert from 'node:assert/strict';
import { defaultPayloadConverter, type Payload } from '@temporalio/common';
import { largePayloads } from '../../../supervisor/index.ts';

const payloadOf = (value: unknown): Payload => defaultPayloadConverter.toPayload(value);
const devices = (count: number): object[] =>
  Array.from({ length: count }, (_, n) => ({ name: `ftd-${String(n)}`, state: 'new', look: { up: true } }));

async function sent(value: unknown): Promise<Payload> {
  const [payload] = await largePayloads.encode([payloadOf(value)]);
  assert.ok(payload);
  return payload;
}

async function received(payload: Payload): Promise<unknown> {
  const [plain] = await largePayloads.decode([payload]);
  return defaultPayloadConverter.fromPayload(plain as Payload);
}

describe('large payloads', () => {
  it('stay below what the server takes, and come back as they were', async () => {
    const document = { kind: 'run', devices: devices(50_000) };
    assert.ok((payloadOf(document).data?.length ?? 0) > 2 * 1024 * 1024);
    const payload = await sent(document);
    assert.ok((payload.data?.length ?? 0) < 512 * 1024);
    assert.deepEqual(await received(payload), document);
  });

  it('are left readable while they are small, unless they go between a shard and its parent', async () => {
    const result = { ends: devices(500) };
    assert.deepEqual(await sent(result), payloadOf(result));
    const bulk = { bulk: true, ...result };
    const payload = await sent(bulk);
    assert.ok((payload.data?.length ?? 0) < (payloadOf(bulk).data?.length ?? 0) / 5);
    assert.deepEqual(await received(payload), bulk);
  });

  it('of older versions are read as they are', async () => {
    assert.deepEqual(await received(payloadOf({ old: true })), { old: true });
  });
});
