import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ssh2 from 'ssh2';
import { ControlClient, startLab, type Lab } from '../../lab/index.ts';
import { login, rootShell } from './terminal.ts';

describe('lab: variants and troubles', () => {
  let lab: Lab;
  let dir: string;
  let control: ControlClient;
  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'lab-'));
    lab = await startLab({
      dir,
      generation: { checkMs: 1, caMs: 1, issueMs: 1, pushMs: 1 },
      fmc: { variant: { terminals: ['tmux', 'script'] } },
      ftds: [
        { variant: { exec: true, sftp: true } },
        { variant: { landing: 'fxos', fxosSettleMs: 200 } },
        { secondManager: true, variant: { pager: true } },
      ],
    });
    control = await ControlClient.open(dir);
  });
  after(async () => {
    await lab.stop();
    await rm(dir, { recursive: true });
  });

  const client = async (name: string): Promise<ssh2.Client> => {
    const connected = new ssh2.Client();
    await new Promise<void>((done, fail) => {
      connected.once('ready', done).on('error', fail);
      connected.connect({
        host: lab.box(name)?.identity.address ?? '',
        port: lab.settings.port,
        username: 'admin',
        password: lab.settings.password,
      });
    });
    return connected;
  };

  it('offers exec with sudo -S and SFTP where the variant has them', async () => {
    const c = await client('ftd01');
    const sftp = await new Promise<ssh2.SFTPWrapper>((done, fail) =>
      c.sftp((error, s) => (error ? fail(error) : done(s))),
    );
    await new Promise<void>((done, fail) =>
      sftp.writeFile('/tmp/new.pem', 'content', { mode: 0o600 }, (error) => (error ? fail(error) : done())),
    );
    const denied = await new Promise<Error | null | undefined>((done) =>
      sftp.writeFile('/root/x', 'no', (error) => done(error)),
    );
    assert.match(String(denied), /Permission denied/i);
    const out = await new Promise<string>((done, fail) => {
      c.exec("sudo -S -p '' sh -c 'id -u; stat -c \"%U %a %s\" /tmp/new.pem'", (error, channel) => {
        if (error) {
          fail(error);
          return;
        }
        let text = '';
        channel
          .on('data', (d: Buffer) => {
            text += d.toString();
          })
          .on('close', () => done(text));
        channel.end(`${lab.settings.password}\n`);
      });
    });
    assert.equal(out, '0\nadmin 600 7\n');
    c.end();
  });

  it('swallows connect ftd when it is typed too soon after an FXOS login', async () => {
    const t = await login(lab, 'ftd02');
    await t.until(/chassis# $/);
    t.type('connect ftd\r');
    await t.until(/> connect ftd$/);
    t.type('\x15');
    await t.until(/chassis# $/);
    await new Promise((done) => setTimeout(done, 220));
    t.type('connect ftd\r');
    await t.until(/\x07> $/);
    t.close();
  });

  it('keeps generate_certs.pl alive in tmux, and in script fed by a FIFO', async () => {
    const t = await rootShell(lab, 'fmc01');
    assert.equal((await t.run('command -v screen')).status, 1);
    await t.run(
      "tmux new-session -d -s gen 'generate_certs.pl; echo $? > /root/exit'; tmux pipe-pane -t gen -o 'cat >> /root/log'",
    );
    await t.run(
      'until tmux capture-pane -p -t gen | grep -q continue; do sleep 0.05; done; tmux send-keys -t gen yes Enter',
    );
    await t.run(
      'until tmux capture-pane -p -t gen | grep -q sure; do sleep 0.05; done; tmux send-keys -t gen -l yes; tmux send-keys -t gen Enter; until test -s /root/exit; do sleep 0.05; done',
    );
    assert.equal(
      (await t.run('cat /root/exit; tmux has-session -t gen 2>/dev/null || echo gone')).out,
      '0\ngone\n',
    );
    await t.run(
      "mkfifo /root/in; setsid script -q -f -c 'generate_certs.pl; echo $? > /root/exit2' /root/log2 < /root/in > /dev/null 2>&1 &",
    );
    await t.run(
      "until grep -q continue /root/log2; do sleep 0.05; done; printf 'yes\\n' > /root/in; until grep -q sure /root/log2; do sleep 0.05; done; printf 'yes\\n' > /root/in; until test -s /root/exit2; do sleep 0.05; done",
      8000,
    );
    assert.equal((await control.state()).managers[0]?.generations.length, 2);
    t.close();
  });

  it('stops at --More-- and tells of two managers', async () => {
    const t = await login(lab, 'ftd03');
    await t.until(/> $/);
    t.type('sftunnel-status\r');
    await t.until(/--More--$/);
    t.type('q');
    await t.until(/> $/);
    t.type('show managers\r');
    assert.equal((await t.until(/Configuration\r\n\r\nType[\s\S]*> $/)).match(/Identifier/g)?.length, 2);
    assert.equal(
      (await control.state()).devices[2]?.managers.every((m) => m.tunnel.up),
      true,
    );
    t.close();
  });

  it('does something at the moment a line is given, once, before the line runs', async () => {
    await control.fault('onLine', {
      box: 'ftd03',
      pattern: '^cat /var/tmp/note',
      fault: 'putFile',
      body: { box: 'ftd03', path: '/var/tmp/note', text: 'just in time\n' },
    });
    await assert.rejects(control.fault('onLine', { box: 'ftd03', pattern: 'x', fault: 'freeBytes' }));
    const t = await rootShell(lab, 'ftd03');
    assert.equal((await t.run('cat /var/tmp/note; rm /var/tmp/note')).out, 'just in time\n');
    assert.equal((await t.run('cat /var/tmp/note')).status, 1);
    t.close();
  });

  it('holds a rename, reboots, refuses and asks what nobody foresaw', async () => {
    const t = await rootShell(lab, 'ftd03');
    await control.fault('holdBefore', { box: 'ftd03', path: 'held\\.new$' });
    await t.run('echo x > /var/tmp/held.new');
    t.type('mv /var/tmp/held.new /var/tmp/held\r');
    while (!(await control.state()).devices[2]?.heldRename) await new Promise((done) => setTimeout(done, 10));
    assert.deepEqual((await control.state()).devices[2]?.leftovers, ['/var/tmp/held.new']);
    await control.fault('releaseHold', { box: 'ftd03' });
    await t.until(/@0@ $/);
    await control.fault('reboot', { box: 'ftd03', downMs: 50 });
    await assert.rejects(t.until(/never/));
    await new Promise((done) => setTimeout(done, 120));
    await control.fault('unknownPrompt', { box: 'ftd03', at: 'expert' });
    const again = await login(lab, 'ftd03');
    await again.until(/> $/);
    again.type('expert\r');
    await again.until(/Accept site policy \(agree\/decline\): $/);
    again.close();
    await assert.rejects(login(lab, 'ftd03', { password: 'wrong' }));
  });
});
