import assert from 'node:assert/strict';
import type { RunDocument } from '../../workflows/contract.ts';
import { deviceUuid, goodAnswers, withFakeWorld } from '../support/fake-world.ts';
import { tell } from '../support/told.ts';

describe('a condition that cannot be decided', function () {
  this.timeout(60_000);

  it('is a question about its device, not the end of the device run', async () => {
    const answers = goodAnswers(2, [1, 2]);
    const check = answers.probeDelivery;
    let broken = true;
    answers.probeDelivery = (input) =>
      broken && input.target?.uuid === deviceUuid(1) ? { facts: { state: 'old' } } : check(input);
    await withFakeWorld(2, answers, async (world) => {
      const run = await world.start(await world.plan());
      const waiting = await world.until(run.workflowId, ({ outcome }) => outcome === 'waiting');
      assert.deepEqual(
        waiting.questions.map(({ box, code, answers: ways }) => [box, code, ways]),
        [['ftd-1', 'STEP_ASSERT', ['retry', 'skip']]],
      );
      broken = false;
      await tell(world, run.workflowId, 'retry', { question: waiting.questions[0]?.id ?? '' });
      assert.equal(((await run.result()) as RunDocument).exitCode, 0);
    });
  });

  it('is a question about the manager; a retry decides again and does no step twice', async () => {
    const answers = goodAnswers(1, [1]);
    const tasks = answers.checkCriticalTasks;
    answers.checkCriticalTasks = () => ({ facts: { known: true, text: '' } });
    await withFakeWorld(1, answers, async (world) => {
      const plan = await world.plan();
      assert.equal(plan.runnable, false);
      assert.deepEqual(
        plan.findings.map(({ code, severity, box }) => [code, severity, box]),
        [['STEP_ASSERT', 'block', 'fmc']],
      );
      const run = await world.start({ ...plan, runnable: true });
      const waiting = await world.until(run.workflowId, ({ outcome }) => outcome === 'waiting');
      assert.deepEqual(
        waiting.questions.map(({ box, answers: ways }) => [box, ways]),
        [['fmc', ['retry']]],
      );
      answers.checkCriticalTasks = tasks;
      await tell(world, run.workflowId, 'retry', { question: waiting.questions[0]?.id ?? '' });
      const document = (await run.result()) as RunDocument;
      assert.equal(document.exitCode, 0, document.summary);
      assert.equal(world.calls.filter(({ action }) => action === 'launchGenerateCerts').length, 1);
    });
  });

  it('of a stage leaves its device to a person, and the run goes on to its end', async () => {
    const answers = goodAnswers(2, [1]);
    const check = answers.probeDelivery;
    answers.probeDelivery = (input) =>
      input.step === 'look-again/now' ? { facts: { state: 'new', fresh: false } } : check(input);
    await withFakeWorld(2, answers, async (world) => {
      const run = await world.start(await world.plan());
      const document = (await run.result()) as RunDocument;
      assert.equal(document.exitCode, 4, document.summary);
      assert.deepEqual(
        document.devices.map(({ status, phase }) => [status, phase]),
        [
          ['done', 'proven'],
          ['needs-hands', 'delivered'],
        ],
      );
      assert.match(document.devices[1]?.note ?? '', /Prove tunnels .*device\.now\.tunnel is missing/);
    });
  });
});
