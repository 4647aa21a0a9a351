import assert from 'node:assert/strict';
import { finishesWell, when } from '../support/generation.ts';
import { describeOnLabs } from '../support/labs.ts';
import { type Site } from '../support/renewal-site.ts';
import { deviceNamed, olderBackup } from '../support/truth.ts';
import type { Plan, RunOptions } from '../../workflows/contract.ts';

const setFiles = ['cacert.pem', 'sftunnel-cert.pem', 'sftunnel-key.pem'];

async function held(site: Site, name: string) {
  const truth = await site.truth();
  const folder = deviceNamed(truth, name).managers.find(
    ({ managerUuid }) => managerUuid === truth.managers[0]?.uuid,
  );
  if (folder === undefined) throw new Error(`${name} has no folder of the FMC`);
  return folder;
}

const digests = (files: readonly { sha256: string }[]): string[] => files.map(({ sha256 }) => sha256);

/** What a delivery leaves: the present set kept beside as `*.backup`. */
async function keepBeside(site: Site, name: string): Promise<void> {
  const { folder } = await held(site, name);
  for (const file of setFiles) {
    const text = await site.lab.file(name, `${folder}/${file}`);
    await site.lab.fault('putFile', { box: name, path: `${folder}/${file}.backup`, text });
  }
}

const inputs = (device: string): Partial<RunOptions> => ({ inputs: { device, reason: 'damaged' } });

async function planOf(site: Site, device: string): Promise<Plan> {
  return await site.under('rollback-sftunnel-certs').plan(inputs(device));
}

describeOnLabs('a roll-back of a device', ({ it, rarely, withSite }) => {
  it('puts a damaged set right from what was kept, and does not restart a living tunnel', async () => {
    await withSite({ ftds: [{}, {}] }, async (site) => {
      await keepBeside(site, 'ftd02');
      const before = await held(site, 'ftd02');
      const path = `${before.folder}/sftunnel-cert.pem`;
      await site.lab.fault('putFile', { box: 'ftd02', path, text: '-----BEGIN CERT' });
      const damaged = await held(site, 'ftd02');

      const plan = await planOf(site, 'ftd02');
      assert.equal(plan.runnable, true, JSON.stringify(plan.findings));
      assert.deepEqual(
        plan.devices.map(({ name }) => name),
        ['ftd02'],
      );
      const run = await site.under('rollback-sftunnel-certs').start(plan, inputs('ftd02'));
      const document = await site.closed(run);
      assert.equal(document.exitCode, 0, document.summary);
      assert.equal(document.devices[0]?.phase, 'restored', 'it was not seen on a fresh handshake');

      const now = await held(site, 'ftd02');
      assert.deepEqual(digests(now.files), digests(before.files));
      assert.deepEqual(
        now.files.map(({ mode, owner }) => [mode, owner]),
        setFiles.map(() => ['644', 'root:root']),
      );
      assert.deepEqual(digests(now.backups), digests(damaged.files), 'the present files are kept beside');
      assert.deepEqual(
        now.leftovers.filter((name) => !olderBackup.test(name)),
        [],
      );
      assert.deepEqual([now.tunnel.up, now.tunnel.restarts], [true, 0]);
      assert.equal(now.tunnel.handshakes, before.tunnel.handshakes);
    });
  });

  it('brings back a tunnel that died of a set of another CA', async () => {
    await withSite({ ftds: [{ secondManager: true }, {}] }, async (site) => {
      await keepBeside(site, 'ftd02');
      const before = await held(site, 'ftd02');
      const { managers } = deviceNamed(await site.truth(), 'ftd01');
      const foreign = managers.find(({ managerUuid }) => managerUuid !== before.managerUuid);
      for (const file of setFiles) {
        const text = await site.lab.file('ftd01', `${foreign?.folder ?? ''}/${file}`);
        await site.lab.fault('putFile', { box: 'ftd02', path: `${before.folder}/${file}`, text });
      }
      await site.lab.fault('flapTunnel', { box: 'ftd02' });
      await when(async () => {
        const { tunnel } = await held(site, 'ftd02');
        return !tunnel.up && tunnel.failures > 0;
      });

      const plan = await planOf(site, 'ftd02');
      assert.equal(plan.runnable, true, JSON.stringify(plan.findings));
      const run = await site.under('rollback-sftunnel-certs').start(plan, inputs('ftd02'));
      const document = await site.closed(run);
      assert.equal(document.exitCode, 0, document.summary);
      assert.equal(document.devices[0]?.proven, true);
      const now = await held(site, 'ftd02');
      assert.deepEqual(digests(now.files), digests(before.files));
      assert.deepEqual([now.tunnel.up, now.tunnel.restarts], [true, 1]);
    });
  });

  rarely('is refused after the generation, with both CAs, and shares its id with the renewal', async () => {
    await withSite({ ftds: [{}, { tunnel: 'down' }] }, async (site) => {
      const { caFingerprint: oldCa } = await held(site, 'ftd02');
      const renewal = await site.start(await site.plan());
      await finishesWell(site, renewal);
      const before = await held(site, 'ftd02');
      const plan = await planOf(site, 'ftd02');
      assert.equal(plan.runnable, false);
      const text = plan.findings.find(({ code }) => code === 'ROLLBACK_USELESS')?.text ?? '';
      assert.match(text, /putting it back would cut the device for good/);
      for (const ca of [oldCa, before.caFingerprint]) assert.ok(text.includes(ca ?? '?'), text);
      assert.equal(plan.runId, renewal, 'so that only one of the two is ever open');

      const none = await planOf(site, 'ftd09');
      assert.equal(none.runnable, false);
      assert.match(JSON.stringify(none.findings), /no device called .*ftd09/);
      const refused = await site.closed(
        await site.under('rollback-sftunnel-certs').start(plan, inputs('ftd02')),
      );
      assert.equal(refused.exitCode, 3, 'also where somebody starts it all the same');
      assert.deepEqual(digests((await held(site, 'ftd02')).files), digests(before.files));
    });
  });
});
