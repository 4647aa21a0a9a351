import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  editRow,
  findingsAbout,
  held,
  loginsAt,
  parked,
  withDevices,
} from '../support/devices-in-trouble.ts';
import { runUntilHeld } from '../support/generation.ts';
import { deviceOf } from '../support/told.ts';
import { assertGeneratedOnce, assertHoldsNewSet, deviceNamed } from '../support/truth.ts';

const lab = { ftds: [{}, { tunnel: 'down' as const }] };

describe('a device that cannot be reached, or is not in the list', function () {
  this.timeout(300_000);

  it('no route, tunnel down: stops the plan; accepted, it is served by itself as soon as the route is back', async () => {
    await withDevices(lab, async (site) => {
      await site.lab.fault('noRoute', { box: 'ftd02' });
      const accepted = ['ftd02'];
      const plan = await site.plan({ accepted });
      assert.equal(plan.runnable, true);
      const [finding, ...more] = plan.findings.filter(({ severity }) => severity !== 'warn');
      assert.deepEqual(
        [finding?.box, finding?.code, finding?.severity, more],
        ['ftd02', 'DEVICE_UNREACHABLE', 'accept', []],
      );
      const run = await site.start(plan, { accepted });
      await site.until(run, ({ devices }) =>
        devices.some(({ name, status }) => name === 'ftd01' && status === 'done'),
      );
      await site.lab.fault('noRoute', { box: 'ftd02', on: false });
      const document = await site.closed(run);
      assert.equal(document.exitCode, 0, document.summary);
      const truth = await site.truth();
      assertGeneratedOnce(truth);
      for (const device of truth.devices) assertHoldsNewSet(truth, device);
      assert.equal(deviceOf(document, 'ftd02').phase, 'proven');
    });
  });

  it('only the FMC has a way, tunnel down: its own script delivers when a person lets it; the login is gone after', async () => {
    await withDevices(lab, async (site) => {
      await site.lab.fault('engineNoRoute', { box: 'ftd02' });
      const accepted = ['ftd02'];
      const plan = await site.plan({ accepted });
      assert.equal(plan.devices.find(({ name }) => name === 'ftd02')?.columns['rung'], 'fmc');
      const run = await site.start(plan, { accepted });
      const question = await parked(site, run);
      assert.equal(question.code, 'APPROVAL', JSON.stringify(question));
      assert.equal((await held(site, 'ftd02')).tunnel.up, false, 'nothing is sent before the yes');
      await site.decide(run, 'approve', 'ftd02');
      const document = await site.closed(run);
      assert.equal(document.exitCode, 0, JSON.stringify([document.summary, document.leftToDo]));
      assert.equal(deviceOf(document, 'ftd02')['rung'], 'fmc');
      assert.equal(deviceOf(document, 'ftd02').phase, 'proven');
      const truth = await site.truth();
      const device = deviceNamed(truth, 'ftd02').managers[0];
      assert.equal(device?.caFingerprint, truth.managers[0]?.caFingerprint);
      assert.equal(device?.fitsTogether, true);
      assert.equal(device?.tunnel.sessionFingerprint, device?.certFingerprint);
      assert.equal(deviceNamed(truth, 'ftd02').sftunnel.restarts, 0);
      const csvs = truth.managers[0]?.looseSecrets ?? [];
      assert.ok(csvs.length > 0, 'the lab saw the file with the login');
      for (const csv of csvs) {
        assert.deepEqual(
          [...csv.modes].filter((mode) => mode !== '600'),
          [],
          csv.path,
        );
        assert.equal(csv.isThere, false, `${csv.path} is gone`);
      }
    });
  });

  it('two devices of one name: each gets its own set', async () => {
    const twin = { name: 'branch', tunnel: 'down' as const };
    await withDevices({ ftds: [twin, twin] }, async (site) => {
      const document = await site.closed(await site.start(await site.plan()));
      assert.equal(document.exitCode, 0, document.summary);
      const truth = await site.truth();
      assertGeneratedOnce(truth);
      assert.equal(truth.devices.length, 2);
      for (const device of truth.devices) assertHoldsNewSet(truth, device);
      assert.deepEqual(
        document.devices.map(({ uuid }) => uuid).sort(),
        truth.devices.map(({ uuid }) => uuid).sort(),
      );
    });
  });

  it('two devices behind one address: told apart by their UUIDs, each gets its own set', async () => {
    const dead = { tunnel: 'down' as const };
    const ftds = [
      { name: 'outer', ...dead },
      { name: 'inner', ...dead, behind: { ftd: 'outer', port: 2322 } },
    ];
    await withDevices({ ftds, password: 'Lab-Passw0rd!' }, async (site) => {
      const { managers, devices } = await site.truth();
      await writeFile(site.file('password'), 'Lab-Passw0rd!\n', { mode: 0o600 });
      const entries = [...managers, ...devices].map(
        ({ name, address }) =>
          `  - { name: ${name}, host: ${address}, port: ${name === 'inner' ? '2322' : '2222'} }\n`,
      );
      await writeFile(
        site.file('inventory.yaml'),
        `defaults: { username: admin, password: { file: password } }\nentries:\n${entries.join('')}`,
      );
      assert.equal(devices[0]?.address, devices[1]?.address);
      const document = await site.closed(await site.start(await site.plan()));
      assert.equal(document.exitCode, 0, JSON.stringify([document.summary, document.leftToDo]));
      const truth = await site.truth();
      assertGeneratedOnce(truth);
      for (const device of truth.devices) assertHoldsNewSet(truth, device);
    });
  });

  it('an address that another box took over meanwhile: nothing is written to the box that answers', async () => {
    const dead = { tunnel: 'down' as const };
    await withDevices({ ftds: [dead, dead] }, async (site) => {
      const run = await runUntilHeld(site, 'after-ca');
      // The host keys stay with the addresses, as on cloned machines: only the UUID tells the boxes apart.
      await site.lab.fault('swapAddresses', { a: 'ftd01', b: 'ftd02', hostKeys: 'stay' });
      await site.lab.fault('dropSsh', { box: 'ftd01' });
      await site.lab.fault('dropSsh', { box: 'ftd02' });
      const before = (await site.truth()).devices.map(({ managers }) => managers[0]?.files);
      await site.lab.fault('releaseGenerate');
      const waiting = await site.until(run, ({ questions }) => questions.length === 2);
      for (const question of waiting.questions) assert.equal(question.code, 'DEVICE_WRONG_BOX');
      assert.deepEqual(
        (await site.truth()).devices.map(({ managers }) => managers[0]?.files),
        before,
      );
      await site.lab.fault('swapAddresses', { a: 'ftd01', b: 'ftd02', hostKeys: 'stay' });
      for (const box of ['ftd01', 'ftd02']) await site.decide(run, 'retry', box);
      const document = await site.closed(run);
      assert.equal(document.exitCode, 0, document.summary);
      const truth = await site.truth();
      assertGeneratedOnce(truth);
      for (const device of truth.devices) assertHoldsNewSet(truth, device);
    });
  });

  it('no route, tunnel up: a warning; what the FMC reported is called reported, not more', async () => {
    await withDevices(lab, async (site) => {
      await site.lab.fault('noRoute', { box: 'ftd01' });
      const plan = await site.plan();
      assert.equal(plan.runnable, true, JSON.stringify(plan.findings));
      assert.deepEqual(
        findingsAbout(plan, 'ftd01', 'warn').map(({ code }) => code),
        ['DEVICE_UNREACHABLE'],
      );
      const document = await site.closed(await site.start(plan));
      assert.equal(document.exitCode, 0, document.summary);
      const device = deviceOf(document, 'ftd01');
      assert.equal(device.phase, 'delivered');
      assert.equal(device.proven, false);
      assert.equal(device['state'], 'reported');
      assert.ok(
        document.leftToDo.some((text) => text.includes('ftd01') && text.includes('not been looked at')),
        JSON.stringify(document.leftToDo),
      );
      assert.equal(
        document.leftToDo.some((text) => text.includes('ftd02')),
        false,
      );
      assertHoldsNewSet(await site.truth(), deviceNamed(await site.truth(), 'ftd01'));
      assert.equal((await held(site, 'ftd01')).tunnel.restarts, 0);
    });
  });

  it('a peer that no row names: tunnel up is reported; tunnel down is delivered by hand, as the question says, and seen by the FMC', async () => {
    await withDevices(lab, async (site) => {
      for (const name of ['ftd01', 'ftd02']) await editRow(site, name, () => undefined);
      const truth = await site.truth();
      const living = deviceNamed(truth, 'ftd01');
      const dead = deviceNamed(truth, 'ftd02');
      const plan = await site.plan();
      assert.equal(plan.runnable, false);
      const about = (uuid: string): string[] =>
        plan.findings
          .filter((finding) => finding.uuid === uuid)
          .map(({ code, severity }) => `${severity} ${code}`);
      assert.deepEqual(about(living.uuid), ['warn INPUT_MISSING']);
      assert.deepEqual(about(dead.uuid), ['accept INPUT_MISSING']);
      assert.equal(plan.devices.find(({ uuid }) => uuid === dead.uuid)?.columns['rung'], 'by-hand');

      const run = await site.start(await site.plan({ accepted: [dead.uuid] }), { accepted: [dead.uuid] });
      const question = await parked(site, run);
      assert.equal(question.uuid, dead.uuid);
      assert.equal(question.code, 'MANUAL');
      const folder = dead.managers[0]?.folder ?? '';
      assert.ok(question.text.includes(`cd ${folder}\n`));
      const lines = [...question.text.matchAll(/^ {5}([0-9a-f]{64}) {2}(\/\S+\/(\S+\.pem))$/gm)];
      assert.equal(lines.length, 3, question.text);
      for (const [, sum, path, name] of lines) {
        const text = await site.lab.file('fmc01', path ?? '');
        assert.equal(createHash('sha256').update(text).digest('hex'), sum);
        await site.lab.fault('putFile', { box: 'ftd02', path: `${folder}/${name ?? ''}`, text });
      }
      await site.lab.fault('restartSftunnel', { box: 'ftd02' });
      while (!(await held(site, 'ftd02')).tunnel.up) await sleep(50);
      // The FMC sees it a moment later than the device, and the run would look again by itself in a minute.
      while ((await site.state(run)).questions.length > 0) {
        await site.decide(run, 'retry', question.box);
        await sleep(2000);
      }
      const document = await site.closed(run);
      assert.equal(document.exitCode, 0, document.summary);
      const served = document.devices.find(({ uuid }) => uuid === dead.uuid);
      assert.deepEqual([served?.phase, served?.['rung'], served?.['state']], ['proven', 'by-hand', 'new']);
      assert.deepEqual(await loginsAt(site, 'ftd02'), { accepted: 0, refused: 0 });
      const after = await site.truth();
      for (const device of after.devices) assertHoldsNewSet(after, device);
    });
  });

  it('two rows with one address: refused before any box is met', async () => {
    await withDevices(lab, async (site) => {
      const text = await readFile(site.file('devices.csv'), 'utf8');
      const row = text.split('\n').find((line) => line.startsWith('ftd01,')) ?? '';
      await appendFile(site.file('devices.csv'), `${row.replace('ftd01', 'branch')}\n`);
      await assert.rejects(site.plan(), { code: 'INPUT_INVALID' });
      assert.deepEqual(await loginsAt(site, 'ftd01'), { accepted: 0, refused: 0 });
    });
  });
});
