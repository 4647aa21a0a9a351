import assert from 'node:assert/strict';
import { someone, type DecisionAnswer, type RunDocument, type RunMemo } from '../../workflows/contract.ts';
import { failWith, goodAnswers, withFakeWorld } from '../support/fake-world.ts';
import { called, door, isWaiting, tell } from '../support/told.ts';

const why = { reason: 'the window moves' };

describe('a paused run', function () {
  this.timeout(120_000);

  it('before the generation: looks, begins nothing, says so without a worker too, and goes on after resume', async () => {
    await withFakeWorld(1, goodAnswers(1), async (world) => {
      const run = await world.start(await world.plan());
      assert.equal((await tell(world, run.workflowId, 'pause')).accepted, false, 'it needs a reason');
      const answer = await tell(world, run.workflowId, 'pause', why);
      assert.equal(answer.accepted, true);
      const again = await tell(world, run.workflowId, 'pause', { by: 'bob', reason: 'x' });
      assert.match(again.text, /^Paused already, since .* by ann: the window moves$/);

      const held = await world.until(run.workflowId, isWaiting);

      assert.equal(held.exitCode, 5);
      assert.deepEqual([held.paused?.by, held.paused?.reason], ['ann', 'the window moves']);
      assert.deepEqual(held.paused?.inFlight, []);
      assert.equal(called(world, 'launchGenerateCerts'), 0);
      assert.ok(called(world, 'checkCriticalTasks') > 0, 'it goes on looking');
      const memo = (await run.describe()).memo?.['run'] as RunMemo;
      assert.equal(memo.paused?.by, 'ann');
      assert.equal(memo.outcome, 'waiting');

      assert.equal((await tell(world, run.workflowId, 'resume', { by: 'bob' })).accepted, true);
      const document = (await run.result()) as RunDocument;
      assert.equal(document.exitCode, 0);
      assert.equal(document.paused, undefined);
      assert.equal(called(world, 'launchGenerateCerts'), 1);
      assert.deepEqual(
        document.decisions.filter(({ verb }) => verb !== 'approve').map(({ by, verb }) => [by, verb]),
        [
          ['ann', 'pause'],
          ['bob', 'resume'],
        ],
      );
    });
  });

  it('with one delivery in flight: it is named and finished, the next step is held, and the device is looked at again', async () => {
    const answers = goodAnswers(2, [1, 2]);
    const delivery = door();
    let begun = 0;
    answers.deliverCerts = async () => {
      begun += 1;
      await delivery.opened;
      return { facts: { state: 'new', rung: 'ssh' } };
    };
    let byHand = false;
    const probe = answers.probeDelivery;
    answers.probeDelivery = async (input) => {
      const result = await probe(input);
      return byHand
        ? { facts: { ...(result.facts as object), outcome: 'done', state: 'new', tunnel: 'up' } as never }
        : result;
    };
    await withFakeWorld(2, answers, async (world) => {
      const run = await world.start(await world.plan(), { lanes: 1 });
      await world.until(
        run.workflowId,
        ({ devices }) => devices[0]?.['step'] === 'deliver/deliver' && begun === 1,
      );

      const answer = await tell(world, run.workflowId, 'pause', why);

      assert.match(answer.text, /in flight is finished: ftd-1: deliver\/deliver\./);
      assert.match(answer.text, /Risk while it stands still, .*\(ftd-1, ftd-2\)|\(ftd-1\)/);
      assert.deepEqual(
        (await world.state(run.workflowId)).paused?.inFlight.map(({ box }) => box),
        ['ftd-1'],
      );
      delivery.open();
      const held = await world.until(run.workflowId, isWaiting);
      assert.deepEqual(held.paused?.inFlight, []);
      assert.equal(called(world, 'restartTunnel'), 0, 'the restart is not begun');
      assert.equal(begun, 1, 'the other delivery is not begun');

      // A person goes on by hand meanwhile.
      byHand = true;
      await tell(world, run.workflowId, 'resume');
      const document = (await run.result()) as RunDocument;
      assert.equal(document.exitCode, 0, document.summary);
      assert.equal(begun, 1, 'what was delivered by hand is not delivered again');
      assert.equal(called(world, 'restartTunnel'), 0, 'a tunnel that is up by now is not restarted');
    });
  });

  it('takes answers, which take effect after resume', async () => {
    const answers = goodAnswers(1, [1]);
    let broken = true;
    answers.deliverCerts = () =>
      broken ? failWith('SESSION_SUDO_REFUSED', 'sudo said no') : { facts: { state: 'new', rung: 'ssh' } };
    await withFakeWorld(1, answers, async (world) => {
      const run = await world.start(await world.plan());
      const { questions } = await world.until(run.workflowId, isWaiting);
      await tell(world, run.workflowId, 'pause', why);
      broken = false;
      const question = questions[0];
      const answer = await tell(world, question?.workflowId ?? '', 'retry', { question: question?.id ?? '' });
      assert.match(answer.text, /what changes a box begins after resume/);
      const held = await world.until(run.workflowId, (document) => document.devices[0]?.['held'] === true);
      assert.deepEqual([held.outcome, held.questions], ['waiting', []]);
      assert.equal(called(world, 'deliverCerts'), 1);
      assert.ok(
        held.decisions.some(({ verb, box }) => verb === 'retry' && box === 'ftd-1'),
        'the decision is told at once',
      );
      await tell(world, run.workflowId, 'resume');
      assert.equal(((await run.result()) as RunDocument).exitCode, 0);
      const asked = world.calls.filter(({ input }) => input.askedFor === true).map(({ action }) => action);
      assert.equal(
        asked[0],
        'probeDelivery',
        'a refused credential may be tried again by the look that comes first',
      );
    });
  });

  it('can be cancelled', async () => {
    await withFakeWorld(1, goodAnswers(1), async (world) => {
      const run = await world.start(await world.plan());
      await tell(world, run.workflowId, 'pause', why);
      await world.until(run.workflowId, isWaiting);
      assert.equal((await tell(world, run.workflowId, 'cancel', why)).accepted, true);
      const document = (await run.result()) as RunDocument;
      assert.deepEqual([document.outcome, document.paused], ['cancelled', undefined]);
      assert.equal(called(world, 'launchGenerateCerts'), 0);
    });
  });
});

