import assert from 'node:assert/strict';
import type { Refusal } from '../../devices/index.ts';
import type { RunDocument } from '../../workflows/contract.ts';
import { deviceUuid, failWith, goodAnswers, withFakeWorld } from '../support/fake-world.ts';
import { tell } from '../support/told.ts';

const refusal: Refusal = {
  number: 'refusal-1',
  credential: 'fleet',
  code: 'DEVICE_AUTH_FAILED',
  text: 'ftd-1: the password was refused.',
};
const cause = 'credential:fleet';

describe('a refused login', function () {
  this.timeout(120_000);

  it('is brought to every worker by the activities that follow, until a person says "once more"', async () => {
    const answers = goodAnswers(2, [1, 2]);
    let isCorrected = false;
    answers.deliverCerts = (input) =>
      input.target?.name === 'ftd-1' && !isCorrected
        ? failWith('DEVICE_AUTH_FAILED', refusal.text, { cause, refusal })
        : { facts: { state: 'new', rung: 'ssh' } };
    await withFakeWorld(2, answers, async (world) => {
      const run = await world.start(await world.plan(), { lanes: 1 });
      const waits = await world.until(run.workflowId, ({ outcome }) => outcome === 'waiting');
      assert.deepEqual(
        waits.questions.map((question) => [question.box, question.cause]),
        [['ftd-1', cause]],
      );
      const known = (name: string): unknown[] =>
        world.calls.filter(({ input }) => input.target?.name === name).map(({ input }) => input.refusals);
      // The second device gets the lane of the first, which stands at its question.
      assert.deepEqual(known('ftd-2').at(-1), { standing: [refusal] });

      isCorrected = true;
      const before = world.calls.length;
      const answer = await tell(world, run.workflowId, 'retry', { by: 'tester', cause });
      assert.equal(answer.accepted, true);
      const document = (await run.result()) as RunDocument;
      assert.equal(document.exitCode, 0, document.summary);
      const after = world.calls.slice(before).filter(({ input }) => input.target?.uuid === deviceUuid(1));
      assert.deepEqual(after[0]?.input.refusals, { settled: [refusal.number] });
    });
  });
});
