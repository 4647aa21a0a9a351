import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  ControlClient,
  startLab,
  type DeviceTruth,
  type Lab,
  type LabOptions,
  type ManagerTruth,
} from '../../lab/index.ts';
import { rootShell } from './terminal.ts';

describe('lab: a pair of FMCs', () => {
  let lab: Lab;
  let dir: string;
  let control: ControlClient;
  const start = async (options: LabOptions): Promise<void> => {
    dir = await mkdtemp(join(tmpdir(), 'lab-'));
    lab = await startLab({
      dir,
      reconnectMs: 80,
      restartMs: 20,
      generation: { checkMs: 1, caMs: 1, issueMs: 1, pushMs: 1 },
      ftds: [{}, { pairTunnel: 'down' }],
      pair: {},
      ...options,
    });
    control = await ControlClient.open(dir);
  };
  afterEach(async () => {
    await lab.stop();
    await rm(dir, { recursive: true });
  });

  const fmcs = async (): Promise<[ManagerTruth, ManagerTruth]> =>
    (await control.state()).managers.slice(0, 2) as [ManagerTruth, ManagerTruth];
  const device = async (name: string): Promise<DeviceTruth> =>
    (await control.state()).devices.find((d) => d.name === name) as DeviceTruth;
  const between = async () => (await fmcs())[1].peerFolders[0]?.tunnel;
  const waitFor = async (check: () => Promise<boolean>): Promise<void> => {
    for (let i = 0; i < 100 && !(await check()); i++) await new Promise((done) => setTimeout(done, 20));
    assert.ok(await check());
  };

  it('has two CAs, a folder and a tunnel for each on every FTD, and a tunnel between the two', async () => {
    await start({ caDaysLeft: 40, pair: { caDaysLeft: -2 } });
    const [first, second] = await fmcs();
    assert.notEqual(first.caFingerprint, second.caFingerprint);
    assert.ok(Date.parse(first.caNotAfter ?? '') > Date.parse(first.now ?? ''));
    assert.ok(Date.parse(second.caNotAfter ?? '') < Date.parse(second.now ?? ''));
    const [one, two] = [await device('ftd01'), await device('ftd02')];
    assert.deepEqual(
      one.managers.map((m) => [m.managerUuid, m.fitsTogether, m.tunnel.up]),
      [
        [first.uuid, true, true],
        [second.uuid, true, true],
      ],
    );
    assert.deepEqual(
      two.managers.map((m) => m.tunnel.up),
      [true, false],
    );
    assert.match(two.managers[1]?.tunnel.lastError ?? '', /err 10/);
    for (const [own, other] of [
      [first, second],
      [second, first],
    ] as const) {
      const [held] = own.peerFolders;
      assert.equal(held?.managerUuid, other.uuid);
      assert.equal(held?.fitsTogether && held.issuedToThisDevice && held.tunnel.up, true);
      assert.equal(held?.caFingerprint, other.caFingerprint);
      assert.deepEqual(held?.leftovers, []);
    }
  });

  it('writes the inventory in both of the orders', async () => {
    await start({});
    const names = async (file: string): Promise<string[]> =>
      (await readFile(join(dir, file), 'utf8')).split('\n').map((line) => line.split(',')[0] ?? '');
    assert.deepEqual(await names('devices.csv'), ['device_name', 'fmc01', 'ftd01', 'ftd02', 'fmc02', '']);
    assert.deepEqual(await names('devices-secondary.csv'), ['device_name', 'fmc02', 'ftd01', 'ftd02', '']);
    assert.equal((await readFile(join(dir, 'known_hosts'), 'utf8')).trim().split('\n').length, 4);
  });

  it('issues a set to the other FMC too and pushes it, or lists it in FAILED_PUSH', async () => {
    await start({});
    const [first, second] = await fmcs();
    await control.fault('generateByHand');
    const [renewed] = await fmcs();
    assert.ok(renewed.generations[0]?.pushed.includes(second.uuid));
    assert.equal((await fmcs())[1].peerFolders[0]?.caFingerprint, renewed.caFingerprint);
    await control.fault('cutTunnel', { box: 'fmc01', peer: 'fmc02' });
    await waitFor(async () => (await between())?.up === false);
    await control.fault('generateByHand', { box: 'fmc02' });
    const failed = (await fmcs())[1].failedPush[0]?.text ?? '';
    assert.match(
      failed,
      new RegExp(
        `^${first.uuid} fmc01 ${first.address} /var/tmp/certs/\\d+/${first.uuid}/cacert.pem /var/sf/peers/${second.uuid}/cacert.pem$`,
        'm',
      ),
    );
    assert.equal((await fmcs()).map((m) => m.generations.length).join(), '1,1');
    await control.fault('cutTunnel', { box: 'fmc02', on: false });
    await waitFor(async () => (await between())?.up === true);
    assert.deepEqual(
      (await fmcs()).map((m) => m.sftunnel.restarts),
      [0, 0],
    );
  });

  it('tells roles and synchronisation by the menu, from a pipe and at the terminal', async () => {
    await start({});
    const ask = async (name: string): Promise<string> => {
      const t = await rootShell(lab, name);
      const { out, status } = await t.run("printf '1\\n0\\n' | troubleshoot_HADC.pl");
      assert.equal(status, 0);
      t.close();
      return out;
    };
    assert.match(await ask('fmc01'), /HA Enabled: Yes\nThis FMC Role In HA: Active - Primary\n/);
    await control.fault('haSync', { state: 'inProgress' });
    await control.fault('haRole', { active: 'fmc02' });
    assert.match(await ask('fmc01'), /In HA: Standby - Primary\n[\s\S]*Sybase Role: Standby\n/);
    const t = await rootShell(lab, 'fmc02');
    t.type('troubleshoot_HADC.pl\r');
    await t.until(/Enter choice: $/);
    t.type('1\r');
    assert.match(
      await t.until(/Enter choice: $/),
      /In HA: Active - Secondary\r\n[\s\S]*Sync status :Synchronization Task In-progress/,
    );
    t.type('0\r');
    await t.until(/@0@ $/);
    assert.match(
      (await t.run("OmniQuery.pl -db mdb -e 'select name, role from EM_peers;'")).out,
      /\| fmc01 +\| 0 +\|/,
    );
    assert.match((await t.run('sftunnel_status.pl')).out, new RegExp(`'uuid' => '${lab.fmc.identity.uuid}'`));
    t.close();
    await control.fault('haEnabled', { on: false });
    assert.match(await ask('fmc01'), /HA Enabled: No\n/);
    assert.deepEqual((await fmcs())[1].ha, {
      enabled: false,
      unit: 'secondary',
      state: 'active',
      sync: 'inProgress',
      otherUuid: lab.fmc.identity.uuid,
    });
  });

  it('refuses on the secondary while it is apart from its primary, where the lab is told so', async () => {
    await start({ pair: { haTaskWhileApart: true } });
    assert.deepEqual((await fmcs())[1].criticalTasks, []);
    await control.fault('push', { box: 'fmc02', how: 'fails' });
    await control.fault('generateByHand');
    assert.deepEqual(await control.fault('generateByHand', { box: 'fmc02' }), { exitCode: 1 });
    assert.equal((await fmcs())[1].criticalTasks[0]?.name, 'HA operation');
    const [primary, secondary] = await fmcs();
    for (const file of ['cacert.pem', 'sftunnel-cert.pem', 'sftunnel-key.pem'])
      await control.fault('putFile', {
        box: 'fmc02',
        path: `/var/sf/peers/${primary.uuid}/${file}`,
        text: await control.file('fmc01', `${primary.generations[0]?.folder}/${secondary.uuid}/${file}`),
      });
    assert.deepEqual(await control.fault('generateByHand', { box: 'fmc02' }), { exitCode: 0 });
  });

  it('comes up with both CAs expired: every tunnel lives, none survives a restart', async () => {
    await start({ caDaysLeft: -3, ftds: [{}, { tunnel: 'down' }], pair: {} });
    assert.equal((await between())?.up, true);
    assert.deepEqual(
      [...(await device('ftd01')).managers, ...(await device('ftd02')).managers].map((m) => m.tunnel.up),
      [true, true, false, true],
    );
    await control.fault('restartSftunnel', { box: 'ftd01' });
    await waitFor(async () => (await device('ftd01')).managers.every((m) => m.tunnel.failures > 0));
    assert.deepEqual(
      (await device('ftd01')).managers.map((m) => m.tunnel.up),
      [false, false],
    );
  });

  it('pushes the set of the secondary to the primary, with the same judgements over accounted tunnels', async () => {
    await start({ tunnels: 'accounted' });
    await control.fault('generateByHand', { box: 'fmc02' });
    const [first, second] = await fmcs();
    assert.equal(first.peerFolders[0]?.caFingerprint, second.caFingerprint);
    assert.equal(first.peerFolders[0]?.fitsTogether, true);
    assert.equal((await between())?.up, true);
  });

  it('comes up with a cut or a stale tunnel between the two, and beside a stranger', async () => {
    await start({ pair: { tunnel: 'down' }, ftds: [{ secondManager: true, tunnel: 'down' }] });
    assert.match((await between())?.lastError ?? '', /err 20/);
    assert.deepEqual(
      (await device('ftd01')).managers.map((m) => m.tunnel.up),
      [false, true, true],
    );
  });
});
