import assert from 'node:assert/strict';
import type { LabOptions } from '../../lab/index.ts';
import { parked, when } from '../support/generation.ts';
import { describeOnLabs } from '../support/labs.ts';
import type { Site } from '../support/renewal-site.ts';
import { assertGeneratedOnce, assertHoldsNewSet, deviceNamed } from '../support/truth.ts';

/** The active unit comes first in the inventory, so that its order is not what is seen. */
const pair: LabOptions['ftds'] = [
  { failover: { group: 'A', unit: 'primary', state: 'active' } },
  { failover: { group: 'A', unit: 'secondary', state: 'standby' } },
];

async function restartsOf(site: Site, name: string): Promise<readonly string[]> {
  return deviceNamed(await site.truth(), name).sftunnel.restartedAt;
}

describeOnLabs('units that stand in for one another', ({ it, rarely, withSite }) => {
  rarely('a failover pair: the standby first, the active one after it', async () => {
    await withSite({ ftds: pair }, async (site) => {
      const options = { inputs: { proof: 'all' } };
      const document = await site.closed(await site.start(await site.plan(options), options));
      assert.equal(document.exitCode, 0, document.summary);
      assert.ok(document.devices.every(({ proven }) => proven));
      const truth = await site.truth();
      assertGeneratedOnce(truth);
      for (const device of truth.devices) assertHoldsNewSet(truth, device);
      const [active] = await restartsOf(site, 'ftd01');
      const [standby] = await restartsOf(site, 'ftd02');
      assert.ok(active !== undefined && standby !== undefined && standby < active);
    });
  });

  const cluster: LabOptions['ftds'] = [
    { cluster: { group: 'C', unit: 'unit-1-1', role: 'control' } },
    { cluster: { group: 'C', unit: 'unit-2-1', role: 'data' } },
  ];
  for (const { what, ftds, fault, box } of [
    { what: 'a cluster unit that leaves', ftds: cluster, fault: 'leaveCluster', box: 'ftd01' },
    { what: 'a failover unit that fails', ftds: pair, fault: 'failUnit', box: 'ftd02' },
  ]) {
    const define = fault === 'leaveCluster' ? it : rarely;
    define(`${what} between delivery and restart: nothing is restarted before it is back`, async () => {
      await withSite({ ftds }, async (site) => {
        const options = { inputs: { proof: 'all', prove: 'asked' } };
        const run = await site.start(await site.plan(options), options);
        // The night is over, and everything is delivered: the proof waits for a person.
        const approval = await parked(site, run, 'APPROVAL');
        await site.lab.fault(fault, { box });
        await site.decide(run, 'approve', approval.box);
        const question = await parked(site, run, 'STEP_ASSERT');
        assert.match(question.text, /not restarted before all units are back and well/);
        for (const name of ['ftd01', 'ftd02']) assert.deepEqual(await restartsOf(site, name), []);

        await site.lab.fault(fault, { box, on: false });
        await when(async () => {
          const { questions, outcome } = await site.state(run);
          // What the run itself asks (the others are held meanwhile) settles itself.
          const open = questions.find(({ answers }) => answers.includes('retry'));
          if (open !== undefined) await site.decide(run, 'retry', open.box);
          return outcome === 'done';
        });
        const document = await site.closed(run);
        assert.equal(document.exitCode, 0, document.summary);
        assert.equal((await restartsOf(site, 'ftd01')).length, 1);
        assert.equal((await restartsOf(site, 'ftd02')).length, 1);
      });
    });
  }
});
