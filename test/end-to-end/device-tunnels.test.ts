import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LabOptions } from '../../lab/index.ts';
import { findingsAbout, held, parked } from '../support/devices-in-trouble.ts';
import { describeOnLabs } from '../support/labs.ts';
import { deviceOf } from '../support/told.ts';
import { assertGeneratedOnce, assertHoldsNewSet, deviceNamed } from '../support/truth.ts';

describeOnLabs('a device whose tunnel is not what it seems', ({ rarely, withDevices }) => {
  for (const how of ['keepsOld', 'mixes']) {
    rarely(
      `push reported as good, but the device ${how}: delivered by SSH, the living tunnel is not restarted`,
      async () => {
        await withDevices({ ftds: [{}, {}] }, async (site) => {
          const before = await held(site, 'ftd02');
          await site.lab.fault('push', { box: 'ftd02', how });
          const document = await site.closed(await site.start(await site.plan()));
          assert.equal(document.exitCode, 0, document.summary);
          const device = deviceOf(document, 'ftd02');
          assert.equal(device['rung'], 'ssh');
          assert.equal(device.phase, 'delivered');
          assert.equal(device.proven, false);
          assert.equal(deviceOf(document, 'ftd01')['rung'], 'tunnel');
          const truth = await site.truth();
          assertGeneratedOnce(truth);
          for (const one of truth.devices) assertHoldsNewSet(truth, one);
          const now = await held(site, 'ftd02');
          assert.equal(now.tunnel.restarts, 0);
          assert.equal(now.tunnel.since, before.tunnel.since, 'its tunnel was not cut');
        });
      },
    );
  }

  rarely(
    'another manager with a living tunnel: no restart; skipped with a reason it is delivered and not proven',
    async () => {
      // It does not try again by itself before the run comes to its restart.
      const lab: LabOptions = { ftds: [{}, { tunnel: 'down', secondManager: true }], reconnectMs: 600_000 };
      await withDevices(lab, async (site) => {
        const other = async () => {
          const found = deviceNamed(await site.truth(), 'ftd02').managers[1];
          assert.ok(found);
          return found;
        };
        const before = await other();
        assert.equal(before.tunnel.up, true);
        const plan = await site.plan();
        assert.deepEqual(
          findingsAbout(plan, 'ftd02', 'accept').map(({ code }) => code),
          ['TUNNEL_OTHER_MANAGER'],
        );
        const accepted = ['ftd02'];
        const run = await site.start(plan, { accepted });
        const question = await parked(site, run);
        assert.equal(question.code, 'TUNNEL_OTHER_MANAGER');
        assert.match(question.text, new RegExp(before.managerUuid));
        assert.match(question.state, /new set lies on the device; sftunnel was not restarted/);
        await site.decide(run, 'skip', 'ftd02', { reason: 'the other manager is renewed on Thursday' });
        const document = await site.closed(run);
        assert.equal(document.exitCode, 4);
        const device = deviceOf(document, 'ftd02');
        assert.equal(device.status, 'skipped');
        assert.equal(device.phase, 'delivered');
        assert.match(device.note ?? '', /renewed on Thursday/);
        const truth = await site.truth();
        assertHoldsNewSet(truth, deviceNamed(truth, 'ftd02'));
        const now = await other();
        assert.equal(now.tunnel.since, before.tunnel.since, 'the tunnel of the other manager was not cut');
        assert.equal(now.tunnel.restarts, 0);
        assert.deepEqual(now.files, before.files);
      });
    },
  );

  rarely('a living tunnel flaps before its push: found down, gets its set, comes up proven', async () => {
    await withDevices({ ftds: [{}, {}] }, async (site) => {
      const plan = await site.plan();
      await site.lab.fault('holdGenerateAt', { phase: 'after-ca' });
      const run = await site.start(plan);
      while ((await site.truth()).managers[0]?.heldPhases.includes('after-ca') !== true) await sleep(50);
      await site.lab.fault('flapTunnel', { box: 'ftd02' });
      while ((await held(site, 'ftd02')).tunnel.up) await sleep(50);
      await site.lab.fault('releaseGenerate');
      const document = await site.closed(run);
      assert.equal(document.exitCode, 0, document.summary);
      assert.equal(deviceOf(document, 'ftd02').phase, 'proven');
      assert.equal(deviceOf(document, 'ftd02')['rung'], 'ssh');
      const truth = await site.truth();
      assertGeneratedOnce(truth);
      for (const device of truth.devices) assertHoldsNewSet(truth, device);
      const now = await held(site, 'ftd02');
      assert.equal(now.tunnel.up, true);
      assert.equal(now.tunnel.sessionFingerprint, now.certFingerprint);
    });
  });

  rarely(
    'a living tunnel flaps after its push: proven on its new certificate, and not restarted by us',
    async () => {
      await withDevices({ ftds: [{}, {}] }, async (site) => {
        const plan = await site.plan();
        await site.lab.fault('holdGenerateAt', { phase: 'done' });
        const run = await site.start(plan);
        while ((await site.truth()).managers[0]?.heldPhases.includes('done') !== true) await sleep(50);
        // Times on boxes are whole seconds; the same second would prove nothing.
        await site.lab.fault('advanceClock', { days: 0.001 });
        const before = await held(site, 'ftd02');
        await site.lab.fault('flapTunnel', { box: 'ftd02' });
        const isBack = async (): Promise<boolean> => {
          const { tunnel } = await held(site, 'ftd02');
          return tunnel.up && tunnel.since !== before.tunnel.since;
        };
        while (!(await isBack())) await sleep(50);
        await site.lab.fault('releaseGenerate');
        const document = await site.closed(run);
        assert.equal(document.exitCode, 0, document.summary);
        assert.equal(deviceOf(document, 'ftd02').phase, 'proven');
        assert.equal(deviceOf(document, 'ftd01').phase, 'delivered', 'what merely stayed up proves nothing');
        for (const name of ['ftd01', 'ftd02']) assert.equal((await held(site, name)).tunnel.restarts, 0);
        const now = await held(site, 'ftd02');
        assert.equal(now.tunnel.sessionFingerprint, now.certFingerprint);
      });
    },
  );
});
