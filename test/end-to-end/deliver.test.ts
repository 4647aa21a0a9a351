import assert from 'node:assert/strict';
import { describeOnLabs } from '../support/labs.ts';
import { assertGeneratedOnce, assertHoldsNewSet, deviceNamed } from '../support/truth.ts';

describeOnLabs('the delivery of what somebody has generated', ({ it, withSite }) => {
  it('is refused where nobody has; else every device gets its set, and nothing is generated', async () => {
    await withSite({ ftds: [{}, { tunnel: 'down' }, {}] }, async (renewal) => {
      const site = renewal.under('deliver-sftunnel-certs');
      const before = await site.truth();
      const early = await site.plan();
      assert.equal(early.runnable, false);
      const finding = early.findings.find(({ code }) => code === 'STEP_ASSERT');
      assert.equal(finding?.severity, 'block');
      assert.match(finding.text, /Nobody has made a new InternalCA on fmc01.*plan renew-sftunnel-ca\./s);
      assert.deepEqual((await site.truth()).managers[0]?.generations, []);

      // The push does not arrive at ftd03 although its tunnel lives.
      await site.lab.fault('push', { box: 'ftd03', how: 'fails' });
      await site.lab.fault('generateByHand');
      const plan = await site.plan();
      assert.equal(plan.runnable, true, JSON.stringify(plan.findings));
      assert.equal(plan.runId, `renew/${before.managers[0]?.uuid ?? ''}`, 'so that a renewal excludes it');
      const document = await site.closed(await site.start(plan));
      assert.equal(document.exitCode, 0, document.summary);
      assert.equal(document.managers[0]?.['generatedBy'], 'taken over');

      const truth = await site.truth();
      assertGeneratedOnce(truth);
      for (const device of truth.devices) assertHoldsNewSet(truth, device);
      assert.equal(deviceNamed(truth, 'ftd02').managers[0]?.tunnel.up, true, 'what was dead is back');
      for (const name of ['ftd01', 'ftd03'])
        assert.equal(deviceNamed(truth, name).sftunnel.restarts, 0, `${name} lives and is not restarted`);
    });
  });
});
