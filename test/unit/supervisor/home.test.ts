import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

import { createHome, runbookHome } from '../../../supervisor/index.ts';

describe('runbookHome', () => {
  it('is RUNBOOK_HOME, absolute', () => {
    assert.equal(runbookHome({ RUNBOOK_HOME: 'some/where' }).root, path.resolve('some/where'));
  });

  it('lies in the data directory of the platform otherwise', function () {
    if (process.platform !== 'linux') this.skip();

    assert.equal(runbookHome({ XDG_DATA_HOME: '/data' }).root, '/data/runbook');
    assert.equal(runbookHome({ RUNBOOK_HOME: '' }).root, path.join(os.homedir(), '.local/share/runbook'));
  });

  it('shares the cache between homes', () => {
    const [one, other] = [runbookHome({ RUNBOOK_HOME: '/a' }), runbookHome({ RUNBOOK_HOME: '/b' })];

    assert.equal(one.cache, other.cache);
    assert.equal(runbookHome({ RUNBOOK_CACHE: '/c' }).cache, '/c');
  });

  it('is made for its owner alone', () => {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'runbook-home-'));
    const home = runbookHome({ RUNBOOK_HOME: path.join(folder, 'home') });

    createHome(home);
    createHome(home);

    for (const made of [home.root, home.server, home.logs, home.plans, home.reports, home.inFlight]) {
      assert.equal(statSync(made).mode & 0o777, 0o700, made);
    }
    rmSync(folder, { recursive: true });
  });
});
