import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ControlClient, startLab, type DeviceTruth, type Lab } from '../../lab/index.ts';
import { login, rootShell, type Terminal } from './terminal.ts';

describe('lab: who reaches whom', () => {
  let lab: Lab;
  let dir: string;
  let control: ControlClient;
  let t: Terminal;
  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'lab-'));
    lab = await startLab({
      dir,
      reconnectMs: 80,
      generation: { checkMs: 1, caMs: 1, issueMs: 1, pushMs: 1, sshTimeoutMs: 20 },
      fmc: { variant: { netcat: true } },
      pair: {},
      ftds: [
        { tunnel: 'down', variant: { route: 'fmcOnly' } },
        { tunnel: 'down', variant: { route: 'silent' } },
        { tunnel: 'down', variant: { route: 'nobody' } },
        { tunnel: 'down' },
      ],
    });
    control = await ControlClient.open(dir);
    t = await rootShell(lab, 'fmc01');
  });
  after(async () => {
    t.close();
    await lab.stop();
    await rm(dir, { recursive: true });
  });

  const address = (name: string): string => lab.box(name)?.identity.address ?? '';
  const device = async (name: string): Promise<DeviceTruth> =>
    (await control.state()).devices.find((d) => d.name === name) as DeviceTruth;
  const holdsNewSet = async (name: string): Promise<boolean> => {
    const [held] = (await device(name)).managers;
    const [manager] = (await control.state()).managers;
    return held?.fitsTogether === true && held.caFingerprint === manager?.caFingerprint;
  };

  it('bash and nc on the FMC tell whether a port of a device answers', async () => {
    const probe = (name: string, port = 22): Promise<{ out: string; status: number }> =>
      t.run(`timeout 0.3 bash -c '</dev/tcp/${address(name)}/${port}'`);
    assert.deepEqual(await probe('ftd01'), { out: '', status: 0 });
    assert.equal((await probe('ftd01', lab.settings.port)).status, 0);
    assert.equal((await probe('fmc02', 8305)).status, 0);
    assert.deepEqual(await probe('ftd02'), { out: '', status: 124 });
    const refused = await probe('ftd03');
    assert.equal(refused.status, 1);
    assert.match(
      refused.out,
      /bash: connect: Connection refused\n.*\/dev\/tcp\/127\.[\d.]+\/22: Connection refused\n/,
    );
    assert.equal(
      (
        await t.run(
          `h=${address('ftd04')}; : > /dev/tcp/$h/22 && echo open; exec 3<>"/dev/tcp/$h/23" || echo shut`,
        )
      ).out.split('\n')[0],
      'open',
    );
    assert.match(
      (await t.run(`(exec 3<>/dev/tcp/${address('ftd03')}/22) 2>/dev/null || echo shut`)).out,
      /^shut$/m,
    );
    assert.equal((await t.run(`nc -z -w 5 ${address('ftd01')} 22`)).status, 0);
    assert.equal((await t.run(`nc -z -w 5 ${address('ftd03')} 22`)).status, 1);
    const silent = await t.run(`nc -vz -w 0.1 ${address('ftd02')} 22`);
    assert.equal(silent.status, 1);
    assert.match(silent.out, /timed out/);
  });

  it('the engine is refused where only the FMC gets through, until that is mended', async () => {
    await assert.rejects(login(lab, 'ftd01'), /ECONNREFUSED/);
    await control.fault('engineNoRoute', { box: 'ftd01', on: false });
    (await login(lab, 'ftd01')).close();
    await control.fault('engineNoRoute', { box: 'ftd01' });
    await assert.rejects(login(lab, 'ftd01'), /ECONNREFUSED/);
    assert.equal((await t.run(`nc -z -w 1 ${address('ftd01')} 22`)).status, 0);
  });

  it('copy_sftunnel_certs.py reaches what the FMC reaches, and says what hindered it', async () => {
    await control.fault('generateByHand');
    await control.fault('password', { box: 'ftd04', password: 'Other, "Pass' });
    const csv = (password: string): string =>
      [
        'device_name,IP,admin_username,admin_password',
        ...['ftd01', 'ftd02', 'ftd03'].map((n) => `${n}, ${address(n)} ,admin,${lab.settings.password}`),
        `"ftd04",${address('ftd04')},admin,${password}`,
      ].join('\n');
    await control.fault('putFile', {
      box: 'fmc01',
      path: '/root/devices.csv',
      text: csv('wrong'),
      mode: '600',
    });
    const first = await t.run('copy_sftunnel_certs.py /root/devices.csv');
    assert.equal(first.status, 1);
    assert.match(first.out, /^ftd01: certificates copied successfully$/m);
    assert.match(first.out, /^ftd02: ssh: connect to host \S+ port 22: Connection timed out$/m);
    assert.match(first.out, /^ftd03: ssh: connect to host \S+ port 22: Connection refused$/m);
    assert.match(first.out, /^ftd04: Permission denied \(password\)$/m);
    assert.deepEqual(await Promise.all(['ftd01', 'ftd02', 'ftd03', 'ftd04'].map(holdsNewSet)), [
      true,
      false,
      false,
      false,
    ]);
    // Without a header, and with a password that has to be quoted.
    const last = `${csv('"Other, ""Pass"').split('\n').at(-1)}\n`;
    await control.fault('putFile', { box: 'fmc01', path: '/root/devices.csv', text: last, mode: '600' });
    assert.deepEqual(await t.run('copy_sftunnel_certs.py /root/devices.csv'), {
      out: 'ftd04: certificates copied successfully\n',
      status: 0,
    });
    assert.equal(await holdsNewSet('ftd04'), true);
    assert.equal((await device('ftd04')).sftunnel.restarts, 0);
  });

  it('the variant for a jump server brings its set to the other FMC, the own row first', async () => {
    await control.fault('push', { box: 'fmc02', how: 'fails' });
    await control.fault('generateByHand');
    const rows = ['fmc01', 'fmc02'].map((n) => `${n},${address(n)},admin,${lab.settings.password}`);
    await control.fault('putFile', { box: 'fmc01', path: '/root/j.csv', text: rows.join('\n'), mode: '600' });
    assert.equal(
      (await t.run('copy_sftunnel_certs_jumpserver.py /root/j.csv')).out,
      'fmc02: certificates copied successfully\n',
    );
    const [one, two] = (await control.state()).managers;
    assert.equal(two?.peerFolders[0]?.caFingerprint, one?.caFingerprint);
    assert.equal(two?.sftunnel.restarts, 0);
  });

  it('tells of each file that held a password, its modes, and whether it is still there', async () => {
    const { password } = lab.settings;
    const found = async (path: string) =>
      (await control.state()).managers[0]?.looseSecrets.find((s) => s.path === path);
    t.type(`(umask 077; cat > /tmp/tight.csv)\rftd01,1.2.3.4,admin,${password}\r\x04`);
    await t.until(/@0@ $/);
    t.type(`cat > /tmp/loose.csv\rftd01,1.2.3.4,admin,${password}\r\x04`);
    await t.until(/@0@ $/);
    await t.run('chmod 600 /tmp/loose.csv; mv /tmp/loose.csv /root/moved.csv; rm -f /tmp/tight.csv');
    assert.deepEqual(await found('/tmp/tight.csv'), {
      path: '/tmp/tight.csv',
      modes: ['600'],
      isThere: false,
    });
    await control.fault('password', { box: 'ftd04', password: 'with "quotes"' });
    t.type('cat > /tmp/quoted.csv\rftd04,1.2.3.4,admin,"with ""quotes"""\r\x04');
    await t.until(/@0@ $/);
    assert.equal((await found('/tmp/quoted.csv'))?.isThere, true);
    assert.deepEqual(await found('/root/moved.csv'), {
      path: '/root/moved.csv',
      modes: ['644', '600'],
      isThere: true,
    });
  });
});
