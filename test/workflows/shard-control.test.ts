import assert from 'node:assert/strict';
import type { RunDocument } from '../../workflows/contract.ts';
import { deviceUuid, failWith, goodAnswers, withFakeWorld, type FakeAction } from '../support/fake-world.ts';
import { called, deviceOf, door, isWaiting, tell } from '../support/told.ts';

/** As few as go through a stage in a shard. */
const many = 51;
const why = { reason: 'the site is in use' };
const delivered = { facts: { state: 'new', rung: 'ssh' } };

/** Everything goes well, but for deliveries to the devices of these numbers while they are in the list. */
function failing(devices: number, broken: Map<number, FakeAction>): ReturnType<typeof goodAnswers> {
  const answers = goodAnswers(
    devices,
    Array.from({ length: devices }, (_, index) => index + 1),
  );
  answers.deliverCerts = async (input) => {
    const fault = [...broken].find(([n]) => input.target?.uuid === deviceUuid(n))?.[1];
    return fault === undefined ? delivered : await fault(input);
  };
  return answers;
}

const sudoRefused: FakeAction = () => failWith('SESSION_SUDO_REFUSED', 'sudo said no');
const frozen: FakeAction = () => failWith('SESSION_SUDO_REFUSED', 'refused', { cause: 'credential:fleet' });

