import assert from 'node:assert/strict';
import { finishesWell, manager, parked } from '../support/generation.ts';
import { describeOnLabs } from '../support/labs.ts';

describeOnLabs('an FMC with Classic licences only', ({ it, withSite }) => {
  it('TAC bypasses the check and undoes it: both are asked for, and recorded with the number of the case', async () => {
    const inputs = { licence: 'classic' };
    await withSite(
      { ftds: [{}], fmc: { licence: 'classic' } },
      async (site) => {
        const run = await site.start(await site.plan({ inputs }), { inputs });
        const asked = await parked(site, run, 'APPROVAL');
        assert.equal(
          (await manager(site)).generateStarts,
          0,
          'nothing is started before the bypass is there',
        );
        const refused = await site.decide(run, 'approve', asked.box, { reason: 'agreed' });
        assert.equal(refused.accepted, false, 'not without the number of the case');
        await site.lab.fault('tacBypass', { on: true });
        await site.decide(run, 'approve', asked.box, { reason: 'Classic only', case: '699123456' });

        const undo = await site.until(run, ({ questions }) =>
          questions.some(({ step }) => step.startsWith('undo/')),
        );
        assert.match(JSON.stringify(undo.managers[0]), /699123456/, 'it says that the bypass is in place');
        await site.lab.fault('tacBypass', { on: false });
        await site.decide(run, 'approve', asked.box, { reason: 'seen with TAC on the phone' });
        const document = await finishesWell(site, run);
        assert.ok(
          document.decisions.some(({ verb, reason }) => verb === 'approve' && reason === 'Classic only'),
        );
      },
      { settings: 'readTaskTable: true\n' },
    );
  });
});
