import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import { RunbookError } from '../../../errors/index.ts';
import {
  connect,
  ensureUp,
  findTemporalExecutable,
  isAlive,
  isGoneWithin,
  readSupervisorState,
  runbookHome,
  signal,
  stop,
  type Home,
  type ProcessIdentity,
  type SupervisorState,
} from '../../../supervisor/index.ts';

const fixture = (name: string): string => fileURLToPath(new URL(`./fixtures/${name}`, import.meta.url));

/** Real processes: a real Temporal server, and a program that stands in for the worker. */
describe('the supervisor', function () {
  this.timeout(90_000);
  let folder: string;
  let home: Home;
  let env: NodeJS.ProcessEnv;

  before(async () => {
    // Found once, so that no test waits for a download.
    const { path: executable } = await findTemporalExecutable(runbookHome());
    env = { ...process.env, RUNBOOK_TEMPORAL_CLI: executable };
  });

  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'runbook-supervisor-'));
    home = runbookHome({ RUNBOOK_HOME: path.join(folder, 'home') });
    env = { ...env, RUNBOOK_WORKER_MAIN: fixture('worker.js') };
  });

  afterEach(async () => {
    await stop({ home, now: true });
    rmSync(folder, { recursive: true });
  });

  const up = (worker: boolean): Promise<SupervisorState> => ensureUp({ worker, home, env });
  const log = (name: string): string => readFileSync(path.join(home.logs, `${name}.log`), 'utf8');
  const processOf = (state: SupervisorState | undefined, part: 'server' | 'worker'): ProcessIdentity => {
    const identity = state?.[part].process;
    assert.ok(identity, `no ${part} process`);
    return identity;
  };
  const until = async (condition: (state: SupervisorState | undefined) => boolean): Promise<void> => {
    const deadline = Date.now() + 30_000;
    while (!condition(readSupervisorState(home))) {
      assert.ok(Date.now() < deadline, JSON.stringify(readSupervisorState(home)));
      await wait(50);
    }
  };
  const startWorkflow = async (workflowId: string): Promise<void> => {
    const { client, close } = await connect({ worker: false, home, env });
    await client.workflow.start('any', { workflowId, taskQueue: 'nobody' });
    await close();
  };
  const isRunning = async (workflowId: string): Promise<boolean> => {
    const { client, close } = await connect({ worker: false, home, env });
    const { status } = await client.workflow.getHandle(workflowId).describe();
    await close();
    return status.name === 'RUNNING';
  };

  it('wakes no worker for those who only read', async () => {
    const state = await up(false);

    assert.equal(state.server.status, 'ready');
    assert.equal(state.worker.status, 'off');
    assert.equal((await up(true)).worker.status, 'ready');
    // Who reads leaves a worker alone that runs already.
    assert.equal((await up(false)).worker.status, 'ready');
  });

  it('is one for all who start it at the same time', async () => {
    const states = await Promise.all([up(true), up(true), up(false), up(true)]);

    assert.equal(new Set(states.map((state) => state.supervisor.pid)).size, 1);
    assert.equal(log('supervisor').match(/worker: started/g)?.length, 1);
  });

  it('tells the worker where it is and hides the settings for other servers', async () => {
    env = { ...env, TEMPORAL_NAMESPACE: 'elsewhere', TEMPORAL_API_KEY: 'key' };

    const state = await up(true);

    assert.match(log('worker'), new RegExp(`serves ${state.address} runbooks ${home.root}`));
  });

  it('keeps everything readable for its owner alone', async () => {
    await up(true);

    for (const file of [home.stateFile, home.database, path.join(home.logs, 'worker.log')]) {
      assert.equal(statSync(file).mode & 0o077, 0, file);
    }
  });

  it('starts a killed server again on the same port, with all that was in it', async () => {
    const first = await up(false);
    await startWorkflow('kept');

    signal(processOf(first, 'server'), 'SIGKILL');
    await until((state) => state?.server.restarts === 1 && state.server.status === 'ready');

    assert.equal(readSupervisorState(home)?.address, first.address);
    assert.ok(await isRunning('kept'));
  });

  it('moves away from a port that another program has taken meanwhile, with the worker and all that was in it', async () => {
    const first = await up(true);
    await startWorkflow('kept');
    const port = Number(first.address.split(':')[1]);
    const thief = net.createServer();
    const takes = (): Promise<boolean> =>
      new Promise((resolve) => {
        thief.once('error', () => {
          resolve(false);
        });
        thief.listen(port, '127.0.0.1', () => {
          resolve(true);
        });
      });
    try {
      // As often as it needs: the server comes back fast.
      for (let isTaken = false; !isTaken;) {
        signal(processOf(readSupervisorState(home), 'server'), 'SIGKILL');
        for (let tries = 0; tries < 20 && !isTaken; tries += 1) {
          isTaken = await takes();
          if (!isTaken) await wait(10);
        }
        if (!isTaken) await until((state) => state?.server.status === 'ready');
      }
      await until(
        (state) =>
          state?.address !== first.address &&
          state?.server.status === 'ready' &&
          state.worker.status === 'ready',
      );
      assert.match(log('supervisor'), new RegExp(`another program has taken port ${port}`));
      assert.ok(await isRunning('kept'));
    } finally {
      thief.close();
    }
  });

  it('starts a killed worker again', async () => {
    const first = await up(true);

    signal(processOf(first, 'worker'), 'SIGKILL');
    await until((state) => state?.worker.restarts === 1 && state.worker.status === 'ready');
  });

  it('leaves nothing behind when it is killed itself, and goes on at the next start', async () => {
    const first = await up(true);
    await startWorkflow('kept');

    signal(first.supervisor, 'SIGKILL');
    assert.ok(await isGoneWithin(processOf(first, 'worker'), 10_000), 'worker');
    assert.ok(await isGoneWithin(processOf(first, 'server'), 10_000), 'server');

    assert.equal(readSupervisorState(home), undefined);
    const second = await up(false);
    assert.equal(second.address, first.address);
    assert.ok(await isRunning('kept'));
  });

  it('ends at its start what an earlier one has left', async () => {
    const first = await up(false);
    const server = processOf(first, 'server');
    // A stopped server cannot follow the watchdog's SIGTERM.
    signal(server, 'SIGSTOP');
    signal(first.supervisor, 'SIGKILL');
    await isGoneWithin(first.supervisor, 5_000);
    assert.ok(isAlive(server));

    const second = await up(false);

    assert.equal(isAlive(server), false);
    assert.equal(second.server.status, 'ready');
  });

  it('stops the worker first and lets it finish', async () => {
    const state = await up(true);

    assert.deepEqual(
      (await stop({ home })).map(({ part, hasEnded }) => [part, hasEnded]),
      [
        ['supervisor', true],
        ['worker', true],
        ['server', true],
      ],
    );

    assert.match(log('worker'), /draining/);
    assert.match(log('supervisor'), /worker: ended \(exit code 0\)[^]*server: ended[^]*stopped/);
    assert.ok(!isAlive(processOf(state, 'server')) && !isAlive(processOf(state, 'worker')));
    assert.deepEqual(await stop({ home }), []);
  });

  it('gives the worker no time when it must be now', async () => {
    await up(true);

    await stop({ home, now: true });

    assert.doesNotMatch(log('worker'), /draining/);
    assert.match(log('supervisor'), /worker: ended \(SIGKILL\)/);
  });

  it('says why a worker does not start, and leaves the server to those who read', async () => {
    env = { ...env, RUNBOOK_WORKER_MAIN: fixture('dying-worker.js') };

    await assert.rejects(up(true), (error: unknown) => {
      assert.ok(error instanceof RunbookError);
      assert.equal(error.code, 'ENGINE_NO_WORKER');
      assert.match(error.context.screen ?? '', /cannot read the settings/);
      return true;
    });
    assert.equal((await up(false)).server.status, 'ready');
  });

  it('says why a server does not start', async () => {
    const broken = path.join(folder, 'temporal');
    writeFileSync(broken, '#!/bin/sh\n[ "$1" = --version ] && exit 0\necho "disk full" >&2\nexit 1\n', {
      mode: 0o755,
    });
    env = { ...env, RUNBOOK_TEMPORAL_CLI: broken };

    await assert.rejects(up(false), (error: unknown) => {
      assert.ok(error instanceof RunbookError);
      assert.equal(error.code, 'ENGINE_NO_SERVER');
      assert.match(error.context.screen ?? '', /disk full/);
      return true;
    });
  });
});
