import assert from 'node:assert/strict';
import type { WorkflowHandle } from '@temporalio/client';
import { stopSignal, type RunDocument } from '../../workflows/contract.ts';
import {
  deviceUuid,
  failWith,
  goodAnswers,
  loseWorker,
  withFakeWorld,
  type FakeWorld,
} from '../support/fake-world.ts';
import { called, deviceOf, door, isWaiting, tell } from '../support/told.ts';
import { untilSeen } from '../support/until.ts';

/** What was done to a device in its changing stage, in order. */
const done = (world: FakeWorld, device: string): string[] =>
  world.calls
    .filter(({ input }) => input.target?.name === device && input.step.startsWith('deliver/'))
    .map(({ action }) => action);

/** To how many device runs it has still to be said that they end; -1 before it was said to any. */
async function unheard(run: WorkflowHandle): Promise<number> {
  const { events } = await run.fetchHistory();
  const said = (events ?? []).filter(
    (event) => event.signalExternalWorkflowExecutionInitiatedEventAttributes?.signalName === stopSignal,
  );
  const heard = (events ?? []).filter(({ externalWorkflowExecutionSignaledEventAttributes: signaled }) =>
    said.some(({ eventId }) => String(eventId) === String(signaled?.initiatedEventId)),
  );
  return said.length === 0 ? -1 : said.length - heard.length;
}

const delivered = { facts: { state: 'new', rung: 'ssh' } };
const toRestart = ['probeDelivery', 'deliverCerts', 'checkRestart', 'restartTunnel'];

/** The activities of a device run as a history shows them: type and summary. */
async function shown(world: FakeWorld, run: string, device: number): Promise<string[]> {
  const id = `${run}/deliver/${deviceUuid(device)}`;
  const { events } = await world.server.client.workflow.getHandle(id).fetchHistory();
  return (events ?? []).flatMap(({ activityTaskScheduledEventAttributes: scheduled, userMetadata }) => {
    const summary = userMetadata?.summary?.data;
    return scheduled == null
      ? []
      : [`${scheduled.activityType?.name ?? ''}: ${Buffer.from(summary ?? '').toString()}`];
  });
}

