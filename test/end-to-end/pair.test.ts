import assert from 'node:assert/strict';
import { copyFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DeviceTruth, LabTruth } from '../../lab/index.ts';
import type { RunDocument } from '../../workflows/contract.ts';
import { impatient, parked, startInto, when } from '../support/generation.ts';
import { describeOnLabs } from '../support/labs.ts';
import type { Site } from '../support/renewal-site.ts';
import { assertHoldsSetOf, deviceNamed } from '../support/truth.ts';

const settings = 'readHaStatus: true\n';

/** Each FMC made one CA, the primary first; every device, and each FMC for the other, holds both new sets; no FMC was restarted. */
function assertPairRenewed(truth: LabTruth): void {
  const [primary, secondary] = truth.managers;
  assert.ok(primary && secondary);
  for (const manager of [primary, secondary]) {
    assert.equal(manager.generations.length, 1, `${manager.name} made exactly one CA`);
    assert.equal(manager.sftunnel.restarts, 0, `sftunnel on ${manager.name} was not restarted`);
    assert.deepEqual(manager.leftovers, [], `nothing left behind on ${manager.name}`);
    for (const device of truth.devices) assertHoldsSetOf(manager, device);
    for (const folder of manager.peerFolders) assert.equal(folder.fitsTogether, true);
  }
  assert.ok(String(primary.generations[0]?.at) < String(secondary.generations[0]?.at), 'the primary first');
}

function isRenewed(truth: LabTruth, device: DeviceTruth, manager: number): boolean {
  return device.managers[manager]?.caFingerprint === truth.managers[manager]?.caFingerprint;
}

async function finished(site: Site, run: string): Promise<RunDocument> {
  const document = await site.closed(run);
  assert.equal(document.exitCode, 0, `${document.summary} ${JSON.stringify(document.leftToDo)}`);
  assertPairRenewed(await site.truth());
  return document;
}

const complete = { complete: true };