describe('a run that is being cancelled', function () {
  this.timeout(120_000);

  it('says what is still being finished', async () => {
    const answers = goodAnswers(1, [1]);
    const delivery = door();
    answers.deliverCerts = async () => {
      await delivery.opened;
      return { facts: { state: 'new', rung: 'ssh' } };
    };
    await withFakeWorld(1, answers, async (world) => {
      const run = await world.start(await world.plan());
      await world.until(run.workflowId, ({ devices }) => devices[0]?.['step'] === 'deliver/deliver');
      await tell(world, run.workflowId, 'cancel', why);
      const { cancelling } = await world.state(run.workflowId);
      assert.deepEqual(
        [cancelling?.by, cancelling?.inFlight],
        ['ann', [{ box: 'ftd-1', step: 'deliver/deliver' }]],
      );
      delivery.open();
      assert.equal(((await run.result()) as RunDocument).cancelling, undefined);
    });
  });
});

describe('several people at one run', function () {
  this.timeout(120_000);

  it('of two answers to one question exactly one counts, and the other is told whose', async () => {
    const answers = goodAnswers(1, [1]);
    answers.deliverCerts = () => failWith('SESSION_SUDO_REFUSED', 'sudo said no');
    await withFakeWorld(1, answers, async (world) => {
      const run = await world.start(await world.plan());
      const { questions } = await world.until(run.workflowId, isWaiting);
      const { id, workflowId } = questions[0] ?? { id: '', workflowId: '' };
      const both = await Promise.all([
        tell(world, workflowId, 'retry', { by: 'ann', question: id, reason: 'sudo is mended' }),
        tell(world, workflowId, 'retry', { by: 'bob', question: id, reason: 'let us see' }),
      ]);
      const winner = both[0].accepted ? 'ann' : 'bob';
      assert.deepEqual(both.map(({ accepted }) => accepted).sort(), [false, true]);
      const refusal = both.find(({ accepted }) => !accepted)?.text ?? '';
      assert.match(
        refusal,
        new RegExp(`settled by ${winner} at 20.*Z: retry \\("(sudo is mended|let us see)"\\)`),
      );
      const next = await world.until(run.workflowId, ({ questions: now }) =>
        now.some((one) => one.id !== id),
      );
      assert.equal(called(world, 'deliverCerts'), 2, 'one retry');
      await tell(world, workflowId, 'skip', { question: next.questions[0]?.id ?? '', reason: 'leave it' });
      await run.result();
    });
  });

  it('notes and take-overs are recorded, once; a note names boxes of the run only', async () => {
    await withFakeWorld(1, goodAnswers(1), async (world) => {
      const run = await world.start(await world.plan());
      const id = run.workflowId;
      await tell(world, id, 'pause', why);
      const before = await world.until(id, isWaiting);
      assert.deepEqual([before.inCharge?.by, before.inCharge?.before], ['tester', []]);

      assert.equal((await tell(world, id, 'takeover', { by: 'bob' })).accepted, false, 'it needs a reason');
      const over = await tell(world, id, 'takeover', { by: 'bob', reason: 'end of shift' });
      assert.match(over.text, /bob is in charge now; before: tester/);
      const twice = await tell(world, id, 'takeover', { by: 'bob', reason: 'again' });
      assert.match(twice.text, /in charge already/);
      assert.equal((await tell(world, id, 'note', { text: 'TAC case 12345' })).accepted, true);
      assert.equal((await tell(world, id, 'note', { text: 'rack 7', device: 'ftd-1' })).accepted, true);
      assert.equal((await tell(world, id, 'note', { text: 'x', device: 'other' })).accepted, false);
      assert.equal((await tell(world, id, 'note', { text: '  ' })).accepted, false);

      await tell(world, id, 'resume');
      const document = (await run.result()) as RunDocument;
      assert.deepEqual([document.inCharge?.by, document.inCharge?.before], ['bob', ['tester']]);
      const recorded = document.decisions.filter(({ verb }) => verb === 'note' || verb === 'takeover');
      assert.deepEqual(
        recorded.map(({ by, verb, box, reason }) => [by, verb, box, reason]),
        [
          ['bob', 'takeover', undefined, 'end of shift'],
          ['ann', 'note', undefined, 'TAC case 12345'],
          ['ann', 'note', 'ftd-1', 'rack 7'],
        ],
      );
    });
  });

  it('what is typed wrong at a button of the Temporal UI is refused, and the run lives', async () => {
    await withFakeWorld(1, goodAnswers(1), async (world) => {
      const run = await world.start(await world.plan());
      const handle = world.server.client.workflow.getHandle(run.workflowId);
      await tell(world, run.workflowId, 'pause', why);
      for (const verb of ['pause', 'note', 'cancel', 'retry', 'takeover'] as const) {
        for (const args of [
          [],
          [null],
          ['ann'],
          [{ by: 7 }],
          [{ by: 'ann', reason: {} }],
          [{ who: 'ann' }],
        ]) {
          const answer = await handle.executeUpdate<DecisionAnswer, [unknown]>(verb, {
            args: args as [unknown],
          });
          assert.equal(answer.accepted, false, verb);
          assert.match(answer.text, /object like .*its fields: /);
        }
      }
      // Nobody is named there by himself.
      await handle.executeUpdate<DecisionAnswer, [unknown]>('resume', { args: [{}] });
      const document = (await run.result()) as RunDocument;
      assert.equal(document.exitCode, 0);
      assert.equal(document.decisions.at(-1)?.by, someone);
      assert.equal(document.refused?.length, 30, 'what was refused stands in the document');
    });
  });
});
