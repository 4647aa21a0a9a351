import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { CheckedFiles } from '../../../cli/client/files.ts';
import { chooseRun } from '../../../cli/client/find-run.ts';
import { readInputs } from '../../../cli/client/inputs.ts';
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