describe('answers about devices of a shard', function () {
  this.timeout(60_000);

  it('are given to the run: by name, from an earlier step, by cause, to all that failed', async () => {
    const broken = new Map([
      [2, sudoRefused],
      [5, frozen],
      [6, frozen],
      [9, sudoRefused],
    ]);
    await withFakeWorld(many, failing(many, broken), async (world) => {
      const run = await world.start(await world.plan(), { lanes: 16 });
      const id = run.workflowId;
      const waiting = await world.until(id, isWaiting);
      assert.deepEqual(
        waiting.questions.map(({ box }) => box).sort(),
        ['ftd-2', 'ftd-5', 'ftd-6', 'ftd-9'],
        'all others are done',
      );
      const wrong = await tell(world, id, 'retry', { device: 'ftd-2', from: 'verify' });
      assert.match(wrong.text, /Steps to go on from: check/);
      const looks = called(world, 'probeDelivery', 'ftd-2');
      const from = await tell(world, id, 'retry', { device: 'ftd-2', from: 'check' }, 'click');
      assert.deepEqual([from.accepted, from.boxes], [true, ['ftd-2']], from.text);
      assert.deepEqual(
        await tell(world, id, 'retry', { device: 'ftd-2', from: 'check' }, 'click'),
        from,
        'sent twice, done once',
      );
      await world.until(id, ({ questions }) => questions.some((one) => one.id.endsWith('deliver#2')));
      assert.equal(called(world, 'probeDelivery', 'ftd-2'), looks + 1, 'it went on from the look');

      broken.delete(5);
      broken.delete(6);
      const cause = await tell(world, id, 'retry', { cause: 'credential:fleet' });
      assert.deepEqual(cause.boxes, ['ftd-5', 'ftd-6'], cause.text);
      await world.until(id, ({ questions }) => questions.length === 2);
      assert.equal(called(world, 'deliverCerts', 'ftd-9'), 1);

      broken.clear();
      const all = await tell(world, id, 'retry', { all: 'failed' });
      assert.deepEqual([...(all.boxes ?? [])].sort(), ['ftd-2', 'ftd-9'], all.text);
      const document = (await run.result()) as RunDocument;
      assert.equal(document.exitCode, 0, document.summary);
      assert.equal(document.decisions.filter(({ verb }) => verb === 'retry').length, 5);
      assert.equal(called(world, 'deliverCerts'), many + 5);
    });
  });

  it('begin devices again that have ended, and those of the shard that still ask, in one word', async () => {
    const broken = new Map([
      [3, sudoRefused],
      [4, sudoRefused],
    ]);
    await withFakeWorld(many, failing(many, broken), async (world) => {
      const run = await world.start(await world.plan(), { lanes: 16 });
      const id = run.workflowId;
      await world.until(id, isWaiting);
      const skip = await tell(world, id, 'skip', { device: 'ftd-3', reason: 'later' });
      assert.equal(skip.accepted, true, skip.text);
      await world.until(id, (document) => deviceOf(document, 'ftd-3').status === 'skipped');
      broken.delete(3);
      const again = await tell(world, id, 'retry', { device: 'ftd-3' });
      assert.deepEqual([again.accepted, again.boxes], [true, ['ftd-3']], again.text);
      await world.until(id, (document) => deviceOf(document, 'ftd-3').status === 'done');
      assert.equal(called(world, 'deliverCerts', 'ftd-3'), 2);
      const attempts = world.calls
        .filter(({ action, input }) => action === 'deliverCerts' && input.target?.name === 'ftd-3')
        .map(({ input }) => input.attempt);
      assert.deepEqual(attempts, [1, 2], 'attempts go on counting');
      broken.clear();
      const last = await tell(world, id, 'retry', { all: 'failed' });
      assert.deepEqual(last.boxes, ['ftd-4'], last.text);
      assert.equal(((await run.result()) as RunDocument).exitCode, 0);
    });
  });

  it('begun again and not yet at work, one can be left out or held after all', async () => {
    const broken = new Map([
      [3, sudoRefused],
      [4, sudoRefused],
    ]);
    await withFakeWorld(many, failing(many, broken), async (world) => {
      const run = await world.start(await world.plan(), { lanes: 16 });
      const id = run.workflowId;
      await world.until(id, isWaiting);
      await tell(world, id, 'skip', { device: 'ftd-3', reason: 'later' });
      await world.until(id, (document) => deviceOf(document, 'ftd-3').status === 'skipped');
      broken.clear();
      await tell(world, id, 'hold', { device: 'ftd-3', ...why });
      const again = await tell(world, id, 'retry', { device: 'ftd-3' });
      assert.equal(again.accepted, true, again.text);
      await world.until(id, (document) => deviceOf(document, 'ftd-3').status === 'waiting');
      const out = await tell(world, id, 'skip', { device: 'ftd-3', reason: 'in storage' });
      assert.equal(out.accepted, true, out.text);
      await tell(world, id, 'retry', { device: 'ftd-4' });
      const document = (await run.result()) as RunDocument;
      assert.deepEqual([deviceOf(document, 'ftd-3').status, document.exitCode], ['skipped', 4]);
      assert.equal(called(world, 'deliverCerts', 'ftd-3'), 1);
    });
  });

  it('of two shards at once are passed on to each', async () => {
    const broken = new Map([
      [1, frozen],
      [102, frozen],
    ]);
    await withFakeWorld(102, failing(102, broken), async (world) => {
      const run = await world.start(await world.plan(), { lanes: 16 });
      const id = run.workflowId;
      const { questions } = await world.until(id, isWaiting);
      assert.equal(new Set(questions.map(({ workflowId }) => workflowId)).size, 2);
      broken.clear();
      const both = await tell(world, id, 'retry', { cause: 'credential:fleet' });
      assert.deepEqual(both.boxes, ['ftd-1', 'ftd-102'], both.text);
      assert.equal(((await run.result()) as RunDocument).exitCode, 0);
    });
  });
});

