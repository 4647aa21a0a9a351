import assert from 'node:assert/strict';
import { stateQuery, type RunDocument, type StateChanges } from '../../workflows/contract.ts';
import { deviceUuid, failWith, goodAnswers, withFakeWorld, type FakeWorld } from '../support/fake-world.ts';
import { door, tell } from '../support/told.ts';

const many = 120;

const called = (world: FakeWorld, action: string): (string | undefined)[] =>
  world.calls.filter((call) => call.action === action).map(({ input }) => input.target?.uuid);

const everyDevice = Array.from({ length: many }, (_, index) => index + 1);

/** Answers under which twenty deliveries go through, and all others wait until they are let go on. */
function heldDeliveries(): {
  readonly answers: ReturnType<typeof goodAnswers>;
  begun(): number;
  open(): void;
} {
  const answers = goodAnswers(many, everyDevice);
  const rest = door();
  let begun = 0;
  answers.deliverCerts = async () => {
    begun += 1;
    if (begun > 20) await rest.opened;
    return { facts: { state: 'new', rung: 'ssh' } };
  };
  return { answers, begun: () => begun, open: rest.open };
}

describe('a stage over many devices', function () {
  this.timeout(120_000);

  it('is gone through in shards: every device once, none by a workflow of its own', async () => {
    await withFakeWorld(many, goodAnswers(many, everyDevice), async (world) => {
      const plan = await world.plan();
      assert.equal(plan.runnable, true, JSON.stringify(plan.findings.slice(0, 3)));
      assert.equal(plan.devices.length, many);
      assert.equal(plan.entries.length, many + 1);
      const run = await world.start(plan, { lanes: 32 });
      const document = (await run.result()) as RunDocument;

      assert.equal(document.exitCode, 0, document.summary);
      assert.ok(document.devices.every(({ phase, status }) => phase === 'proven' && status === 'done'));
      for (const action of ['deliverCerts', 'restartTunnel']) {
        assert.deepEqual(called(world, action).sort(), everyDevice.map(deviceUuid).sort());
      }
      const { events } = await run.fetchHistory();
      const children = (events ?? []).flatMap(
        (event) => event.startChildWorkflowExecutionInitiatedEventAttributes?.workflowId ?? [],
      );
      assert.deepEqual(
        children.map((id) => id.slice(run.workflowId.length + 1)),
        ['identify', 'inspect-devices', 'deliver'].flatMap((stage) => [
          `${stage}/shard-1`,
          `${stage}/shard-2`,
        ]),
      );
      // At this rate per device, a thousand of them stay within what the server calls large.
      assert.ok((events ?? []).length < 150 + 3 * many, String(events?.length));
    });
  });

  it('goes on around a device at a question, and takes its answer', async () => {
    const answers = goodAnswers(many, everyDevice);
    let broken = true;
    const deliver = answers.deliverCerts;
    answers.deliverCerts = (input) =>
      broken && input.target?.uuid === deviceUuid(3)
        ? failWith('SESSION_SUDO_REFUSED', 'no')
        : deliver(input);
    await withFakeWorld(many, answers, async (world) => {
      const run = await world.start(await world.plan(), { lanes: 2 });
      const waiting = await world.until(run.workflowId, ({ outcome }) => outcome === 'waiting');
      const [question, another] = waiting.questions;
      assert.equal(another, undefined);
      assert.equal(question?.id, `${deviceUuid(3)}/deliver#1`);
      assert.equal(waiting.devices.filter(({ status }) => status === 'done').length, many - 1);
      assert.equal(waiting.devices[2]?.status, 'parked');
      assert.equal(waiting.devices[2]['state'], 'old', 'what is known of it is shown with the question');

      // Who asks again gets what has changed since.
      const handle = world.server.client.workflow.getHandle(run.workflowId);
      const changes = (mark: string): Promise<StateChanges> =>
        handle.query<StateChanges, [string]>(stateQuery, mark);
      const first = await changes('');
      assert.equal(first.document.devices.length, many);
      assert.deepEqual((await changes(first.mark)).document.devices, []);
      await tell(world, run.workflowId, 'hold', { device: 'ftd-5', reason: 'look at it' });
      const next = await changes(first.mark);
      assert.deepEqual(
        next.document.devices.map(({ name, hold }) => [name, hold?.reason]),
        [['ftd-5', 'look at it']],
      );
      assert.equal(next.count, many);
      assert.equal(
        (await changes(`another-run/${next.mark.split('/')[1] ?? ''}`)).document.devices.length,
        many,
      );

      broken = false;
      const answer = await tell(world, question?.workflowId ?? '', 'retry', { question: question?.id ?? '' });
      assert.equal(answer.accepted, true, answer.text);

      const document = (await run.result()) as RunDocument;
      assert.equal(document.exitCode, 0, document.summary);
      assert.equal(called(world, 'restartTunnel').length, many);
      assert.deepEqual(
        document.decisions.filter(({ verb }) => verb === 'retry').map(({ by, box }) => [by, box]),
        [['ann', 'ftd-3']],
      );
    });
  });

  it('gives the lanes that a shard does not use any more to the next, and no more than there are', async () => {
    const answers = goodAnswers(many, everyDevice);
    const { open, opened } = door();
    const slow = [1, 2, 3].map(deviceUuid);
    const atWork = new Set<string | undefined>();
    let most = 0;
    const { deliverCerts, verifyTunnel } = answers;
    answers.deliverCerts = (input) => {
      atWork.add(input.target?.uuid);
      most = Math.max(most, atWork.size);
      return deliverCerts(input);
    };
    answers.verifyTunnel = async (input) => {
      if (slow.includes(input.target?.uuid ?? '')) await opened;
      atWork.delete(input.target?.uuid);
      return await verifyTunnel(input);
    };
    await withFakeWorld(many, answers, async (world) => {
      const run = await world.start(await world.plan(), { lanes: 16 });
      await world.until(run.workflowId, () => called(world, 'deliverCerts').length === many);
      open();
      const document = (await run.result()) as RunDocument;
      assert.equal(document.exitCode, 0, document.summary);
      assert.ok(most <= 16, `${String(most)} at once`);
    });
  });

  it('tells how far its devices are also while none of them ends', async () => {
    const answers = goodAnswers(many, everyDevice);
    const { open, opened } = door();
    answers.verifyTunnel = async () => {
      await opened;
      return { facts: { up: true } };
    };
    await withFakeWorld(many, answers, async (world) => {
      const run = await world.start(await world.plan(), { lanes: 4 });
      const shown = await world.until(
        run.workflowId,
        ({ devices }) => devices.filter(({ phase }) => phase === 'delivered').length === 4,
      );
      assert.equal(shown.devices.filter(({ status }) => status === 'running').length, 4);
      open();
      assert.equal(((await run.result()) as RunDocument).exitCode, 0);
      const { events } = await run.fetchHistory();
      const news = (events ?? []).filter(
        (event) => event.workflowExecutionSignaledEventAttributes?.signalName === 'shardNews',
      );
      assert.ok(news.length < many / 2, `${String(news.length)} messages`);
    });
  });

  it('asks about the one device at which a condition cannot be decided, and goes on with all others', async () => {
    const answers = goodAnswers(many, everyDevice);
    const check = answers.probeDelivery;
    let broken = true;
    answers.probeDelivery = (input) =>
      broken && input.target?.uuid === deviceUuid(3) ? { facts: { state: 'old' } } : check(input);
    await withFakeWorld(many, answers, async (world) => {
      const run = await world.start(await world.plan(), { lanes: 16 });
      const waiting = await world.until(run.workflowId, ({ outcome }) => outcome === 'waiting');
      const [question, another] = waiting.questions;
      assert.equal(another, undefined);
      assert.deepEqual(
        [question?.box, question?.code, question?.answers],
        ['ftd-3', 'STEP_ASSERT', ['retry', 'skip']],
      );
      assert.match(question?.text ?? '', /device\.check\.\w+ is missing/);
      assert.equal(waiting.devices.filter(({ status }) => status === 'done').length, many - 1);

      broken = false;
      await tell(world, run.workflowId, 'retry', { question: question?.id ?? '' });
      const document = (await run.result()) as RunDocument;
      assert.equal(document.exitCode, 0, document.summary);
    });
  });

  it('begins no device while paused, finishes those in flight, and goes on after resume', async () => {
    const { answers, begun, open } = heldDeliveries();
    await withFakeWorld(many, answers, async (world) => {
      const run = await world.start(await world.plan(), { lanes: 4 });
      await world.until(run.workflowId, () => begun() === 24);
      const answer = await tell(world, run.workflowId, 'pause', { reason: 'the window moves' });
      assert.equal(answer.accepted, true);
      open();
      const held = await world.until(run.workflowId, ({ outcome }) => outcome === 'waiting');
      assert.deepEqual(held.paused?.inFlight, []);
      assert.equal(begun(), 24, 'no further delivery is begun');
      assert.equal(called(world, 'probeDelivery').length, 24, 'nor any look at a device that waits');

      await tell(world, run.workflowId, 'resume', {});
      const document = (await run.result()) as RunDocument;
      assert.equal(document.exitCode, 0, document.summary);
      assert.equal(new Set(called(world, 'deliverCerts')).size, many);
    });
  });

  it('is cancelled in the middle: what is in flight is finished, the rest is left and named', async () => {
    const { answers, begun, open } = heldDeliveries();
    await withFakeWorld(many, answers, async (world) => {
      const run = await world.start(await world.plan(), { lanes: 4 });
      await world.until(run.workflowId, () => begun() === 24);
      await tell(world, run.workflowId, 'cancel', { reason: 'enough' });
      open();
      const document = (await run.result()) as RunDocument;
      assert.equal(document.outcome, 'cancelled');
      assert.equal(begun(), 24);
      const left = document.devices.filter(({ status }) => status === 'needs-hands');
      assert.equal(
        left.filter(({ note }) => note?.includes('before this device was begun')).length,
        many - 24,
      );
      assert.equal(document.devices.filter(({ phase }) => phase === 'issued').length, many - 24);
    });
  });

  it('names the devices of a shard that somebody terminated, and finishes the others', async () => {
    const answers = goodAnswers(many, everyDevice);
    let stuck = true;
    answers.deliverCerts = async (input) => {
      while (stuck && input.target?.uuid === deviceUuid(1))
        await new Promise((resolve) => setTimeout(resolve, 20));
      return { facts: { state: 'new', rung: 'ssh' } };
    };
    await withFakeWorld(many, answers, async (world) => {
      const run = await world.start(await world.plan(), { lanes: 16 });
      await world.until(run.workflowId, () => called(world, 'deliverCerts').length === many);
      await world.server.client.workflow
        .getHandle(`${run.workflowId}/deliver/shard-1`)
        .terminate('by mistake');
      const document = (await run.result()) as RunDocument;
      stuck = false;
      const [first] = document.devices;
      assert.equal(first?.status, 'needs-hands');
      assert.match(first.note ?? '', /ended without an answer/);
      assert.equal(
        document.devices.slice(many / 2).every(({ status }) => status === 'done'),
        true,
      );
    });
  });
});
