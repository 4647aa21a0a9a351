import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { earlierPlan } from '../../../cli/client/earlier-plan.ts';
import { writePlan } from '../../../cli/client/plan-file.ts';
import { untilOf } from '../../../cli/commands/flow/page-options.ts';
import { RunbookError } from '../../../errors/index.ts';
import { plan } from './plans.ts';

describe('untilOf', () => {
  it('takes a time without a zone for UTC, and any offset', () => {
    assert.equal(untilOf({ until: '2026-11-24T04:00' })?.toISOString(), '2026-11-24T04:00:00.000Z');
    assert.equal(untilOf({ until: '2026-11-24 04:00Z' })?.toISOString(), '2026-11-24T04:00:00.000Z');
    assert.equal(untilOf({ until: '2026-11-24T05:00+01:00' })?.toISOString(), '2026-11-24T04:00:00.000Z');
    assert.equal(untilOf({}), undefined);
  });

  it('refuses what is no time', () => {
    for (const until of ['tomorrow', '4', '2026-11-24', '2026-13-45T99:00Z'])
      assert.throws(() => untilOf({ until }), RunbookError, until);
  });
});

describe('earlierPlan', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'plans-'));
  });

  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  it('finds the newest earlier plan of the same manager, and passes over files that are none', () => {
    const at = (madeAt: string, more = {}): string => writePlan({ ...plan, madeAt, ...more }, folder);
    at('2026-11-20T10:00:00Z');
    at('2026-11-21T10:00:00Z');
    at('2026-11-22T10:00:00Z', { runId: 'renew/another' });
    at('2026-11-24T10:00:00Z');
    writeFileSync(path.join(folder, 'broken.json'), '{');

    assert.equal(earlierPlan(plan, folder)?.madeAt, '2026-11-21T10:00:00Z');
  });

  it('finds none where none was kept', () => {
    assert.equal(earlierPlan(plan, path.join(folder, 'nothing-here')), undefined);
  });
});