describeOnLabs('a pair of FMCs', ({ it, withSite }) => {
  it('primary, then secondary: every device holds both new sets, dead tunnels come back, living ones stay', async () => {
    const ftds = [
      {},
      { tunnel: 'down', pairTunnel: 'down' },
      { tunnel: 'down' },
      { pairTunnel: 'down' },
    ] as const;
    await withSite(
      { pair: {}, ftds: [...ftds] },
      async (site) => {
        const before = await site.truth();
        const plan = await site.plan();
        assert.equal(plan.runnable, true, JSON.stringify(plan.findings));
        assert.deepEqual(
          plan.managers?.map(({ columns }) => columns['role']),
          ['active primary', 'standby secondary'],
        );

        const document = await finished(site, await site.start(plan));

        assert.equal(document.run, `renew/${before.managers[0]?.uuid ?? ''}`);
        assert.deepEqual(
          document.managers.map((manager) => manager['generations']),
          [1, 1],
        );
        const truth = await site.truth();
        for (const device of truth.devices)
          for (const held of device.managers) assert.equal(held.tunnel.up, true, `${device.name} is up`);
        const living = deviceNamed(truth, 'ftd01');
        assert.equal(living.sftunnel.restarts, 0, 'what lives on both sides is not restarted');
        for (const name of ['ftd03', 'ftd04'])
          assert.equal(deviceNamed(truth, name).sftunnel.restarts, 1, `${name} was restarted once`);
        // Dead on both sides: brought back to the primary at once, and to the secondary when that one had delivered.
        assert.ok(deviceNamed(truth, 'ftd02').sftunnel.restarts <= 2);
      },
      { settings },
    );
  });

  it(
    'both CAs expired: no living tunnel is cut before both sides are delivered',
    async () => {
      await withSite(
        { caDaysLeft: -3, pair: { caDaysLeft: -3 }, ftds: [{ tunnel: 'down' }, {}] },
        async (site) => {
          const run = await startInto(site, 'holdGenerateAt', { box: 'fmc02', phase: 'asked' });
          await when(async () => (await site.truth()).managers[1]?.heldPhases.includes('asked') ?? false);
          const between = await site.truth();
          for (const device of between.devices) {
            assert.equal(isRenewed(between, device, 0), true, `${device.name} has its set of the primary`);
            assert.equal(device.sftunnel.restarts, 0, `${device.name} was not restarted`);
            assert.equal(
              device.managers[1]?.tunnel.up,
              true,
              `the tunnel of ${device.name} to the secondary lives`,
            );
          }
          await site.lab.fault('releaseGenerate', { box: 'fmc02' });
          await finished(site, run);
          const truth = await site.truth();
          // It may have come back by itself before its turn.
          assert.ok(deviceNamed(truth, 'ftd01').sftunnel.restarts <= 1);
          assert.equal(
            deviceNamed(truth, 'ftd01').managers.every(({ tunnel }) => tunnel.up),
            true,
          );
          assert.equal(deviceNamed(truth, 'ftd02').sftunnel.restarts, 0);
        },
        { settings },
      );
    },
    complete,
  );

  it(
    'the push to the other FMC fails and its script refuses: delivered by SSH, waited for, no FMC is restarted',
    async () => {
      const pair = { tunnel: 'down', downBecause: 'cut', haTaskWhileApart: true } as const;
      await withSite(
        { pair, ftds: [{}] },
        async (site) => {
          const run = await site.start(await site.plan());
          await when(async () => ((await site.truth()).managers[1]?.generateStarts ?? 0) > 1);
          const between = await site.truth();
          assert.deepEqual(between.managers[1]?.generations, [], 'it refuses while the two are apart');
          assert.equal(
            between.managers[1]?.peerFolders[0]?.caFingerprint,
            between.managers[0]?.caFingerprint,
          );
          await site.lab.fault('cutTunnel', { box: 'fmc02', peer: 'fmc01', on: false });
          await finished(site, run);
        },
        { settings, runbook: impatient },
      );
    },
    complete,
  );

  it(
    'a change of roles in the middle parks before the secondary is touched',
    async () => {
      await withSite(
        { pair: {}, ftds: [{}] },
        async (site) => {
          const run = await startInto(site, 'holdGenerateAt', { box: 'fmc01', phase: 'after-ca' });
          await when(async () => (await site.truth()).managers[0]?.heldPhases.includes('after-ca') ?? false);
          await site.lab.fault('haRole', { active: 'fmc02' });
          await site.lab.fault('releaseGenerate', { box: 'fmc01' });
          const question = await parked(site, run, 'STEP_ASSERT');
          assert.equal(question.box, 'fmc02');
          assert.match(question.text, /fmc02 was standby secondary and is active secondary/);
          const between = await site.truth();
          assert.equal(between.managers[1]?.generateStarts, 0);
          for (const device of between.devices) assert.equal(isRenewed(between, device, 0), true);
          await site.lab.fault('haRole', { active: 'fmc01' });
          await site.decide(run, 'retry', 'fmc02');
          await finished(site, run);
        },
        { settings },
      );
    },
    complete,
  );

  it(
    'roles that nobody may read are confirmed by a person before each FMC; the yes to the plan does not cover it',
    async () => {
      await withSite({ pair: {}, ftds: [{}] }, async (site) => {
        const plan = await site.plan();
        assert.ok(
          plan.findings.some(({ code, severity }) => code === 'PAIR_NOT_READY' && severity === 'warn'),
        );
        const run = await site.start(plan);
        for (const name of ['fmc01', 'fmc02']) {
          const question = await parked(site, run, 'APPROVAL');
          assert.equal(question.box, name);
          const starts = (await site.truth()).managers.find(
            (manager) => manager.name === name,
          )?.generateStarts;
          assert.equal(starts, 0);
          await site.decide(run, 'approve', name);
          await site.until(run, ({ questions }) => !questions.some(({ id }) => id === question.id));
          await sleep(100);
        }
        await finished(site, run);
      });
    },
    complete,
  );

  it(
    'a pair that is not whole, or of which one half is not listed, is said in the plan',
    async () => {
      await withSite(
        { pair: { sync: 'splitBrain' }, ftds: [{}] },
        async (site) => {
          const plan = await site.plan();
          assert.equal(plan.runnable, false);
          assert.ok(
            plan.findings.some(({ code, severity }) => code === 'PAIR_NOT_READY' && severity === 'block'),
          );
          await site.lab.fault('haSync', { state: 'good' });
          await copyFile(site.file('devices-secondary.csv'), site.file('devices.csv'));
          const alone = await site.plan();
          assert.equal(alone.manager.name, 'fmc02');
          const finding = alone.findings.find(({ code }) => code === 'PAIR_NOT_READY');
          assert.equal(finding?.severity, 'accept', JSON.stringify(alone.findings));
          assert.match(finding.text, /the other FMC is not in the inventory/);
          for (const manager of (await site.truth()).managers) assert.equal(manager.generateStarts, 0);
        },
        { settings },
      );
    },
    complete,
  );
});
