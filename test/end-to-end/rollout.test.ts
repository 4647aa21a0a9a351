import assert from 'node:assert/strict';
import { parked } from '../support/generation.ts';
import { withSite, type Site } from '../support/renewal-site.ts';
import { assertGeneratedOnce, assertHoldsNewSet } from '../support/truth.ts';

/** Which devices were restarted, and how often, by the lab. */
async function restarts(site: Site): Promise<Record<string, number>> {
  const { devices } = await site.truth();
  return Object.fromEntries(devices.map(({ name, sftunnel }) => [name, sftunnel.restartedAt.length]));
}

describe('restarts in waves', function () {
  this.timeout(300_000);

  it('a device whose tunnel does not come back uses the budget up: nothing else is restarted before it is repaired', async () => {
    await withSite({ ftds: [{}, {}, {}, {}, {}] }, async (site) => {
      const options = {
        lanes: 1,
        inputs: { proof: 'all', prove: 'asked', canary: 'ftd03', waves: '1, 2', budget: '0' },
      };
      const run = await site.start(await site.plan(options), options);
      const approval = await parked(site, run, 'APPROVAL');
      const delivered = await site.truth();
      for (const device of delivered.devices) assertHoldsNewSet(delivered, device);
      await site.lab.fault('cutTunnel', { box: 'ftd02' });
      await site.decide(run, 'approve', approval.box);

      const held = await site.until(
        run,
        ({ outcome, questions }) => outcome === 'waiting' && questions.some(({ step }) => step === 'prove'),
      );

      // The canary, then a wave of two, one after another; the wave after it is not begun.
      assert.deepEqual(await restarts(site), { ftd01: 1, ftd02: 1, ftd03: 1, ftd04: 0, ftd05: 0 });
      const question = held.questions.find(({ step }) => step === 'prove');
      assert.match(question?.text ?? '', /budget is used up: 1 failed \(ftd02\)/);

      await site.lab.fault('cutTunnel', { box: 'ftd02', on: false });
      await site.decide(run, 'retry', 'ftd02');
      const document = await site.closed(run);
      assert.equal(document.exitCode, 0, document.summary);
      assert.ok(document.devices.every(({ proven }) => proven));
      assert.deepEqual(await restarts(site), { ftd01: 1, ftd02: 1, ftd03: 1, ftd04: 1, ftd05: 1 });
      assertGeneratedOnce(await site.truth());
    });
  });
});
