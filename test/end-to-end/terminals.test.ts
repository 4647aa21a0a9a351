import assert from 'node:assert/strict';
import { finishesWell, manager } from '../support/generation.ts';
import { withSite } from '../support/renewal-site.ts';

describe('a program that must outlive its session', function () {
  this.timeout(300_000);

  for (const terminal of ['tmux'] as const) {
    it(`is kept alive by ${terminal}, also when SSH is cut`, async () => {
      const fmc = { variant: { terminals: [terminal] } };
      await withSite({ ftds: [{}, { tunnel: 'down' }], fmc }, async (site) => {
        const plan = await site.plan();
        await site.lab.fault('cutSshAt', { phase: 'after-ca' });
        const document = await finishesWell(site, await site.start(plan));
        const launch = document.steps.find(({ path }) => path === 'generate/launch');
        assert.match(launch?.note ?? '', new RegExp(`under ${terminal}`));
        assert.deepEqual((await manager(site)).screens, []);
      });
    });
  }
});
