import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ControlClient, startLab, type Lab } from '../../lab/index.ts';
import { rootShell, type Terminal } from './terminal.ts';

describe('lab: generate_certs.pl', () => {
  let lab: Lab;
  let dir: string;
  let control: ControlClient;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'lab-'));
    lab = await startLab({
      dir,
      preset: 'small',
      generation: { checkMs: 5, caMs: 5, issueMs: 5, pushMs: 5 },
      reconnectMs: 100,
      restartMs: 20,
    });
    control = await ControlClient.open(dir);
  });
  afterEach(async () => {
    await lab.stop();
    await rm(dir, { recursive: true });
  });

  const startInScreen = async (t: Terminal): Promise<void> => {
    await t.run(
      "mkdir /root/d; screen -dmS gen -L -Logfile /root/d/log sh -c 'mkdir /root/d/started && generate_certs.pl; echo $? > /root/d/exit'",
    );
    await t.run('until grep -q continue /root/d/log; do sleep 0.05; done');
    await t.run("screen -S gen -p 0 -X stuff 'yes\\n'");
    await t.run('until grep -q sure /root/d/log; do sleep 0.05; done');
  };

  it('survives the loss of the SSH session inside screen', async () => {
    const t = await rootShell(lab, 'fmc01');
    await startInScreen(t);
    await control.fault('holdGenerateAt', { phase: 'after-ca' });
    await t.run("screen -S gen -p 0 -X stuff 'yes^M'");
    t.cut();
    await control.fault('releaseGenerate');
    const again = await rootShell(lab, 'fmc01');
    assert.equal(
      (await again.run('until test -s /root/d/exit; do sleep 0.05; done; cat /root/d/exit', 8000)).out,
      '0\n',
    );
    const { managers, devices } = await control.state();
    assert.equal(managers[0]?.generations.length, 1);
    const [up, down] = devices;
    assert.equal(up?.managers[0]?.caFingerprint, managers[0]?.caFingerprint);
    assert.equal(down?.managers[0]?.caFingerprint === managers[0]?.caFingerprint, false);
    const failed = managers[0]?.failedPush[0];
    assert.match(
      failed?.text ?? '',
      new RegExp(
        `^${down?.uuid} ftd02 ${down?.address} /var/tmp/certs/\\d+/${down?.uuid}/cacert.pem /var/sf/peers/${managers[0]?.uuid}/cacert.pem$`,
        'm',
      ),
    );
    assert.match(
      (await again.run('cat /root/d/log')).out,
      /Failed to push to ftd02 = \/var\/tmp\/certs\/\d+\/FAILED_PUSH/,
    );
    again.close();
  });

  it('dies in the foreground with its session, leaving what was done', async () => {
    await control.fault('holdGenerateAt', { phase: 'after-ca' });
    const t = await rootShell(lab, 'fmc01');
    t.type('generate_certs.pl\r');
    await t.until(/\[yes\/no\]: /);
    t.type('yes\r');
    await t.until(/\(yes\/no\): /);
    t.type('yes\r');
    await t.until(/Generating new InternalCA/);
    while ((await control.state()).managers[0]?.heldPhases.length === 0)
      await new Promise((done) => setTimeout(done, 10));
    t.cut();
    await new Promise((done) => setTimeout(done, 50));
    await control.fault('releaseGenerate');
    const { managers } = await control.state();
    assert.equal(managers[0]?.generations.length, 1);
    assert.equal(managers[0]?.generations[0]?.finished, false);
    assert.equal(
      managers[0]?.processes.some((p) => p.command.includes('generate_certs')),
      false,
    );
  });

  it('refuses while a critical task runs, and changes nothing', async () => {
    await control.fault('setTasks', { tasks: ['VDB update'] });
    const t = await rootShell(lab, 'fmc01');
    const before = (await control.state()).managers[0]?.caFingerprint;
    const { out, status } = await t.run('generate_certs.pl');
    assert.match(out, /VDB update/);
    assert.equal(status, 1);
    assert.equal((await control.state()).managers[0]?.caFingerprint, before);
    t.close();
  });
});
