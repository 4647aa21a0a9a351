import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';

import { endProcess, identify, isAlive, signal } from '../../../supervisor/index.ts';

describe('process identity', () => {
  it('knows a process again', () => {
    const self = identify(process.pid);

    assert.ok(self);
    assert.ok(isAlive(self));
  });

  it('does not take a later process with the same number for the one it knew', () => {
    const earlier = { pid: process.pid, born: 'another boot:1' };

    assert.equal(isAlive(earlier), false);
    assert.equal(signal(earlier, 'SIGKILL'), false);
  });

  it('ends a process that does not listen', async () => {
    const child = spawn(
      process.execPath,
      ['-e', `process.on('SIGTERM', () => {}); console.log(1); setInterval(() => {}, 1000)`],
      {
        stdio: ['ignore', 'pipe', 'ignore'],
      },
    );
    await once(child.stdout, 'data');
    const identity = identify(child.pid ?? 0);
    assert.ok(identity);

    await endProcess(identity, 100);

    assert.equal(isAlive(identity), false);
  });
});
