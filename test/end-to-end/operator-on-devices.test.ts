import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { finishesWell, manager, runUntilHeld, startInto, when } from '../support/generation.ts';
import { describeOnLabs } from '../support/labs.ts';
import type { Site } from '../support/renewal-site.ts';
import { deviceOf, tell } from '../support/told.ts';
import { assertGeneratedOnce, assertHoldsNewSet, deviceNamed } from '../support/truth.ts';

const down = { tunnel: 'down' as const };

/** What is free on ftd02. */
const disk = async (site: Site, bytes: number): Promise<void> => {
  await site.lab.fault('freeBytes', { box: 'ftd02', mount: '/ngfw/var/sf/peers', bytes });
};

describeOnLabs('single devices in the hands of an operator', ({ rarely, withSite }) => {
  rarely(
    'one held keeps its old set until its release; one that needs hands is begun again while the run is open',
    async () => {
      await withSite({ ftds: [{}, down, down] }, async (site) => {
        const run = await runUntilHeld(site, 'after-ca');
        const held = await tell(site, run, 'hold', { device: 'ftd03', reason: 'the site is in use' });
        assert.equal(held.accepted, true, held.text);
        await disk(site, 0);
        await site.lab.fault('releaseGenerate');

        await site.until(run, ({ outcome }) => outcome === 'waiting');
        const old = deviceNamed(await site.truth(), 'ftd03').managers[0];
        assert.notEqual(old?.caFingerprint, (await manager(site)).caFingerprint, 'nothing was brought to it');
        // The device run is terminated: nobody knows any more what it was doing, and its device needs hands.
        const child = (await site.state(run)).questions.find(({ box }) => box === 'ftd02')?.workflowId ?? '';
        await site.server.client.workflow.getHandle(child).terminate('by mistake');
        await site.until(run, (document) => deviceOf(document, 'ftd02').status === 'needs-hands');
        const still = await tell(site, run, 'retry', { device: 'ftd02' });
        assert.equal(still.accepted, true, still.text);
        await site.until(run, ({ questions }) => questions.some(({ box }) => box === 'ftd02'));
        await disk(site, 10_000_000_000);
        assert.equal((await tell(site, run, 'retry', { device: 'ftd02' })).accepted, true);
        await site.until(run, (document) => deviceOf(document, 'ftd02').status === 'done');

        const waiting = await site.until(run, ({ outcome }) => outcome === 'waiting');
        assert.equal(deviceOf(waiting, 'ftd03').hold?.by, 'ann');
        const now = deviceNamed(await site.truth(), 'ftd03');
        assert.deepEqual(
          [now.managers[0]?.files, now.sftunnel.restarts],
          [old?.files, 0],
          'untouched while held',
        );
        assert.equal((await tell(site, run, 'release', { device: 'ftd03' })).accepted, true);
        const document = await finishesWell(site, run);
        assert.deepEqual(
          document.decisions
            .filter(({ by }) => by === 'ann')
            .map(({ verb, box }) => [verb, box])
            .slice(-4),
          [
            ['hold', 'ftd03'],
            ['retry', 'ftd02'],
            ['retry', 'ftd02'],
            ['release', 'ftd03'],
          ],
        );
      });
    },
  );

  rarely(
    'a run that is terminated leaves its device runs to finish their steps, and the next one takes over what it finds',
    async () => {
      await withSite({ ftds: [{}, down, down] }, async (site) => {
        const run = await startInto(site, 'holdBefore', { box: 'ftd02', path: '/sftunnel-cert\\.pem$' });
        const isHeld = async (): Promise<boolean> => deviceNamed(await site.truth(), 'ftd02').heldRename;
        await when(isHeld);
        const handle = site.server.client.workflow.getHandle(run);
        await handle.terminate('kill');
        await site.lab.fault('releaseHold', { box: 'ftd02' });
        const children = async (): Promise<number> =>
          (
            await site.server.client.workflow.count(
              `ParentWorkflowId = '${run}' AND ExecutionStatus = 'Running'`,
            )
          ).count;
        while ((await children()) > 0) await sleep(200);
        assert.equal((await handle.describe()).status.name, 'TERMINATED');
        const left = deviceNamed(await site.truth(), 'ftd02').managers[0];
        assert.equal(left?.fitsTogether, true, 'the step in flight was finished');
        assert.equal(left.caFingerprint, (await manager(site)).caFingerprint);
        assert.equal(deviceNamed(await site.truth(), 'ftd02').sftunnel.restarts, 0, 'and the next not begun');

        const next = await site.start(await site.plan());
        assert.equal(next, run, 'the same id');
        assert.equal((await site.closed(next)).exitCode, 0);
        const truth = await site.truth();
        assertGeneratedOnce(truth);
        assert.equal(truth.managers[0]?.generateStarts, 1);
        for (const device of truth.devices) assertHoldsNewSet(truth, device);
      });
    },
  );
});
