import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { withQuickProfiles } from '../support/devices-in-trouble.ts';
import { runUntilHeld } from '../support/generation.ts';
import { describeOnLabs } from '../support/labs.ts';
import { assertGeneratedOnce, assertHoldsNewSet } from '../support/truth.ts';

const down = { tunnel: 'down' as const };

describeOnLabs('FTDs behind FXOS', ({ it, withSite, isSystem }) => {
  // The lab in this process has no chassis.
  if (!isSystem) return;
  it('that takes `connect ftd` too early, and that leads to the instance of a module by its console', async () => {
    await withQuickProfiles(async (settings, file) => {
      const text = await readFile(file, 'utf8');
      // A tenth of the pause; it is still a little shorter than what the box wants.
      const named = text
        .replaceAll('settleMs: 3000', 'settleMs: 300')
        .replace(/(module-connect-ftd:\s+\{\s+from: module,\s+send: connect ftd),/, '$1 ftd-b,');
      assert.ok(named.includes('connect ftd ftd-b,'));
      await writeFile(file, named);
      const ftds = [
        { ...down, variant: { landing: 'fxos' as const, fxosSettleMs: 600 } },
        { ...down, variant: { landing: 'chassis' as const, instance: 'ftd-b' } },
      ];
      await withSite(
        { ftds },
        async (site) => {
          const run = await runUntilHeld(site, 'after-ca');
          // Whoever is on the console of the module loses it, and leaves what he had open there.
          for (const box of ['ftd01', 'ftd02']) await site.lab.fault('dropSsh', { box });
          await site.lab.fault('releaseGenerate');
          const document = await site.closed(run);
          assert.equal(document.exitCode, 0, document.summary);
          const truth = await site.truth();
          assertGeneratedOnce(truth);
          for (const device of truth.devices) assertHoldsNewSet(truth, device);
        },
        { settings },
      );
    });
  });
});
