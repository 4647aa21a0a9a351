import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import lockfile from 'proper-lockfile';

import {
  createHome,
  identify,
  isAlive,
  isGoneWithin,
  runbookHome,
  signal,
  stop,
  type Home,
  type ProcessIdentity,
  type StoppedProcess,
} from '../../../supervisor/index.ts';
import { Journal } from '../../../supervisor/journal.ts';
import { writeState } from '../../../supervisor/state.ts';

const nothing = fileURLToPath(new URL('./fixtures/worker.js', import.meta.url));

/** Plain processes stand in for all three parts: nothing of Temporal is needed to stop them. */
describe('an emergency stop', function () {
  this.timeout(60_000);
  let home: Home;
  let children: ChildProcess[];

  beforeEach(() => {
    home = runbookHome({ RUNBOOK_HOME: mkdtempSync(path.join(os.tmpdir(), 'runbook-stop-')) });
    createHome(home);
    children = [];
  });

  afterEach(() => {
    for (const child of children) child.kill('SIGKILL');
    rmSync(home.root, { recursive: true });
  });

  const started = (): ProcessIdentity => {
    const child = spawn(process.execPath, [nothing], { stdio: 'ignore' });
    children.push(child);
    const identity = identify(child.pid ?? 0);
    assert.ok(identity);
    return identity;
  };
  const record = (supervisor: ProcessIdentity, worker: ProcessIdentity, server: ProcessIdentity): void => {
    writeState(home, {
      supervisor,
      worker: { status: 'ready', restarts: 0, process: worker },
      server: { status: 'ready', restarts: 0, process: server },
      address: '127.0.0.1:1',
      namespace: 'runbooks',
      uiUrl: 'http://127.0.0.1:2',
      executable: '/no/such/temporal',
      startedAt: new Date().toISOString(),
      version: '0',
    });
  };
  const parts = (stopped: readonly StoppedProcess[]) =>
    stopped.map(({ part, pid, hasEnded }) => [part, pid, hasEnded]);

  it('ends worker and server whose supervisor was killed, also when they hang', async () => {
    const [supervisor, worker, server] = [started(), started(), started()];
    record(supervisor, worker, server);
    for (const part of [worker, server]) signal(part, 'SIGSTOP');
    signal(supervisor, 'SIGKILL');
    await isGoneWithin(supervisor, 5_000);

    const stopped = await stop({ home, now: true });

    assert.deepEqual(parts(stopped), [
      ['worker', worker.pid, true],
      ['server', server.pid, true],
    ]);
    assert.ok(!isAlive(worker) && !isAlive(server));
    assert.deepEqual(await stop({ home, now: true }), []);
  });

  it('ends everything although the supervisor hangs', async () => {
    const [supervisor, worker, server] = [started(), started(), started()];
    record(supervisor, worker, server);
    signal(supervisor, 'SIGSTOP');

    const stopped = await stop({ home, now: true });

    assert.deepEqual(
      stopped.map(({ part, hasEnded }) => [part, hasEnded]),
      [
        ['supervisor', true],
        ['worker', true],
        ['server', true],
      ],
    );
  });

  it('never touches a process that has only got the number of one of ours', async () => {
    const [supervisor, bystander] = [started(), started()];
    signal(supervisor, 'SIGKILL');
    await isGoneWithin(supervisor, 5_000);
    const mistaken = { ...bystander, born: 'an earlier boot' };
    record(supervisor, mistaken, mistaken);

    assert.deepEqual(await stop({ home, now: true }), []);
    assert.ok(isAlive(bystander));
  });

  it('ends a worker of a terminal that is at a box; an ordinary stop leaves it alone', async () => {
    const worker = started();
    const entry = new Journal(home.inFlight).begin({
      action: 'deliverCerts',
      matter: 'probeDelivery',
      box: 'ftd01',
      address: '192.0.2.1:22',
      run: 'renew/1',
      step: 'deliver/brought',
    });
    writeFileSync(path.join(home.inFlight, 'other.json'), JSON.stringify({ ...entry, worker }));
    new Journal(home.inFlight).end(entry);

    assert.deepEqual(await stop({ home }), []);
    assert.ok(isAlive(worker));
    assert.deepEqual(parts(await stop({ home, now: true })), [['worker', worker.pid, true]]);
  });

  it('does not wait for somebody who holds the lock of the home', async () => {
    const [supervisor, worker, server] = [started(), started(), started()];
    record(supervisor, worker, server);
    signal(supervisor, 'SIGKILL');
    writeFileSync(home.lock, '');
    const release = await lockfile.lock(home.lock);

    const stopped = await stop({ home, now: true });
    await release();

    assert.ok(stopped.every(({ hasEnded }) => hasEnded) && !isAlive(worker) && !isAlive(server));
  });
});
