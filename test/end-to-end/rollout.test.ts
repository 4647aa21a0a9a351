import assert from 'node:assert/strict';
import { parked } from '../support/generation.ts';
import { withSite, type Site } from '../support/renewal-site.ts';
import { assertGeneratedOnce, assertHoldsNewSet } from '../support/truth.ts';

/** Names of the devices that were restarted, once for each time, by the lab. */
async function restarts(site: Site): Promise<string[]> {
  const { devices } = await site.truth();
  return devices.flatMap(({ name, sftunnel }) => sftunnel.restartedAt.map(() => name)).sort();
}

describe('restarts in waves', function () {
  this.timeout(300_000);

  it('a device whose tunnel does not come back uses the budget up: nothing else is restarted before it is repaired', async () => {
    await withSite({ ftds: [{}, {}, {}, {}, {}] }, async (site) => {
      const looked = await site.plan();
      const [broken = '', , canary = ''] = looked.devices.map(({ name }) => name);
      const options = {
        lanes: 1,
        inputs: { proof: 'all', prove: 'asked', canary, waves: '1, 2', budget: '0' },
      };
      const run = await site.start(await site.plan(options), options);
      const approval = await parked(site, run, 'APPROVAL');
      const delivered = await site.truth();
      for (const device of delivered.devices) assertHoldsNewSet(delivered, device);
      await site.lab.fault('cutTunnel', { box: broken });
      await site.decide(run, 'approve', approval.box);

      const held = await site.until(
        run,
        ({ outcome, questions }) => outcome === 'waiting' && questions.some(({ step }) => step === 'prove'),
      );

      // The canary, then the first of a wave of two; the other one is not begun.
      assert.deepEqual(await restarts(site), [broken, canary].sort());
      const question = held.questions.find(({ step }) => step === 'prove');
      assert.match(question?.text ?? '', /budget is used up: 1 failed \(ftd0/);

      await site.lab.fault('cutTunnel', { box: broken, on: false });
      await site.decide(run, 'retry', broken);
      const document = await site.closed(run);
      assert.equal(document.exitCode, 0, document.summary);
      assert.ok(document.devices.every(({ proven }) => proven));
      assert.deepEqual(await restarts(site), ['ftd01', 'ftd02', 'ftd03', 'ftd04', 'ftd05'], 'each once');
      assertGeneratedOnce(await site.truth());
    });
  });
});
