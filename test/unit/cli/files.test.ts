import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { CheckedFiles } from '../../../cli/client/files.ts';
import { chooseRun } from '../../../cli/client/find-run.ts';
import { overrideOf, readInputs } from '../../../cli/client/inputs.ts';
import { readPlan, refuseDrift, writePlan } from '../../../cli/client/plan-file.ts';
import { RunbookError } from '../../../errors/index.ts';
import type { Runbook } from '../../../language/index.ts';
import * as plans from './plans.ts';

const isCode = (code: string) => (thrown: unknown) => thrown instanceof RunbookError && thrown.code === code;

describe('plan files', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'plan-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  it('are read back as written, and only their owner can read them', () => {
    const file = writePlan(plans.plan, folder);

    assert.deepEqual(readPlan(file), plans.plan);
    assert.equal(statSync(file).mode & 0o777, 0o600);
  });

  it('are refused by name and place when they are something else', () => {
    const file = path.join(folder, 'plan.json');
    writeFileSync(file, JSON.stringify({ ...plans.plan, schemaVersion: 2, steps: 'none' }));

    assert.throws(
      () => readPlan(file),
      (thrown) =>
        isCode('INPUT_INVALID')(thrown) &&
        /steps/.test((thrown as Error).message) &&
        /schemaVersion/.test((thrown as Error).message),
    );
    assert.throws(() => readPlan(path.join(folder, 'none.json')), isCode('INPUT_MISSING'));
  });

  it('fit only the runbook and inventory they were made from; all that differs is named', () => {
    const files = {
      runbook: { name: 'renew-sftunnel-ca' },
      runbookDigest: 'd1',
      inventory: { inventory: 'devices.csv', digest: 'i1' },
    } as CheckedFiles;

    refuseDrift(plans.plan, files);
    assert.throws(
      () => {
        refuseDrift(plans.plan, {
          ...files,
          runbookDigest: 'd2',
          inventory: { ...files.inventory, digest: 'i2' },
        });
      },
      (thrown) =>
        isCode('PLAN_DRIFT')(thrown) && /runbook.*edited.*inventory.*edited/.test((thrown as Error).message),
    );
  });
});

describe('readInputs', () => {
  const runbook = {
    name: 'x',
    inputs: {
      proof: { type: 'choice', choices: ['none', 'all'], default: 'none', title: '' },
      days: { type: 'number', default: 30, title: '' },
      age: { type: 'duration', default: '7d', title: '' },
    },
  } as unknown as Runbook;

  it('takes what is given and the defaults for the rest', () => {
    assert.deepEqual(readInputs(runbook, ['proof=all', 'days=5']), { proof: 'all', days: 5, age: '7d' });
  });

  it('names every wrong word at once', () => {
    assert.throws(
      () => readInputs(runbook, ['proof=maybe', 'day=1', 'age=soon', 'nothing']),
      (thrown) => isCode('INPUT_INVALID')(thrown) && (thrown as Error).message.split('\n').length === 4,
    );
  });
});

describe('inputs that a site has words about', () => {
  const runbook = {
    name: 'x',
    inputs: {
      waves: { type: 'waves', default: '1, 100%', title: '' },
      budget: { type: 'budget', default: '5%', title: '' },
      window: { type: 'windows', default: '', title: '' },
    },
  } as unknown as Runbook;
  const nightly = '0 22 * * * for 6h in UTC';
  const site = {
    waves: [1, '50%'],
    budget: 2,
    windows: [{ cron: '0 22 * * *', for: '6h', zone: 'UTC' }],
  };
  const nobody = { by: 'ann', reason: undefined };

  it('are as the site has them; without its words as the runbook has them', () => {
    const values = readInputs(runbook, [], site);
    assert.deepEqual(values, { waves: '1, 50%', budget: '2', window: nightly });
    assert.equal(overrideOf(runbook, values, site, nobody), undefined);
    assert.deepEqual(readInputs(runbook, [], { windows: [] }), {
      waves: '1, 100%',
      budget: '5%',
      window: '',
    });
  });

  it('need a reason where a window or a budget is not the one of the site; waves do not', () => {
    const values = readInputs(runbook, ['waves=3', 'budget=50%', `window=0 1 * * * for 1h in UTC`], site);
    assert.throws(() => overrideOf(runbook, values, site, nobody), isCode('INPUT_MISSING'));
    assert.throws(
      () => overrideOf(runbook, values, site, { by: 'ann', reason: ' ' }),
      isCode('INPUT_MISSING'),
    );
    assert.deepEqual(overrideOf(runbook, values, site, { by: 'ann', reason: 'CHG0042' }), {
      inputs: ['budget', 'window'],
      by: 'ann',
      reason: 'CHG0042',
    });
    assert.equal(overrideOf(runbook, values, { windows: [] }, nobody), undefined, 'the site says nothing');
  });

  it('are refused with what is wrong with them', () => {
    for (const [word, what] of [
      ['waves=1, 0', /sizes of waves such as 1, 10%, 100%/],
      ['budget=many', /a number of failures, or a percentage/],
      ['window=0 22 * * for 6h in UTC', /"0 22 \* \*": five fields are wanted/],
      ['window=0 22 * * * for 6h in Mars/Base', /"Mars\/Base" is no time zone/],
    ] as const)
      assert.throws(
        () => readInputs(runbook, [word], site),
        (thrown) => isCode('INPUT_INVALID')(thrown) && what.test((thrown as Error).message),
      );
  });
});

describe('chooseRun', () => {
  const ids = ['renew/aaaa', 'renew/bbbb', 'inspect/bbbb'];

  it('takes a whole id, a beginning or an end', () => {
    assert.equal(chooseRun(ids, 'renew/aaaa'), 'renew/aaaa');
    assert.equal(chooseRun(ids, 'aaaa'), 'renew/aaaa');
    assert.equal(chooseRun(ids, 'inspect'), 'inspect/bbbb');
  });

  it('refuses when several fit', () => {
    assert.throws(() => chooseRun(ids, 'bbbb'), isCode('INPUT_INVALID'));
  });

  it('passes on an id that visibility does not know yet', () => {
    assert.equal(chooseRun(ids, 'renew/cccc'), 'renew/cccc');
  });
});