describe('looks after a change', function () {
  this.timeout(120_000);

  it('are made in its activity, which is named after it and lists them', async () => {
    await withFakeWorld(1, goodAnswers(1, [1]), async (world) => {
      const run = await world.start(await world.plan());
      const document = (await run.result()) as RunDocument;
      assert.equal(document.exitCode, 0, document.summary);
      assert.equal(document.devices[0]?.phase, 'proven');
      assert.deepEqual(done(world, 'ftd-1'), [
        'probeDelivery',
        'deliverCerts',
        'checkRestart',
        'restartTunnel',
        'verifyTunnel',
      ]);
      assert.deepEqual(await shown(world, run.workflowId, 1), [
        'probeDelivery: "What ftd-1 holds now: old, new, mixed or damaged"',
        'deliverCerts: "Bring the new set to ftd-1 and check it there; then, where wanted: mayRestart"',
        'restartTunnel: "pmtool restartbyid sftunnel on ftd-1, once; then, where wanted: verify"',
      ]);
      const params = world.calls.find(({ action }) => action === 'verifyTunnel')?.input.params;
      assert.equal(params?.['restartedAt'], '2026-11-23T00:00:00Z', 'the facts of the step before');
    });
  });

  it('are not made behind a condition that does not hold, nor behind one that cannot be decided', async () => {
    const answers = goodAnswers(2, [1, 2]);
    let broken = true;
    answers.deliverCerts = (input) =>
      !broken
        ? { facts: { state: 'new', rung: 'ssh' } }
        : { facts: input.target?.name === 'ftd-1' ? { state: 'mixed', rung: 'ssh' } : { rung: 'ssh' } };
    await withFakeWorld(2, answers, async (world) => {
      const run = await world.start(await world.plan());
      const { questions } = await world.until(
        run.workflowId,
        (document) => isWaiting(document) && document.questions.length === 2,
      );
      assert.deepEqual(
        questions.map(({ code, step }) => [code, step]),
        [
          ['STEP_ASSERT', 'deliver/delivered'],
          ['STEP_ASSERT', 'deliver/delivered'],
        ],
      );
      assert.equal(called(world, 'checkRestart'), 0);
      broken = false;
      await tell(world, run.workflowId, 'retry', { all: 'failed' });
      assert.equal(((await run.result()) as RunDocument).exitCode, 0);
      assert.equal(called(world, 'deliverCerts'), 4, 'gone through again from the first look');
      assert.equal(called(world, 'restartTunnel'), 2);
    });
  });

  it('ask about themselves when they fail: a retry looks again and changes nothing', async () => {
    const answers = goodAnswers(1, [1]);
    let broken = true;
    answers.verifyTunnel = () =>
      broken ? failWith('SESSION_SUDO_REFUSED', 'sudo said no') : { facts: { up: true } };
    await withFakeWorld(1, answers, async (world) => {
      const run = await world.start(await world.plan());
      const { questions } = await world.until(run.workflowId, isWaiting);
      assert.deepEqual(
        questions.map(({ id, code }) => [id, code]),
        [[`${deviceUuid(1)}/verify#1`, 'SESSION_SUDO_REFUSED']],
      );
      broken = false;
      await tell(world, run.workflowId, 'retry', { device: 'ftd-1' });
      const document = (await run.result()) as RunDocument;
      assert.equal(document.devices[0]?.phase, 'proven', document.summary);
      assert.equal(called(world, 'restartTunnel'), 1);
      assert.equal(called(world, 'verifyTunnel'), 2);
    });
  });

  it('are made anew after a pause: what was seen before it allows nothing', async () => {
    const answers = goodAnswers(1, [1]);
    let go = (): void => undefined;
    const paused = new Promise<void>((resolve) => (go = resolve));
    answers.deliverCerts = async () => {
      await paused;
      return { facts: { state: 'new', rung: 'ssh' } };
    };
    let allowed = true;
    answers.checkRestart = () => ({ facts: { allowed, text: '' } });
    await withFakeWorld(1, answers, async (world) => {
      const run = await world.start(await world.plan());
      const id = run.workflowId;
      await world.until(id, () => called(world, 'deliverCerts') === 1);
      assert.equal((await tell(world, id, 'pause', { reason: 'a look' })).accepted, true);
      go();
      await world.until(id, () => called(world, 'checkRestart') === 1);
      await world.until(id, ({ devices }) => devices[0]?.phase === 'delivered');
      assert.equal(called(world, 'restartTunnel'), 0);
      allowed = false;
      await tell(world, id, 'resume', {});
      await run.result();
      const once = ['probeDelivery', 'deliverCerts', 'checkRestart'];
      assert.deepEqual(done(world, 'ftd-1'), [...once, ...once], 'the second look forbids the restart');
    });
  });

  it('leave no doubt about what a lost worker has told of; else the box is looked at before anything is repeated', async () => {
    const answers = goodAnswers(3, [1, 2, 3]);
    const lost = new Set<string>();
    const loses = (name: string | undefined): boolean => {
      if (name === undefined || lost.has(name)) return false;
      lost.add(name);
      return true;
    };
    const { restartTunnel, verifyTunnel } = answers;
    answers.restartTunnel = (input) =>
      input.target?.name === 'ftd-1' && loses('ftd-1') ? loseWorker('at once') : restartTunnel(input);
    answers.verifyTunnel = (input) => {
      const { name } = input.target ?? {};
      if (name === 'ftd-2' && loses(name)) return loseWorker('at once');
      return name === 'ftd-3' && loses(name) ? loseWorker('once told') : verifyTunnel(input);
    };
    answers.probeRestart = () => ({
      facts: { outcome: 'done', text: 'it was restarted', facts: { at: '2026-11-23T00:00:00Z' } },
    });
    await withFakeWorld(3, answers, async (world) => {
      const run = await world.start(await world.plan());
      const document = (await run.result()) as RunDocument;
      assert.ok(
        document.devices.every(({ phase }) => phase === 'proven'),
        document.summary,
      );
      const before = ['probeDelivery', 'deliverCerts', 'checkRestart', 'restartTunnel'];
      assert.deepEqual(done(world, 'ftd-1'), [...before, 'probeRestart', 'verifyTunnel']);
      assert.deepEqual(done(world, 'ftd-2'), [...before, 'verifyTunnel', 'probeRestart', 'verifyTunnel']);
      assert.deepEqual(done(world, 'ftd-3'), [...before, 'verifyTunnel', 'verifyTunnel']);
    });
  });

  // Devices of a small stage have a workflow each, those of a large one are in a shard.
  for (const devices of [5, 51])
    it(`leave each its word who hold, retry, skip, or end the run meanwhile: ${String(devices)} devices`, async () => {
      const answers = goodAnswers(devices, [1, 2, 3, 4, 5]);
      const [holding, ending] = [door(), door()];
      answers.deliverCerts = async ({ target }) => {
        if (target?.name === 'ftd-1') await holding.opened;
        if (target?.name === 'ftd-5') await ending.opened;
        return delivered;
      };
      const broken = new Set(['ftd-2', 'ftd-3', 'ftd-4']);
      answers.verifyTunnel = ({ target }) =>
        broken.has(target?.name ?? '') ? failWith('TUNNEL_DOWN', 'not up') : { facts: { up: true } };
      let allowed = true;
      const { checkRestart } = answers;
      answers.checkRestart = (input) =>
        input.target?.name === 'ftd-1' ? { facts: { allowed, text: '' } } : checkRestart(input);
      await withFakeWorld(devices, answers, async (world) => {
        const run = await world.start(await world.plan());
        const id = run.workflowId;
        const begun = (name: string): boolean => called(world, 'deliverCerts', name) === 1;
        await world.until(id, () => begun('ftd-1') && begun('ftd-5'));
        const hold = await tell(world, id, 'hold', { device: 'ftd-1', reason: 'a look' });
        assert.equal(hold.accepted, true, hold.text);
        holding.open();
        const held = await world.until(
          id,
          (document) => document.questions.length === 3 && deviceOf(document, 'ftd-1').phase === 'delivered',
        );
        assert.equal(deviceOf(held, 'ftd-1').hold?.by, 'ann');
        assert.deepEqual(done(world, 'ftd-1'), ['probeDelivery', 'deliverCerts', 'checkRestart']);

        broken.clear();
        await tell(world, id, 'retry', { device: 'ftd-2' });
        await tell(world, id, 'skip', { device: 'ftd-3', reason: 'in storage' });
        const from = await tell(world, id, 'retry', { device: 'ftd-4', from: 'check' });
        assert.equal(from.accepted, true, from.text);
        allowed = false;
        await tell(world, id, 'release', { device: 'ftd-1' });
        const ended = (document: RunDocument, name: string): boolean =>
          ['done', 'skipped'].includes(deviceOf(document, name).status);
        await world.until(id, (document) =>
          ['ftd-1', 'ftd-2', 'ftd-3', 'ftd-4'].every((name) => ended(document, name)),
        );
        await tell(world, id, 'cancel', { reason: 'enough' });
        // The run has said yes; what its device runs finish before they hear of it is as if it had been finished before.
        await untilSeen(
          'the end at the device runs',
          () => unheard(run),
          (left) => left === 0,
          {
            withinMs: 60_000,
            everyMs: 50,
          },
        );
        ending.open();
        const document = (await run.result()) as RunDocument;
        const stands = (name: string): string[] => {
          const { status, phase } = deviceOf(document, name);
          return [status, phase];
        };
        const looked = ['probeDelivery', 'deliverCerts', 'checkRestart'];
        const expected: Record<string, readonly [string, string, ...string[]]> = {
          'ftd-1': ['done', 'delivered', ...looked, ...looked],
          'ftd-2': ['done', 'proven', ...toRestart, 'verifyTunnel', 'verifyTunnel'],
          'ftd-3': ['skipped', 'delivered', ...toRestart, 'verifyTunnel'],
          'ftd-4': ['done', 'proven', ...toRestart, 'verifyTunnel', ...toRestart, 'verifyTunnel'],
          'ftd-5': ['needs-hands', 'delivered', ...looked],
        };
        for (const [name, [status, phase, ...actions]] of Object.entries(expected)) {
          assert.deepEqual(stands(name), [status, phase], name);
          assert.deepEqual(done(world, name), actions, name);
        }
      });
    });
});
