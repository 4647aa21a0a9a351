import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';

import { KeptProcess } from '../../../supervisor/kept-process.ts';

describe('KeptProcess', () => {
  const startedAtMs: number[] = [];
  const keep = (code: string): KeptProcess =>
    new KeptProcess({
      name: 'test',
      start: () => {
        startedAtMs.push(Date.now());
        return spawn(process.execPath, ['-e', code], { stdio: ['ignore', 'pipe', 'ignore'] });
      },
      becomesReady: async (child) => {
        if (child.stdout === null) return false;
        await Promise.race([once(child.stdout, 'data'), once(child, 'exit')]);
        return child.exitCode === null;
      },
      onChange: () => undefined,
      log: () => undefined,
      firstPauseMs: 50,
      longestPauseMs: 150,
    });
  const until = async (condition: () => boolean): Promise<void> => {
    while (!condition()) await wait(10);
  };

  beforeEach(() => {
    startedAtMs.length = 0;
  });

  it('starts a process again that was killed', async () => {
    const kept = keep(`console.log('up'); setInterval(() => {}, 1000)`);
    kept.start();
    await until(() => kept.state.status === 'ready');
    const first = kept.state.process?.pid;

    kept.kill();
    await until(() => kept.state.restarts === 1 && kept.state.status === 'ready');

    assert.notEqual(kept.state.process?.pid, first);
    assert.equal(kept.state.lastEnd, 'SIGKILL');
    await kept.stop(1000);
  });

  it('takes longer and longer pauses while it dies at its start, up to a limit', async () => {
    const kept = keep('process.exit(7)');

    kept.start();
    await until(() => kept.state.restarts === 5);
    await kept.stop(1000);

    assert.equal(kept.state.lastEnd, 'exit code 7');
    const gaps = startedAtMs.slice(1).map((at, index) => at - (startedAtMs[index] ?? 0));
    assert.ok((gaps[0] ?? 0) >= 50 && (gaps[1] ?? 0) >= 100 && (gaps[3] ?? 0) >= 150, String(gaps));
  });

  it('does not start it again after stop, and kills it when it does not end', async () => {
    const kept = keep(`process.on('SIGTERM', () => {}); console.log('up'); setInterval(() => {}, 1000)`);
    kept.start();
    await until(() => kept.state.status === 'ready');

    await kept.stop(100);
    await wait(150);

    assert.deepEqual(kept.state, { status: 'off', restarts: 0, lastEnd: 'SIGKILL' });
    assert.equal(startedAtMs.length, 1);
  });

  it('goes on trying a program that cannot be started', async () => {
    let attempts = 0;
    const kept = new KeptProcess({
      name: 'test',
      start: () => {
        attempts += 1;
        return spawn('/no/such/program', []);
      },
      becomesReady: () => Promise.resolve(false),
      onChange: () => undefined,
      log: () => undefined,
      firstPauseMs: 10,
    });

    kept.start();
    await until(() => attempts > 2);
    await kept.stop(100);

    assert.match(kept.state.lastEnd ?? '', /ENOENT/);
  });
});
