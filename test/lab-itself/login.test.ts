import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startLab, type Lab } from '../../lab/index.ts';
import { labTruth } from '../../lab/control/truth.ts';
import { login, rootShell } from './terminal.ts';

describe('lab: login and root shell', () => {
  let lab: Lab;
  let dir: string;
  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'lab-'));
    lab = await startLab({ dir, preset: 'small' });
  });
  after(async () => {
    await lab.stop();
    await rm(dir, { recursive: true });
  });

  it('leaves a rejected command in the line of the CLISH until Ctrl-U', async () => {
    const t = await login(lab, 'ftd01');
    await t.until(/Last login: [^\r]+\r\n[\s\S]*\r\n\x1bE\x1b\[J\x07> $/);
    t.type('show nonsense\r');
    assert.match(await t.until(/> show nonsense$/), /Syntax error: Illegal command line/);
    t.type('\x15show version\r');
    assert.match(
      await t.until(/-----\r\n\r\n\x1bE\x1b\[J\x07> $/),
      new RegExp(`UUID +: ${lab.box('ftd01')?.identity.uuid}`),
    );
    t.close();
  });

  it('tries a sudo password three times and throws away what was typed ahead', async () => {
    const t = await login(lab, 'ftd02');
    await t.until(/> $/);
    t.type('expert\r');
    await t.until(/\$ $/);
    t.type(`sudo su -\r${lab.settings.password}\r`);
    await t.until(/Password: $/);
    for (let i = 0; i < 2; i++) {
      t.type('wrong\r');
      await t.until(/Sorry, try again\.\r\nPassword: $/);
    }
    t.type('wrong\r');
    assert.match(await t.until(/\$ $/), /sudo: 3 incorrect password attempts/);
    t.close();
  });

  it('keeps variables, functions, folder and status from line to line under a prompt of our own', async () => {
    const t = await rootShell(lab, 'ftd01');
    await t.run('x=4; f() { return $1; }; cd /var/sf/peers');
    assert.equal((await t.run('f $x')).status, 4);
    assert.equal((await t.run('pwd; echo $x')).out, '/var/sf/peers\n4\n');
    assert.equal(
      (await t.run('ls /none; echo after')).out,
      "ls: cannot access '/none': No such file or directory\nafter\n",
    );
    assert.equal(
      (await t.run("printf 'key=%s\\n' \"$(printf abc | base64)\" | sed 's/=/:/'")).out,
      'key:YWJj\n',
    );
    t.close();
  });

  it('shows the head of a file whose path looks like an option of head', async () => {
    const t = await rootShell(lab, 'ftd01');
    await t.run("mkdir -p /var/tmp/x-c1a1-n2 && printf 'one\\ntwo\\nthree\\n' > /var/tmp/x-c1a1-n2/f");
    assert.equal((await t.run('head -2 /var/tmp/x-c1a1-n2/f')).out, 'one\ntwo\n');
    t.close();
  });

  it('has cp, mv, sha256sum and stat that obey owners, modes and times', async () => {
    const t = await rootShell(lab, 'ftd01');
    await t.run(
      'mkdir -m 700 /var/tmp/w && cd /var/tmp/w && umask 077 && printf old > a && touch -d @1000 a && chown admin:admin a && chmod 640 a',
    );
    await t.run('cp -p a b; printf new > c; cp -n c a; mv -f c d');
    assert.equal(
      (await t.run("stat -c '%n %U:%G %a %s %Y %F' a b; stat -c '%a' d; cat a; ls")).out,
      'a admin:admin 640 3 1000 regular file\nb admin:admin 640 3 1000 regular file\n600\nolda\nb\nd\n',
    );
    assert.equal((await t.run('sha256sum a b > sums; sha256sum -c sums')).out, 'a: OK\nb: OK\n');
    assert.equal((await t.run('mkdir /var/tmp/w')).status, 1);
    assert.equal((await t.run('rm -rf /var/tmp/w; test -e /var/tmp/w')).status, 1);
    t.close();
  });

  it('keeps the time of the last change apart from that of the last write, by the clock of the box', async () => {
    const t = await rootShell(lab, 'ftd01');
    const times = async (file: string): Promise<number[]> =>
      (await t.run(`stat -c '%Y %Z %s %a %U:%G %n' ${file}`)).out.split(' ').slice(0, 2).map(Number);
    const now = async (): Promise<number> => Number((await t.run('date +%s')).out);
    await t.run('mkdir /var/tmp/c && cd /var/tmp/c && printf old > a && touch -d @1000 a');
    const box = lab.box('ftd01');
    assert.ok(box);
    let before = await now();
    assert.ok(((await times('a'))[1] ?? 0) >= before - 1, 'touch cannot set the time of the change');
    for (const change of ['chmod 600 a', 'chown admin a', 'mv a b && mv b a']) {
      box.clockSkewMs += 100_000;
      before = await now();
      await t.run(change);
      const [written = 0, changed = 0] = await times('a');
      assert.equal(written, 1000, change);
      assert.ok(changed >= before && changed < before + 50, change);
    }
    box.clockSkewMs += 100_000;
    before = await now();
    await t.run('cp -p a copy');
    const [written, changed = 0] = await times('copy');
    assert.equal(written, 1000);
    assert.ok(changed >= before, 'cp -p keeps the time of the write only');
    assert.ok(((await times('a'))[1] ?? 0) < before);
    await t.run('cd /; rm -r /var/tmp/c');
    box.clockSkewMs = 0;
    t.close();
  });

  it('refuses exec and sftp channels, and records logins', async () => {
    const truth = labTruth(lab).devices.find((d) => d.name === 'ftd02');
    assert.equal(truth?.logins.log.filter((l) => l.method === 'sudo' && !l.ok).length, 3);
    assert.equal(truth?.logins.maxConcurrentSessions, 1);
  });
});
