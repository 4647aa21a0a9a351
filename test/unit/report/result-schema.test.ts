import assert from 'node:assert/strict';
import { resultSchema } from '../../../report/index.ts';
import { runJson } from '../../../cli/output/run-json.ts';
import * as documents from '../cli/documents.ts';
import * as halted from '../cli/halted-documents.ts';

const all = { ...documents, ...halted };

describe('resultSchema', () => {
  for (const name of [
    'eightRunning',
    'paused',
    'cancelling',
    'inWaves',
    'waiting',
    'devicesLeft',
    'hostile',
    'thousand',
  ] as const) {
    it(`describes what a run answers (${name})`, () => {
      assert.deepEqual(resultSchema.safeParse(all[name]).error?.issues, undefined);
      const printed = runJson(all[name], 'runbook');
      assert.deepEqual(resultSchema.safeParse(printed).error?.issues, undefined);
    });
  }

  it('refuses what is not such a document', () => {
    assert.equal(resultSchema.safeParse({ ...documents.waiting, outcome: 'fine' }).success, false);
    assert.equal(resultSchema.safeParse({ ...documents.waiting, schemaVersion: 2 }).success, false);
  });
});
