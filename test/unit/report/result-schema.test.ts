import assert from 'node:assert/strict';
import { resultSchema } from '../../../report/index.ts';
import * as documents from '../cli/documents.ts';

describe('resultSchema', () => {
  for (const name of ['eightRunning', 'waiting', 'devicesLeft', 'hostile', 'thousand'] as const) {
    it(`describes what a run answers (${name})`, () => {
      assert.deepEqual(resultSchema.safeParse(documents[name]).error?.issues, undefined);
    });
  }

  it('refuses what is not such a document', () => {
    assert.equal(resultSchema.safeParse({ ...documents.waiting, outcome: 'fine' }).success, false);
    assert.equal(resultSchema.safeParse({ ...documents.waiting, schemaVersion: 2 }).success, false);
  });
});
