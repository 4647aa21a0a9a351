import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { networkInterfaces, tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { ControlClient } from '../../lab/index.ts';
import { SystemLab, whyNoSystemLab } from '../../lab/system/index.ts';
import { endBy, untilSays } from '../support/processes.ts';

const main = fileURLToPath(new URL('../../lab/main.ts', import.meta.url));

async function up(dir: string): Promise<ChildProcess> {
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', main, 'up', '--system', '--preset', 'small', '--dir', dir],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  await untilSays(child, 'lab ready', 'the lab');
  return child;
}

/** Processes of the host whose root or command line lies in the folder. */
const processesOf = (dir: string): string[] =>
  readdirSync('/proc').filter((entry) => {
    if (!/^\d+$/.test(entry) || entry === String(process.pid)) return false;
    try {
      return readFileSync(`/proc/${entry}/cmdline`, 'utf8').includes(`${dir}/boxes`);
    } catch {
      return false;
    }
  });

const cables = (address: string): string[] =>
  Object.entries(networkInterfaces()).flatMap(([name, all]) =>
    (all ?? []).some((one) => one.address.startsWith(address.replace(/\d+$/, ''))) ? [name] : [],
  );

const why = whyNoSystemLab();

describe('options of the lab of real programs', () => {
  it('are refused by name where it cannot have them', () => {
    const options = { ftds: [{ name: 'one', variant: { exec: true } }], recorded: [{ file: 'a.yaml' }] };
    assert.throws(() => new SystemLab('/nowhere', options), /has no one\.variant\.exec, recorded/);
  });
});

describe(`lab of real programs${why === undefined ? '' : ` [${why}]`}`, function () {
  this.timeout(120_000);
  before(function () {
    if (why !== undefined) this.skip();
  });

  it('leaves no process, cable or mount when it is killed; the next one removes its files', async () => {
    const dir = await mkdtemp(path.join(tmpdir(), 'lab-'));
    try {
      const killed = await up(dir);
      const { address = '' } = (await (await ControlClient.open(dir)).state()).managers[0] ?? {};
      assert.equal(cables(address).length, 1);
      const stale = path.join(dir, 'boxes/1/var/tmp/of-the-killed-one');
      await (
        await ControlClient.open(dir)
      ).fault('putFile', { box: 'fmc01', path: '/var/tmp/of-the-killed-one', text: '' });
      assert.ok(existsSync(stale));
      await endBy('SIGKILL', killed);
      while (processesOf(dir).length > 0 || cables(address).length > 0) await sleep(50);
      assert.ok(!readFileSync('/proc/self/mountinfo', 'utf8').includes(dir));

      const next = await up(dir);
      assert.ok(!existsSync(stale));
      await endBy('SIGTERM', next);
      assert.deepEqual(readdirSync(dir).sort(), ['devices.csv', 'known_hosts']);
    } finally {
      await rm(dir, { recursive: true, force: true });
    }
  });
});
