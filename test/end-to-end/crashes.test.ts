import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { when } from '../support/generation.ts';
import { describeOnLabs } from '../support/labs.ts';
import { type Site } from '../support/renewal-site.ts';
import { assertGeneratedOnce, assertHoldsNewSet, deviceNamed } from '../support/truth.ts';

async function finishes(site: Site, run: string): Promise<void> {
  const document = await site.closed(run);
  assert.equal(document.exitCode, 0, document.summary);
  const truth = await site.truth();
  assertGeneratedOnce(truth);
  for (const device of truth.devices) assertHoldsNewSet(truth, device);
}

const site = { ftds: [{}, { tunnel: 'down' as const }] };

type Phase = 'started' | 'after-yes' | 'after-ca' | 'after-issue' | 'during-push';

/** Kills the worker when generate_certs.pl has come to where it is held, and lets both go on. */
async function killedAt(at: Site, phase: Phase): Promise<void> {
  await when(async () => (await at.truth()).managers[0]?.heldPhases.includes(phase) ?? false);
  await at.worker.kill();
  await at.lab.fault('releaseGenerate');
  await sleep(1000);
  await at.worker.start();
}

describeOnLabs('a worker that is killed', ({ it, rarely, withSite, isSystem }) => {
  const phases: readonly Phase[] = ['started', 'after-yes', 'after-ca', 'after-issue', 'during-push'];
  for (const phase of isSystem ? [] : phases) {
    it(`while generate_certs.pl is at "${phase}": the run goes on, generated once`, async () => {
      await withSite(
        site,
        async (at) => {
          const plan = await at.plan();
          await at.lab.fault('holdGenerateAt', { phase });
          const run = await at.start(plan);
          await killedAt(at, phase);
          await finishes(at, run);
        },
        { workerProcess: true },
      );
    });
  }

  const before = isSystem ? 'while generate_certs.pl runs, and ' : '';
  it(`${before}in the middle of a delivery: the device is repaired forward and its backups are the old set`, async () => {
    await withSite(
      site,
      async (at) => {
        const old = deviceNamed(await at.truth(), 'ftd02').managers[0]?.files.map(({ sha256 }) => sha256);
        const plan = await at.plan();
        await at.lab.fault('holdBefore', { box: 'ftd02', path: '/sftunnel-cert\\.pem$' });
        if (isSystem) await at.lab.fault('holdGenerateAt', { phase: 'after-ca' });
        const run = await at.start(plan);
        // A session manager of the box keeps the program alive: on real programs once more, in the same run.
        if (isSystem) await killedAt(at, 'after-ca');
        await when(async () => deviceNamed(await at.truth(), 'ftd02').heldRename);
        await at.worker.kill();
        await at.lab.fault('dropSsh', { box: 'ftd02' });
        await at.lab.fault('releaseHold', { box: 'ftd02' });
        await at.worker.start();
        await finishes(at, run);
        const device = deviceNamed(await at.truth(), 'ftd02').managers[0];
        assert.deepEqual(
          device?.backups.map(({ sha256 }) => sha256),
          old,
        );
        assert.equal(device?.tunnel.up, true);
      },
      { workerProcess: true },
    );
  });

  rarely(
    'while a tunnel is awaited after a restart, in the same activity: it is not restarted again',
    async () => {
      await withSite(
        { ...site, restartMs: 4000 },
        async (at) => {
          const plan = await at.plan();
          const run = await at.start(plan);
          // Asked all along: a lab of real programs may be writing what it is asked for.
          await when(async () => {
            const truth = await at.truth().catch(() => undefined);
            return truth !== undefined && deviceNamed(truth, 'ftd02').sftunnel.restarts === 1;
          });
          await at.worker.kill();
          await at.lab.fault('dropSsh', { box: 'ftd02' });
          await at.worker.start();
          await finishes(at, run);
          const device = deviceNamed(await at.truth(), 'ftd02');
          assert.equal(device.sftunnel.restarts, 1);
          assert.equal(device.managers[0]?.tunnel.up, true);
        },
        { workerProcess: true },
      );
    },
  );
});
