import assert from 'node:assert/strict';
import type { RunDocument } from '../../workflows/contract.ts';
import { withSite, type Site } from '../support/renewal-site.ts';
import { assertGeneratedOnce, assertHoldsNewSet } from '../support/truth.ts';

/** Names of the devices that were restarted, once for each time, by the lab. */
async function restarts(site: Site): Promise<string[]> {
  const { devices } = await site.truth();
  return devices.flatMap(({ name, sftunnel }) => sftunnel.restartedAt.map(() => name)).sort();
}

/** A tunnel that does not come back is waited for no longer than one that does needs. */
const briskly = { settings: 'verify: { every: 300ms, parkAfter: 10s, secondLookAfter: 300ms }\n' };

/** A window that no test of today sees open. */
function closedNow(): string {
  const month = ((new Date().getUTCMonth() + 6) % 12) + 1;
  return `0 0 1 ${String(month)} * for 1h in UTC`;
}

describe('restarts in waves', function () {
  this.timeout(300_000);

  it('all sets are delivered outside of the window; then a tunnel that does not come back uses the budget up until it is repaired', async () => {
    await withSite(
      { ftds: [{}, {}, {}, {}, { tunnel: 'down' }] },
      async (site) => {
        const [canary, dead] = ['ftd03', 'ftd05'];
        const options = {
          lanes: 1,
          inputs: { proof: 'all', canary, waves: '1, 2', budget: '0', window: closedNow() },
        };
        const run = await site.start(await site.plan(options), options);
        const asking = ({ questions }: RunDocument): boolean =>
          questions.some(({ step }) => step === 'prove');
        const closed = await site.until(run, asking);
        assert.equal(closed.outcome, 'running', 'a window opens by itself: nobody is needed');
        // Devices stand in the order in which they said what they are.
        const names = closed.devices.map(({ name }) => name);
        const broken = names.find((name) => name !== canary && name !== dead) ?? '';
        const [approval] = closed.questions;
        assert.match(approval?.text ?? '', /Outside of the maintenance window/);
        const delivered = await site.truth();
        assert.deepEqual(await restarts(site), [dead], 'only what was cut off already, with its delivery');
        for (const device of delivered.devices) assertHoldsNewSet(delivered, device);
        await site.lab.fault('cutTunnel', { box: broken });
        await site.decide(run, 'approve', approval?.box, { reason: 'CHG0042' });

        const held = await site.until(run, (document) => document.outcome === 'waiting' && asking(document));

        // The canary, then the first of a wave of two; the other one is not begun.
        assert.deepEqual(await restarts(site), [broken, canary, dead].sort());
        const question = held.questions.find(({ step }) => step === 'prove');
        assert.match(question?.text ?? '', /budget is used up: 1 failed \(ftd0/);

        await site.lab.fault('cutTunnel', { box: broken, on: false });
        await site.decide(run, 'retry', broken);
        const document = await site.closed(run);
        assert.equal(document.exitCode, 0, document.summary);
        assert.ok(document.devices.every(({ proven }) => proven));
        assert.deepEqual(await restarts(site), ['ftd01', 'ftd02', 'ftd03', 'ftd04', 'ftd05'], 'each once');
        assertGeneratedOnce(await site.truth());
      },
      briskly,
    );
  });
});
