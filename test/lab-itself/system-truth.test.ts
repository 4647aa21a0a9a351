import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ControlClient, type DeviceTruth } from '../../lab/index.ts';
import { startSystemLab, whyNoSystemLab, type SystemLab } from '../../lab/system/index.ts';
import { shellAt, type SystemShell } from './system-shell.ts';

const why = whyNoSystemLab();

/** What the lab says of secrets, sessions and ways must be able to say the worst. */
describe(`truth of the lab of real programs${why === undefined ? '' : ` [${why}]`}`, function () {
  this.timeout(120_000);
  let lab: SystemLab;
  let dir: string;
  let control: ControlClient;
  before(async function () {
    if (why !== undefined) return this.skip();
    dir = await mkdtemp(path.join(tmpdir(), 'lab-'));
    lab = await startSystemLab({ dir, ftds: [{}], jumpHosts: [{ name: 'jump-1' }] });
    control = await ControlClient.open(dir);
  });
  after(async () => {
    if (why !== undefined) return;
    await lab.stop();
    await rm(dir, { recursive: true });
  });

  const device = async (): Promise<DeviceTruth> => (await control.state()).devices[0] as DeviceTruth;
  const address = (name: string): string => lab.box(name)?.address ?? '';
  const admin = { username: 'admin', password: 'Lab-Passw0rd!' };
  const until = async (holds: (truth: DeviceTruth) => boolean): Promise<DeviceTruth> => {
    for (let looks = 0; looks < 100 && !holds(await device()); looks += 1) await sleep(50);
    return await device();
  };
  const root = async (): Promise<SystemShell> => {
    const shell = await shellAt({ host: address('ftd01'), ...admin });
    await shell.until(/> $/);
    shell.type('expert\r');
    await shell.until(/\$ $/);
    shell.type('sudo su -\r');
    await shell.until(/Password: $/);
    shell.type(`${admin.password}\r`);
    await shell.until(/# $/);
    return shell;
  };

  it('counts the sessions that were there at once, and goes on counting when sshd is killed', async () => {
    const one = await shellAt({ host: address('ftd01'), ...admin });
    assert.equal((await until(({ logins }) => logins.maxConcurrentSessions === 1)).logins.openSessions, 1);
    const two = await shellAt({ host: address('ftd01'), ...admin });
    assert.equal((await until(({ logins }) => logins.openSessions === 2)).logins.maxConcurrentSessions, 2);
    one.close();
    two.close();
    await until(({ logins }) => logins.openSessions === 0);
    for (let times = 0; times < 3; times += 1) {
      const shell = await shellAt({ host: address('ftd01'), ...admin });
      await control.fault('dropSsh', { box: 'ftd01' });
      await shell.closed;
    }
    const { logins } = await device();
    assert.deepEqual([logins.attempts, logins.failures, logins.maxConcurrentSessions], [5, 0, 2]);
  });

  it('knows each line that was typed for root, and each file with a secret: its modes, and whether it is still there', async () => {
    const shell = await root();
    const key = 'openssl genpkey -algorithm ED25519';
    for (const line of [
      `${key} -out /tmp/loose.pem && chmod 644 /tmp/loose.pem`,
      `(umask 077; mkdir /var/tmp/own; ${key} > /var/tmp/own/tight.pem)`,
      `echo 'expect ${admin.password}' > /home/admin/.bash_history`,
      'echo nothing > /tmp/harmless',
    ]) {
      shell.type(`${line}\r`);
      await shell.until(/# $/);
    }
    await sleep(200);
    shell.type('rm /tmp/loose.pem /home/admin/.bash_history /tmp/harmless\r');
    await shell.until(/# $/);
    const { looseSecrets, rootCommands } = await until((truth) =>
      truth.rootCommands.some((line) => line.startsWith('rm ')),
    );
    const seen = Object.fromEntries(
      looseSecrets.map(({ path: at, modes, isThere }) => [at, [modes.at(-1), isThere]]),
    );
    assert.deepEqual(seen, {
      '/tmp/loose.pem': ['644', false],
      '/var/tmp/own/tight.pem': ['600', true],
      '/home/admin/.bash_history': ['644', false],
    });
    assert.equal(rootCommands.filter((line) => line.includes('genpkey')).length, 2);
    shell.close();
  });

  it('keeps the engine from a box that a jump host reaches, from whose address it is met then', async () => {
    await control.fault('engineNoRoute', { box: 'ftd01' });
    await assert.rejects(shellAt({ host: address('ftd01'), ...admin }), /E(?:NET|HOST)UNREACH/);
    const hop = { host: address('jump-1'), username: 'hop', password: 'Jump-Passw0rd!' };
    const shell = await shellAt({ host: address('ftd01'), ...admin }, hop);
    await shell.until(/> $/);
    const [jump] = (await control.state()).jumpHosts;
    assert.deepEqual([jump?.openConnections, jump?.maxOpenChannels, jump?.refusedChannels], [1, 1, 0]);
    assert.equal((await device()).logins.log.at(-1)?.from, jump?.address);
    await control.fault('jumpHostDown', { name: 'jump-1' });
    await shell.closed;
    await assert.rejects(shellAt({ host: address('ftd01'), ...admin }, hop), /ECONNREFUSED/);
    await control.fault('jumpHostDown', { name: 'jump-1', on: false });
    await control.fault('jumpHost', { name: 'jump-1', forwarding: 'prohibited' });
    await assert.rejects(shellAt({ host: address('ftd01'), ...admin }, hop), { reason: 1 }, 'prohibited');
    await control.fault('engineNoRoute', { box: 'ftd01', on: false });
    (await shellAt({ host: address('ftd01'), ...admin })).close();
    assert.equal((await control.state()).jumpHosts[0]?.refusedChannels, 1);
  });
});
