import assert from 'node:assert/strict';
import { finishesWell, manager, startInto } from '../support/generation.ts';
import { describeOnLabs } from '../support/labs.ts';
import { assertGeneratedOnce, assertHoldsNewSet } from '../support/truth.ts';

const ftds = [{}, { tunnel: 'down' as const }];

describeOnLabs('a program that must outlive its session', ({ it, rarely, withSite, isSystem }) => {
  for (const terminal of ['screen', 'tmux', 'script', 'python3'] as const) {
    const title = `is kept alive by ${terminal}, also when SSH is cut`;
    // The lab in this process has no python3, and its `script` does not outlive the session that started it.
    const isOfRealPrograms = terminal === 'script' || terminal === 'python3';
    if (isOfRealPrograms && !isSystem) continue;
    // What keeps a program alive on the real thing, and is in no other test.
    const define = terminal === 'script' ? it : rarely;
    define(title, async () => {
      await withSite({ ftds, fmc: { variant: { terminals: [terminal] } } }, async (site) => {
        const document = await finishesWell(site, await startInto(site, 'cutSshAt', { phase: 'after-ca' }));
        const launch = document.steps.find(({ path }) => path === 'generate/launch');
        assert.match(launch?.note ?? '', new RegExp(`under ${terminal}`));
        assert.deepEqual((await manager(site)).screens, []);
      });
    });
  }

  rarely(
    'where nothing can: the plan says what to do by hand, and a new plan takes over what was made',
    async () => {
      await withSite({ ftds, fmc: { variant: { terminals: [] } } }, async (site) => {
        const plan = await site.plan();
        assert.equal(plan.runnable, false);
        const finding = plan.findings.find(({ code }) => code === 'STEP_ASSERT');
        assert.match(
          finding?.text ?? '',
          /Start it by hand in a terminal of your own; a new plan takes the new CA over/,
        );

        await site.lab.fault('generateByHand');
        const document = await site.closed(await site.start(await site.plan()));
        assert.equal(document.exitCode, 0, document.summary);
        const truth = await site.truth();
        assertGeneratedOnce(truth);
        for (const device of truth.devices) assertHoldsNewSet(truth, device);
        const dead = document.devices.find(({ name }) => name === 'ftd02');
        assert.equal(dead?.proven, true);
      });
    },
  );
});
