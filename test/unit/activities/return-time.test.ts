import assert from 'node:assert/strict';
import { noteReturn, notBackBefore } from '../../../activities/renewal/return-time.ts';
import type { RunRef } from '../../../workflows/contract.ts';

const run = (id: string): RunRef => ({ workflowId: `renew/${id}`, runId: id });

describe('when a tunnel may be back after a restart', () => {
  it('is told by the quickest of the run, with room for a quicker one', () => {
    assert.equal(notBackBefore(run('a')), 0, 'nothing is known');
    noteReturn(run('a'), 10_000);
    noteReturn(run('a'), 40_000);
    assert.equal(notBackBefore(run('a')), 8_000);
    noteReturn(run('a'), notBackBefore(run('a')));
    assert.equal(notBackBefore(run('a')), 6_400);
    assert.equal(notBackBefore(run('b')), 0, 'another run says nothing of this one');
  });

  it('is forgotten of runs long past', () => {
    noteReturn(run('old'), 10_000);
    for (let n = 0; n < 200; n += 1) noteReturn(run(String(n)), 10_000);
    assert.equal(notBackBefore(run('old')), 0);
    assert.equal(notBackBefore(run('199')), 8_000);
  });
});
