import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ControlClient, startLab, type DeviceTruth, type Lab, type LabOptions } from '../../lab/index.ts';
import { login, rootShell } from './terminal.ts';

describe('lab: faults that are known from the field', () => {
  let lab: Lab;
  let dir: string;
  let control: ControlClient;
  const start = async ({ generation, ...options }: LabOptions): Promise<void> => {
    dir = await mkdtemp(join(tmpdir(), 'lab-'));
    lab = await startLab({
      dir,
      reconnectMs: 80,
      restartMs: 20,
      deadPeerMs: 10,
      generation: { checkMs: 1, caMs: 1, issueMs: 1, pushMs: 1, ...generation },
      ...options,
    });
    control = await ControlClient.open(dir);
  };
  afterEach(async () => {
    await lab.stop();
    await rm(dir, { recursive: true });
  });

  const device = async (name: string): Promise<DeviceTruth> => {
    const uuid = lab.box(name)?.identity.uuid;
    return (await control.state()).devices.find((d) => d.uuid === uuid) as DeviceTruth;
  };
  const tunnelOf = async (name: string) => (await device(name)).managers[0]?.tunnel;
  const waitFor = async (check: () => Promise<boolean>): Promise<void> => {
    for (let i = 0; i < 100 && !(await check()); i++) await new Promise((done) => setTimeout(done, 20));
    assert.ok(await check());
  };
  const logOf = (name: string): Promise<string> => control.file(name, '/var/log/messages');
  /** Renews, restarts the device, and waits until its new handshake failed. */
  const renewAndRestart = async (): Promise<void> => {
    await control.fault('generateByHand');
    await control.fault('restartSftunnel', { box: 'ftd01' });
    await waitFor(async () => (await tunnelOf('ftd01'))?.lastError !== undefined);
  };

  it('err 9: a clock that is behind the new certificates', async () => {
    await start({ ftds: [{ variant: { clockSkewMs: -3_600_000 } }] });
    await renewAndRestart();
    assert.match(await logOf('ftd01'), /err 9:certificate is not yet valid/);
  });

  it('err 18: an FMC whose own certificate no CA signed', async () => {
    await start({ ftds: [{}], generation: { flaw: 'selfSigned' } });
    await renewAndRestart();
    assert.match(await logOf('ftd01'), /err 18:self signed certificate\n/);
    assert.match(await logOf('fmc01'), /tlsv1 alert unknown ca/);
  });

  it('err 20: a set of an earlier CA', async () => {
    await start({ ftds: [{ tunnel: 'down' }] });
    assert.match(await logOf('ftd01'), /err 20:unable to get local issuer certificate/);
  });

  it('err 68: a set that is signed with SHA-1, which openssl on the box still passes', async () => {
    await start({ ftds: [{}], generation: { flaw: 'sha1' } });
    await renewAndRestart();
    assert.match(await logOf('ftd01'), /err 68:CA signature digest algorithm too weak/);
    const t = await rootShell(lab, 'ftd01');
    await t.run(`cd /var/sf/peers/${lab.fmc.identity.uuid}`);
    assert.match(
      (await t.run('openssl x509 -noout -text -in sftunnel-cert.pem')).out,
      /Signature Algorithm: sha1WithRSAEncryption/,
    );
    assert.match(
      (await t.run('openssl x509 -noout -text -in cacert.pem')).out,
      /Signature Algorithm: sha256WithRSAEncryption/,
    );
    assert.equal((await t.run('openssl verify -CAfile cacert.pem sftunnel-cert.pem')).status, 0);
    t.close();
  });

  it('post-handshake authentication: an FMC of 7.6 turns the certificate of the device down', async () => {
    await start({ fmc: { version: '7.6.0' }, ftds: [{}] });
    await control.fault('push', { box: 'ftd01', how: 'mixes' });
    await renewAndRestart();
    const log = await logOf('fmc01');
    assert.match(log, /Unable to set Post Handshake Auth SSL context: SSL_verify_client_post_handshake/);
    assert.match(log, /Failed to add services/);
    assert.match(log, /Peer ftd01 needs re-connect/);
    assert.doesNotMatch(log, /Error with certificate at depth/);
  });

  it('routing: nothing gets through on 8305', async () => {
    await start({ ftds: [{ tunnel: 'down', downBecause: 'cut' }] });
    assert.match(await logOf('ftd01'), /failed on port 8305 socket 11 \(No route to host\)/);
  });

  it('RPC fails although both channels are up, on either side', async () => {
    await start({ ftds: [{}, {}] });
    await control.fault('rpcFails', { box: 'ftd01' });
    const t = await rootShell(lab, 'fmc01');
    const status = async (name: string): Promise<string> =>
      (await t.run(`sftunnel_status.pl ${lab.box(name)?.identity.uuid}`)).out;
    const failing = await status('ftd01');
    assert.match(failing, /ChannelA Connected: Yes[\s\S]*ChannelB Connected: Yes/);
    assert.equal(failing.match(/RPC status :Failed/g)?.length, 2);
    assert.doesNotMatch(await status('ftd02'), /RPC status :Failed/);
    t.close();
    const d = await rootShell(lab, 'ftd01');
    assert.match((await d.run('sftunnel_status.pl')).out, /RPC status :Failed/);
    await control.fault('putLog', {
      box: 'ftd01',
      text: '  err 19:self signed certificate in certificate chain',
    });
    assert.match(
      (await d.run('tail -n 1 /ngfw/var/log/messages')).out,
      /ftd01 SF-IMS\[\d+\]: \[\d+\] sftunneld:sf_ssl \[ERROR\] {3}err 19:/,
    );
    d.close();
  });

  it('a Classic licence: refused for ever, until the check is bypassed', async () => {
    await start({ fmc: { licence: 'classic' }, ftds: [{}] });
    const manager = async () => (await control.state()).managers[0];
    assert.deepEqual(await control.fault('generateByHand'), { exitCode: 1 });
    assert.equal((await manager())?.criticalTasks[0]?.name, 'Smart Agent registration');
    assert.equal((await manager())?.licence, 'classic');
    await control.fault('tacBypass', { on: true });
    assert.equal((await manager())?.tacBypass, true);
    assert.deepEqual(await control.fault('generateByHand'), { exitCode: 0 });
    await control.fault('tacBypass', { on: false });
    assert.deepEqual(await control.fault('generateByHand'), { exitCode: 1 });
    assert.equal((await manager())?.generations.length, 1);
  });

  it('two devices with one name, and two behind one address', async () => {
    await start({
      ftds: [{ name: 'edge' }, { name: 'edge' }, { name: 'inner', behind: { ftd: 'edge', port: 2322 } }],
    });
    const [one, two, three] = (await control.state()).devices;
    assert.deepEqual([one?.name, two?.name], ['edge', 'edge']);
    assert.equal(lab.box('edge#2')?.identity.uuid, two?.uuid);
    assert.notEqual(one?.address, two?.address);
    assert.deepEqual([three?.address, three?.sshPort], [one?.address, 2322]);
    const known = await readFile(join(dir, 'known_hosts'), 'utf8');
    assert.match(known, new RegExp(`^\\[${one?.address}\\]:2322 `, 'm'));
    for (const name of ['edge', 'edge#2', 'inner']) {
      assert.equal((await tunnelOf(name))?.up, true);
      const t = await login(lab, name);
      await t.until(/\x07> $/);
      t.type('show version\r');
      assert.ok((await t.until(/UUID[\s\S]*> $/)).includes(lab.box(name)?.identity.uuid ?? '-'), name);
      t.close();
    }
    const fmc = await rootShell(lab, 'fmc01');
    assert.equal((await fmc.run(`timeout 1 bash -c '</dev/tcp/${one?.address}/2322'`)).status, 0);
    fmc.close();
  });

  it('an address that another box took over: its host key or only its UUID tells', async () => {
    await start({ ftds: [{}, {}] });
    const [one, two] = [await device('ftd01'), await device('ftd02')];
    const before = await readFile(join(dir, 'known_hosts'), 'utf8');
    const stayed = await control.fault('swapAddresses', { a: 'ftd01', b: 'ftd02', hostKeys: 'stay' });
    const keys = (text: string): string[] => text.trim().split('\n').sort();
    assert.deepEqual(keys((stayed as { knownHosts: string }).knownHosts), keys(before));
    assert.equal((await device('ftd01')).address, two.address);
    const t = await login(lab, one.address);
    await t.until(/\x07> $/);
    t.type('show version\r');
    assert.ok((await t.until(/UUID[\s\S]*> $/)).includes(two.uuid));
    t.close();
    await waitFor(async () => (await tunnelOf('ftd01'))?.up === true);
    const link = (await control.state()).managers[0]?.tunnels.find((l) => l.peerUuid === one.uuid);
    assert.equal(link?.peerAddress, one.address);
    const moved = await control.fault('swapAddresses', { a: 'ftd01', b: 'ftd02' });
    assert.notDeepEqual(keys((moved as { knownHosts: string }).knownHosts), keys(before));
  });
});
