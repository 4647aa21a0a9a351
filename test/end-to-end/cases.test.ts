import assert from 'node:assert/strict';
import { assertGeneratedOnce, assertHoldsNewSet, deviceNamed } from '../support/truth.ts';
import { describeOnLabs } from '../support/labs.ts';

describeOnLabs('a whole renewal', ({ it, rarely, withSite }) => {
  it('cases A and A′: pushes to the living, delivers to the dead, restarts only those', async () => {
    await withSite({ ftds: [{}, { tunnel: 'down' }, {}] }, async (site) => {
      const before = await site.truth();
      const plan = await site.plan();
      assert.equal(plan.runnable, true, JSON.stringify(plan.findings));
      assert.deepEqual((await site.truth()).managers[0]?.generateStarts, 0, 'a plan generates nothing');

      const document = await site.closed(await site.start(plan));

      assert.equal(document.exitCode, 0, document.summary);
      assert.deepEqual(document.devices.map(({ phase }) => phase).sort(), [
        'delivered',
        'delivered',
        'proven',
      ]);
      assert.deepEqual(
        document.devices.map((device) => device['tunnel']),
        ['up', 'up', 'up'],
        'as they are now, not as they were found',
      );
      const truth = await site.truth();
      assertGeneratedOnce(truth);
      for (const device of truth.devices) assertHoldsNewSet(truth, device);
      const dead = deviceNamed(truth, 'ftd02').managers[0];
      assert.equal(dead?.tunnel.up, true);
      assert.equal(dead?.tunnel.sessionFingerprint, dead?.certFingerprint, 'up on its new certificate');
      assert.deepEqual(
        dead?.backups.map(({ sha256 }) => sha256),
        deviceNamed(before, 'ftd02').managers[0]?.files.map(({ sha256 }) => sha256),
      );
      for (const name of ['ftd01', 'ftd03']) {
        const living = deviceNamed(truth, name).managers[0]?.tunnel;
        assert.equal(living?.restarts, 0, `${name} was not restarted`);
        assert.equal(
          living?.since,
          deviceNamed(before, name).managers[0]?.tunnel.since,
          `${name} was not cut`,
        );
      }
      assert.deepEqual(truth.managers[0]?.leftovers, []);
    });
  });

  it('cases B and C: the CA has expired, some tunnels live', async () => {
    await withSite({ caDaysLeft: -3, ftds: [{}, { tunnel: 'down' }] }, async (site) => {
      const plan = await site.plan();
      assert.deepEqual(plan.devices.map(({ columns }) => columns['case']).sort(), ['B', 'C']);

      const document = await site.closed(await site.start(plan));

      assert.equal(document.exitCode, 0, document.summary);
      const truth = await site.truth();
      assertGeneratedOnce(truth);
      for (const device of truth.devices) assertHoldsNewSet(truth, device);
      assert.equal(deviceNamed(truth, 'ftd01').managers[0]?.tunnel.restarts, 0);
      assert.equal(deviceNamed(truth, 'ftd02').managers[0]?.tunnel.up, true);
    });
  });

  rarely('proof all: restarts living tunnels too and sees them on a fresh handshake', async () => {
    await withSite({ ftds: [{}, {}] }, async (site) => {
      const options = { inputs: { proof: 'all' } };
      const document = await site.closed(await site.start(await site.plan(options), options));
      assert.equal(document.exitCode, 0, document.summary);
      assert.ok(document.devices.every(({ proven }) => proven));
      const truth = await site.truth();
      for (const device of truth.devices) {
        const held = device.managers[0];
        assert.equal(held?.tunnel.sessionFingerprint, held?.certFingerprint);
      }
    });
  });

  rarely('a second run takes the new CA over and generates nothing', async () => {
    await withSite({ ftds: [{}, { tunnel: 'down' }] }, async (site) => {
      await site.closed(await site.start(await site.plan()));
      const document = await site.closed(await site.start(await site.plan()));
      assert.equal(document.exitCode, 0, document.summary);
      assertGeneratedOnce(await site.truth());
    });
  });

  it('FAILED_PUSH with one line per device and folders, names with blanks', async () => {
    await withSite(
      {
        generation: { failedPushForm: 'folder' },
        ftds: [{ name: 'Branch 7 — Köln, "old"', tunnel: 'down' }],
      },
      async (site) => {
        const document = await site.closed(await site.start(await site.plan()));
        assert.equal(document.exitCode, 0, document.summary);
        const truth = await site.truth();
        for (const device of truth.devices) assertHoldsNewSet(truth, device);
      },
    );
  });
});
