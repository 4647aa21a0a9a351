import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ControlClient, startLab, type DeviceTruth, type Lab } from '../../lab/index.ts';
import { login } from './terminal.ts';

describe('lab: failover pairs and clusters', () => {
  let lab: Lab;
  let dir: string;
  let control: ControlClient;
  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'lab-'));
    lab = await startLab({
      dir,
      restartMs: 20,
      reconnectMs: 80,
      ftds: [
        { failover: { group: 'A', unit: 'primary', state: 'active' } },
        { failover: { group: 'A', unit: 'secondary', state: 'standby' }, variant: { pager: true } },
        { cluster: { unit: 'unit-1-1', role: 'control' } },
        { cluster: { unit: 'unit-2-1', role: 'data' }, variant: { masterSlave: true } },
        {},
      ],
    });
    control = await ControlClient.open(dir);
  });
  after(async () => {
    await lab.stop();
    await rm(dir, { recursive: true });
  });

  const device = async (name: string): Promise<DeviceTruth> =>
    (await control.state()).devices.find((d) => d.name === name) as DeviceTruth;
  /** What a CLISH command prints; a pager is answered. */
  const show = async (name: string, command: string): Promise<string> => {
    const t = await login(lab, name);
    await t.until(/\x07> $/);
    t.type(`${command}\r`);
    let text = '';
    for (;;) {
      text += await t.until(/--More--$|\x07> $/);
      if (!text.endsWith('--More--')) break;
      t.type(' ');
    }
    t.close();
    return text.replaceAll('\r\n', '\n');
  };

  it('show failover names both units, their serial numbers and states, also through a pager', async () => {
    const [one, two] = [await device('ftd01'), await device('ftd02')];
    assert.notEqual(one.serial, two.serial);
    const active = await show('ftd01', 'show failover');
    assert.match(active, /^Failover On $[\s\S]*^Failover unit Primary$/m);
    assert.ok(active.includes(`Serial Number: Ours ${one.serial}, Mate ${two.serial}\n`));
    assert.match(active, /This host: Primary - Active $[\s\S]*Other host: Secondary - Standby Ready $/m);
    const standby = await show('ftd02', 'show failover');
    assert.match(standby, /--More--/);
    assert.ok(standby.includes(`Serial Number: Ours ${two.serial}, Mate ${one.serial}\n`));
    assert.match(standby, /This host: Secondary - Standby Ready $[\s\S]*Other host: Primary - Active $/m);
    assert.match(await show('ftd05', 'show failover'), /Failover Off \n/);
  });

  it('a failover is seen from both units, and a restart of sftunnel is none', async () => {
    await control.fault('restartSftunnel', { box: 'ftd02' });
    await control.fault('restartSftunnel', { box: 'ftd01' });
    assert.equal((await device('ftd01')).failover?.state, 'active');
    const [first, second] = [await device('ftd02'), await device('ftd01')];
    assert.ok((first.sftunnel.restartedAt[0] ?? '') <= (second.sftunnel.restartedAt[0] ?? ''));
    assert.equal(second.sftunnel.restarts, 1);
    await control.fault('switchFailover', { box: 'ftd01' });
    assert.match(await show('ftd01', 'show failover'), /This host: Primary - Standby Ready /);
    await control.fault('failUnit', { box: 'ftd02' });
    assert.match(
      await show('ftd01', 'show failover state'),
      /This host {2}- {3}Primary\n +Active +None\nOther host - {3}Secondary\n +Failed +Comm Failure +\d\d:/,
    );
    await control.fault('failUnit', { box: 'ftd02', on: false });
    assert.deepEqual((await device('ftd02')).failover, { group: 'A', unit: 'secondary', state: 'standby' });
    assert.match(await show('ftd01', 'show failover'), /Other host: Secondary - Standby Ready /);
  });

  it('show cluster info names the units in the words of each release, and forgets one that left', async () => {
    const two = await device('ftd04');
    const control1 = await show('ftd03', 'show cluster info');
    assert.match(
      control1,
      /Cluster ftd-cluster: On\n {4}Interface mode: spanned\n[\s\S]*This is "unit-1-1" in state CONTROL_NODE\n/,
    );
    assert.match(
      control1,
      new RegExp(
        `Other members in the cluster:\n {4}Unit "unit-2-1" in state DATA_NODE\n[\\s\\S]*Serial No\\.: ${two.serial}\n`,
      ),
    );
    assert.match(
      await show('ftd04', 'show cluster info'),
      /"unit-2-1" in state SLAVE\n[\s\S]*"unit-1-1" in state MASTER\n/,
    );
    await control.fault('leaveCluster', { box: 'ftd03' });
    assert.match(await show('ftd03', 'show cluster info'), /ftd-cluster: Off\n[\s\S]*in state DISABLED\n/);
    const alone = await show('ftd04', 'show cluster info');
    assert.match(alone, /"unit-2-1" in state MASTER\n/);
    assert.match(alone, /There is no other unit in the cluster\n/);
    await control.fault('leaveCluster', { box: 'ftd03', on: false });
    assert.deepEqual((await device('ftd03')).cluster, {
      group: 'ftd-cluster',
      unit: 'unit-1-1',
      role: 'data',
      joined: true,
    });
    assert.equal((await device('ftd05')).cluster, undefined);
    assert.match(await show('ftd05', 'show cluster info'), /Clustering is not configured\n/);
  });

  it('a unit that reboots is failed meanwhile and comes back as the standby', async () => {
    await control.fault('reboot', { box: 'ftd01', downMs: 60 });
    assert.equal((await device('ftd01')).failover?.state, 'failed');
    assert.equal((await device('ftd02')).failover?.state, 'active');
    for (let i = 0; i < 100 && (await device('ftd01')).rebooting; i++)
      await new Promise((done) => setTimeout(done, 20));
    assert.equal((await device('ftd01')).failover?.state, 'standby');
  });
});
