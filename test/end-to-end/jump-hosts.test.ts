import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { findingLines } from '../../cli/output/findings.ts';
import { plainView } from '../support/plain-view.ts';
import { describeOnLabs } from '../support/labs.ts';
import type { Site } from '../support/renewal-site.ts';
import { deviceOf } from '../support/told.ts';
import { assertGeneratedOnce, assertHoldsNewSet, deviceNamed } from '../support/truth.ts';

const password = 'Lab-Passw0rd!';
const jumpPassword = 'Jump-Passw0rd!';
const dead = { tunnel: 'down' as const };

/** The inventory of the lab, with every device behind the jump hosts named. */
async function writeInventory(site: Site, via: readonly string[]): Promise<void> {
  const { managers, devices, jumpHosts } = await site.truth();
  await writeFile(site.file('password'), `${password}\n`, { mode: 0o600 });
  await writeFile(site.file('jump-password'), `${jumpPassword}\n`, { mode: 0o600 });
  const jumps = jumpHosts.map(
    ({ name, address, port }) =>
      `  - { name: ${name}, host: ${address}, port: ${String(port)}, username: hop, password: { file: jump-password } }\n`,
  );
  const entry = (box: { name: string; address: string; sshPort: number }, more: string): string =>
    `  - { name: ${box.name}, host: ${box.address}, port: ${String(box.sshPort)}${more} }\n`;
  await writeFile(
    site.file('inventory.yaml'),
    `defaults: { username: admin, password: { file: password } }\njumpHosts:\n${jumps.join('')}entries:\n` +
      managers.map((box) => entry(box, '')).join('') +
      devices.map((box) => entry(box, `, via: [${via.join(', ')}]`)).join(''),
  );
}

describeOnLabs('devices behind jump hosts', ({ isSystem, it, withDevices }) => {
  it(
    'through a chain of two that die in the middle of a delivery: finished when they are back, by few logins',
    async () => {
      const lab = {
        ftds: [dead, dead, dead],
        // OpenSSH limits no channels of this kind.
        jumpHosts: [{ name: 'jump-1' }, { name: 'jump-2', ...(isSystem ? {} : { maxChannels: 2 }) }],
      };
      await withDevices(lab, async (site) => {
        await writeInventory(site, ['jump-1', 'jump-2']);
        const plan = await site.plan();
        assert.equal(plan.runnable, true, JSON.stringify(plan.findings));
        // The jump host dies while the new files are put in the place of the old ones.
        await site.lab.fault('holdBefore', { box: 'ftd02', path: '/sftunnel-cert\\.pem$' });
        const run = await site.start(plan);
        while (!deviceNamed(await site.truth(), 'ftd02').heldRename) await sleep(50);
        await site.lab.fault('jumpHostDown', { name: 'jump-2' });
        await site.lab.fault('releaseHold', { box: 'ftd02' });
        await sleep(500);
        await site.lab.fault('jumpHostDown', { name: 'jump-2', on: false });
        const document = await site.closed(run);
        assert.equal(document.exitCode, 0, JSON.stringify([document.summary, document.leftToDo]));
        const truth = await site.truth();
        assertGeneratedOnce(truth);
        for (const device of truth.devices) {
          assertHoldsNewSet(truth, device);
          const own = device.logins.log.filter(({ method }) => method !== 'sudo');
          const { address } = truth.jumpHosts[1] ?? {};
          assert.deepEqual(
            [...new Set(own.map(({ from }) => from))],
            [address],
            'nobody comes by another way',
          );
          assert.equal(deviceOf(document, device.name).phase, 'proven');
        }
        for (const jump of truth.jumpHosts) assert.ok(jump.logins.every(({ ok }) => ok));
        // Two connections with two channels each serve three devices; after its death jump-2 is logged in to again.
        assert.ok((truth.jumpHosts[1]?.logins.length ?? 99) <= 6, JSON.stringify(truth.jumpHosts[1]?.logins));
        if (!isSystem) assert.ok((truth.jumpHosts[1]?.maxOpenChannels ?? 99) <= 2);
      });
    },
    { complete: true },
  );

  it(
    'one that refuses to let through, then refuses the password: one cause for all behind it, one try',
    async () => {
      await withDevices({ ftds: [dead, dead, dead, dead], jumpHosts: [{ name: 'jump-1' }] }, async (site) => {
        await writeInventory(site, ['jump-1']);
        await site.lab.fault('jumpHost', { name: 'jump-1', forwarding: 'prohibited' });
        const prohibited = await site.plan();
        const hard = prohibited.findings.filter(({ severity }) => severity !== 'warn');
        assert.deepEqual(
          hard.map(({ box, code, cause }) => [box, code, cause]).sort(),
          ['ftd01', 'ftd02', 'ftd03', 'ftd04'].map((box) => [box, 'DEVICE_UNREACHABLE', 'route:jump-1']),
        );
        const shown = findingLines(hard, plainView).join('\n');
        assert.equal(shown.match(/does not let us through/g)?.length, 1, shown);
        assert.match(shown, /ftd01, ftd02, ftd03 and 1 more \(4 boxes\)/);
        assert.match(shown, /AllowTcpForwarding/);

        await site.lab.fault('jumpHost', { name: 'jump-1', forwarding: 'allowed', password: 'changed' });
        await site.lab.fault('jumpHostDown', { name: 'jump-1' });
        await site.lab.fault('jumpHostDown', { name: 'jump-1', on: false });
        const refused = await site.plan();
        const causes = new Set(
          refused.findings.filter(({ severity }) => severity !== 'warn').map((one) => one.cause),
        );
        assert.deepEqual(
          [...causes].map((cause) => cause?.replace(/ \(.*/, '')),
          ['credential:hop'],
        );
        assert.match(
          findingLines(refused.findings, plainView).join(' ').replace(/\s+/g, ' '),
          /On the way to ftd0\d: jump-1 \([\d.]+:\d+\): the password for user hop was refused/,
        );
        const { jumpHosts, devices } = await site.truth();
        assert.equal(jumpHosts[0]?.logins.filter(({ ok }) => !ok).length, 1, 'one try');
        for (const { logins } of devices) assert.equal(logins.failures, 0);
      });
    },
    { complete: true },
  );
});
