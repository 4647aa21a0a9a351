import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { assertStoppedBy, held, parked } from '../support/devices-in-trouble.ts';
import { describeOnLabs } from '../support/labs.ts';
import type { Site } from '../support/renewal-site.ts';
import { deviceOf } from '../support/told.ts';
import { assertGeneratedOnce, assertHoldsNewSet, deviceNamed, olderBackup } from '../support/truth.ts';

const lab = { ftds: [{}, { tunnel: 'down' as const }] };
const hour = 3_600_000;
const roomy = 10_000_000_000;

async function finishes(site: Site, run: string): Promise<void> {
  const document = await site.closed(run);
  assert.equal(document.exitCode, 0, document.summary);
  assert.equal(deviceOf(document, 'ftd02').phase, 'proven');
  const truth = await site.truth();
  assertGeneratedOnce(truth);
  for (const device of truth.devices) assertHoldsNewSet(truth, device);
}

const digests = (files: readonly { sha256: string }[]): string[] => files.map(({ sha256 }) => sha256);

/** Starts a run that stands still just before the new certificate takes the place of the old one on ftd02. */
async function heldAtRename(site: Site): Promise<string> {
  const plan = await site.plan();
  await site.lab.fault('holdBefore', { box: 'ftd02', path: '/sftunnel-cert\\.pem$' });
  const run = await site.start(plan);
  while (!deviceNamed(await site.truth(), 'ftd02').heldRename) await sleep(50);
  return run;
}

describeOnLabs('the files on a device', ({ it, rarely, withDevices, isSystem }) => {
  rarely('no room: the plan names it; the old set stays whole; with room made, retry finishes', async () => {
    await withDevices(lab, async (site) => {
      const before = await held(site, 'ftd02');
      await site.lab.fault('freeBytes', { box: 'ftd02', mount: '/ngfw/var/sf/peers', bytes: 2000 });
      const plan = await site.plan();
      assertStoppedBy(plan, 'ftd02', 'SESSION_NO_SPACE');
      const accepted = ['ftd02'];
      const run = await site.start(plan, { accepted });
      const question = await parked(site, run);
      assert.equal(question.box, 'ftd02');
      assert.equal(question.code, 'SESSION_NO_SPACE');
      assert.match(question.state, /old set/);
      const now = await held(site, 'ftd02');
      assert.deepEqual(now.files, before.files);
      assert.deepEqual(now.leftovers, []);
      await site.lab.fault('freeBytes', { box: 'ftd02', mount: '/ngfw/var/sf/peers', bytes: roomy });
      await site.decide(run, 'retry', 'ftd02');
      await finishes(site, run);
    });
  });

  it('the disk fills up between the files: nothing is exchanged, nothing is left behind', async () => {
    await withDevices(lab, async (site) => {
      const before = await held(site, 'ftd02');
      const plan = await site.plan();
      // Room by the device's own word, and gone after the first file.
      const on = { box: 'ftd02', mount: '/ngfw/var/sf/peers' };
      if (isSystem) await site.lab.fault('fewFiles', { ...on, files: 3 });
      else await site.lab.fault('fillDisk', { ...on, afterBytes: 5000 });
      const run = await site.start(plan);
      const question = await parked(site, run);
      assert.equal(question.code, 'SESSION_NO_SPACE', question.text);
      assert.match(question.state, /old set is in place/);
      const now = await held(site, 'ftd02');
      assert.deepEqual(digests(now.files), digests(before.files));
      assert.deepEqual(now.leftovers, []);
      await site.lab.fault('freeBytes', { box: 'ftd02', mount: '/ngfw/var/sf/peers', bytes: roomy });
      await site.decide(run, 'retry', 'ftd02');
      await finishes(site, run);
    });
  });

  rarely(
    'backups of an older attempt are kept under another name; .backup is the set that was there before',
    async () => {
      await withDevices({ ftds: [{}, { tunnel: 'down', staleBackups: true }] }, async (site) => {
        const before = await held(site, 'ftd02');
        await finishes(site, await site.start(await site.plan()));
        const now = await held(site, 'ftd02');
        assert.deepEqual(digests(now.backups), digests(before.files));
        const aside = now.leftovers.filter((name) => olderBackup.test(name));
        assert.equal(aside.length, 3, JSON.stringify(now.leftovers));
        for (const name of aside)
          assert.equal(await site.lab.file('ftd02', `${now.folder}/${name}`), 'an older attempt\n');
      });
    },
  );

  rarely('a clock an hour behind: named, nothing is written; corrected, retry finishes', async () => {
    await withDevices(lab, async (site) => {
      await site.lab.fault('clockSkew', { box: 'ftd02', ms: -hour });
      const before = await held(site, 'ftd02');
      const plan = await site.plan();
      assertStoppedBy(plan, 'ftd02', 'DELIVERY_CLOCK');
      const accepted = ['ftd02'];
      const run = await site.start(plan, { accepted });
      const question = await parked(site, run);
      assert.equal(question.code, 'DELIVERY_CLOCK');
      assert.match(question.state, /Nothing was written/);
      const now = await held(site, 'ftd02');
      assert.deepEqual(now.files, before.files);
      assert.deepEqual(now.backups, []);
      await site.lab.fault('clockSkew', { box: 'ftd02', ms: 0 });
      await site.decide(run, 'retry', 'ftd02');
      await finishes(site, run);
    });
  });

  rarely('the session is cut between two renames: repaired forward by itself', async () => {
    await withDevices(lab, async (site) => {
      const before = await held(site, 'ftd02');
      const run = await heldAtRename(site);
      await site.lab.fault('dropSsh', { box: 'ftd02' });
      await site.lab.fault('releaseHold', { box: 'ftd02' });
      await finishes(site, run);
      assert.deepEqual(digests((await held(site, 'ftd02')).backups), digests(before.files));
    });
  });

  it(
    'the session is cut while the files travel: done again by itself',
    async () => {
      await withDevices(lab, async (site) => {
        const before = await held(site, 'ftd02');
        const plan = await site.plan();
        // Slow enough that the moment lasts.
        await site.lab.fault('slow', { box: 'ftd02', ms: 100 });
        const run = await site.start(plan);
        await site.until(run, ({ devices }) =>
          devices.some(({ name, step }) => name === 'ftd02' && step === 'deliver/deliver'),
        );
        await site.lab.fault('cutSshAfterBytes', { box: 'ftd02', bytes: 900 });
        await site.lab.fault('slow', { box: 'ftd02', ms: 0 });
        await finishes(site, run);
        assert.deepEqual(digests((await held(site, 'ftd02')).backups), digests(before.files));
      });
    },
    { inProcess: 'nobody counts the bytes of a real connection' },
  );
});