describe('a held device of a shard', function () {
  this.timeout(60_000);

  it('is not begun, others go on, the run waits for it alone; released it goes on', async () => {
    const first = door();
    const answers = failing(many, new Map());
    const look = answers.probeDelivery;
    answers.probeDelivery = async (input) => {
      await first.opened;
      return await look(input);
    };
    await withFakeWorld(many, answers, async (world) => {
      const run = await world.start(await world.plan(), { lanes: 16 });
      const id = run.workflowId;
      await world.until(id, () => called(world, 'probeDelivery') === 16);
      const held = await tell(world, id, 'hold', { device: 'ftd-40', ...why });
      assert.match(held.text, /^Held: nothing that changes ftd-40/);
      first.open();
      const waiting = await world.until(id, isWaiting);
      assert.equal(waiting.devices.filter(({ status }) => status === 'done').length, many - 1);
      assert.deepEqual(
        [deviceOf(waiting, 'ftd-40').status, deviceOf(waiting, 'ftd-40').hold?.by],
        ['waiting', 'ann'],
      );
      assert.equal(called(world, 'probeDelivery', 'ftd-40'), 0, 'not begun');
      assert.equal((await tell(world, id, 'release', { device: 'ftd-40' })).accepted, true);
      assert.equal(((await run.result()) as RunDocument).exitCode, 0);
    });
  });

  it('in a step: that is finished, and the next change comes after the release', async () => {
    const delivery = door();
    const at = new Map<number, FakeAction>([
      [
        7,
        async () => {
          await delivery.opened;
          return delivered;
        },
      ],
    ]);
    await withFakeWorld(many, failing(many, at), async (world) => {
      const run = await world.start(await world.plan(), { lanes: 16 });
      const id = run.workflowId;
      await world.until(id, () => called(world, 'deliverCerts', 'ftd-7') === 1);
      await tell(world, id, 'hold', { device: 'ftd-7', ...why });
      delivery.open();
      const waiting = await world.until(id, isWaiting);
      assert.equal(waiting.devices.filter(({ status }) => status === 'done').length, many - 1);
      assert.equal(called(world, 'restartTunnel', 'ftd-7'), 0);
      await tell(world, id, 'release', { device: 'ftd-7' });
      assert.equal(((await run.result()) as RunDocument).exitCode, 0);
      assert.equal(called(world, 'restartTunnel', 'ftd-7'), 1);
    });
  });

  it('whose shard is not begun can be held, and left out, as can one that waits in an open shard', async () => {
    const generated = door();
    const first = door();
    const answers = failing(many, new Map());
    const { readFailedPush, probeDelivery } = answers;
    answers.readFailedPush = async (input) => {
      await generated.opened;
      return await readFailedPush(input);
    };
    answers.probeDelivery = async (input) => {
      await first.opened;
      return await probeDelivery(input);
    };
    await withFakeWorld(many, answers, async (world) => {
      const run = await world.start(await world.plan(), { lanes: 16 });
      const id = run.workflowId;
      await world.until(id, () => called(world, 'readFailedPush') === 1);
      await tell(world, id, 'pause', why);
      generated.open();
      await world.until(id, isWaiting);
      assert.equal((await tell(world, id, 'hold', { device: 'ftd-5', ...why })).accepted, true);
      const skip = await tell(world, id, 'skip', { device: 'ftd-6', reason: 'in storage' });
      assert.equal(skip.accepted, true, skip.text);
      await tell(world, id, 'resume');
      await world.until(id, () => called(world, 'probeDelivery') === 16);
      const later = await tell(world, id, 'skip', { device: 'ftd-50', reason: 'in storage' });
      assert.equal(later.accepted, true, later.text);
      first.open();
      const waiting = await world.until(id, isWaiting);
      assert.equal(deviceOf(waiting, 'ftd-5').status, 'waiting');
      await tell(world, id, 'release', { device: 'ftd-5' });
      const document = (await run.result()) as RunDocument;
      assert.equal(document.exitCode, 4);
      for (const name of ['ftd-6', 'ftd-50']) {
        assert.equal(deviceOf(document, name).status, 'skipped', name);
        assert.equal(deviceOf(document, name).note, 'in storage', name);
        assert.equal(called(world, 'deliverCerts', name), 0, name);
      }
      assert.equal(called(world, 'deliverCerts'), many - 2);
    });
  });
});
