import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ControlClient, startLab, type DeviceTruth, type Lab } from '../../lab/index.ts';
import { login, rootShell } from './terminal.ts';

describe('lab: sftunnel', () => {
  let lab: Lab;
  let dir: string;
  let control: ControlClient;
  const start = async (
    options: Parameters<typeof startLab>[0] extends infer O ? Omit<O & object, 'dir'> : never,
  ): Promise<void> => {
    dir = await mkdtemp(join(tmpdir(), 'lab-'));
    lab = await startLab({
      dir,
      reconnectMs: 80,
      restartMs: 20,
      generation: { checkMs: 1, caMs: 1, issueMs: 1, pushMs: 1 },
      ...options,
    });
    control = await ControlClient.open(dir);
  };
  afterEach(async () => {
    await lab.stop();
    await rm(dir, { recursive: true });
  });

  const device = async (name: string): Promise<DeviceTruth> =>
    (await control.state()).devices.find((d) => d.name === name) as DeviceTruth;
  const tunnelOf = async (name: string) => (await device(name)).managers[0]?.tunnel;
  const waitFor = async (check: () => Promise<boolean>): Promise<void> => {
    for (let i = 0; i < 100 && !(await check()); i++) await new Promise((done) => setTimeout(done, 20));
    assert.ok(await check());
  };

  it('lives through the expiry of its CA and is gone for good at the next restart', async () => {
    await start({ preset: 'small', caDaysLeft: 5 });
    await control.fault('advanceClock', { days: 10 });
    assert.equal((await tunnelOf('ftd01'))?.up, true);
    const t = await rootShell(lab, 'ftd01');
    const pid = (await device('ftd01')).sftunnel.pid;
    assert.deepEqual(await t.run('pmtool RestartByID sftunnel'), { out: '', status: 0 });
    await waitFor(async () => ((await tunnelOf('ftd01'))?.failures ?? 0) > 0);
    assert.equal((await tunnelOf('ftd01'))?.up, false);
    assert.notEqual((await device('ftd01')).sftunnel.pid, pid);
    const log = (await t.run('tail -n 40 /ngfw/var/log/messages')).out;
    assert.match(log, /-Error with certificate at depth: 1/);
    assert.match(
      log,
      new RegExp(
        `issuer += /title=InternalCA/OU=Intrusion Management System/CN=${lab.fmc.identity.uuid}/O=Sourcefire, Inc\\.`,
      ),
    );
    assert.match(log, /err 10:certificate has expired/);
    const onFmc = await control.file('fmc01', '/var/log/messages');
    assert.match(onFmc, /sslv3 alert certificate expired/);
    assert.match(onFmc, /Failed connecting with SSL to using to: '[\d.]+' rval\[40\]/);
    t.close();
  });

  it('comes up by itself after the right files and a restart, and not after a mixed set', async () => {
    await start({ preset: 'small' });
    await control.fault('generateByHand');
    const { managers, devices } = await control.state();
    const folder = `/var/sf/peers/${managers[0]?.uuid}`;
    const from = `${managers[0]?.generations[0]?.folder}`;
    const give = async (file: string, source: string): Promise<void> => {
      await control.fault('putFile', {
        box: 'ftd02',
        path: `${folder}/${file}`,
        text: await control.file('fmc01', `${from}/${source}/${file}`),
      });
    };
    const [one, two] = devices as [DeviceTruth, DeviceTruth];
    await give('cacert.pem', two.uuid);
    await give('sftunnel-cert.pem', two.uuid);
    await give('sftunnel-key.pem', one.uuid);
    await control.fault('restartSftunnel', { box: 'ftd02' });
    await waitFor(async () => /key values mismatch/.test((await tunnelOf('ftd02'))?.lastError ?? ''));
    assert.match(await control.file('ftd02', '/var/log/messages'), /Failed to reload credentials/);
    await give('sftunnel-key.pem', two.uuid);
    await control.fault('restartSftunnel', { box: 'ftd02' });
    await waitFor(async () => (await tunnelOf('ftd02'))?.up === true);
    assert.equal((await tunnelOf('ftd02'))?.sessionCaFingerprint, managers[0]?.caFingerprint);
    // The pushed device still lives on the session of its old certificate.
    const pushed = (await device('ftd01')).managers[0];
    assert.equal(pushed?.fitsTogether, true);
    assert.equal(pushed?.tunnel.up, true);
    assert.notEqual(pushed?.tunnel.sessionFingerprint, pushed?.certFingerprint);
  });

  it('starts an expired lab with living and dead tunnels, and says so in the brief status', async () => {
    await start({ preset: 'expired' });
    const t = await login(lab, 'ftd03');
    await t.until(/> $/);
    t.type('sftunnel-status-brief\r');
    const down = await t.until(/UTC\r\n[\s\S]*> $/);
    assert.match(down, /Attempted at/);
    assert.doesNotMatch(down, /connected to|Heartbeat/);
    assert.equal((await tunnelOf('ftd01'))?.up, true);
    assert.match((await tunnelOf('ftd03'))?.lastError ?? '', /err 10/);
    t.close();
  });

  it('leaves a truncated file when the disk is full', async () => {
    await start({ preset: 'small' });
    await control.fault('freeBytes', { box: 'ftd01', mount: '/ngfw', bytes: 10 });
    const t = await rootShell(lab, 'ftd01');
    const { out, status } = await t.run(
      "cd /var/tmp; printf '%s' 0123456789abcdef > full; echo $?; cat full; df -Pk /ngfw | awk 'NR==2 {print $4}'; cp full more",
    );
    assert.equal(
      out.split('\n').slice(-5).join('|'),
      "bash: write error: No space left on device|1|01234567890|cp: error writing '/var/tmp/more': No space left on device|",
    );
    assert.equal(status, 1);
    t.close();
  });
});
