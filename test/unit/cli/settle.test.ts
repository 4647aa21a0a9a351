import assert from 'node:assert/strict';
import { chooseQuestions, isOneDecision, updateId } from '../../../cli/client/settle.ts';
import * as documents from './documents.ts';

describe('chooseQuestions', () => {
  it('takes the only question that the verb can settle', () => {
    assert.deepEqual(chooseQuestions(documents.waiting, 'answer', {}), [documents.waiting.questions[1]]);
  });

  it('gives all that fit, so that the caller can ask back', () => {
    assert.equal(chooseQuestions(documents.waiting, 'retry', {}).length, 2);
    assert.equal(chooseQuestions(documents.thousand, 'retry', {}).length, 40);
  });

  it('finds a question by name or uuid of its box, or by the end of its id', () => {
    const [first] = documents.eightRunning.questions;

    assert.deepEqual(chooseQuestions(documents.eightRunning, 'retry', { device: 'ftd-4' }), [first]);
    assert.deepEqual(chooseQuestions(documents.eightRunning, 'retry', { question: 'deliver#1' }), [first]);
    assert.deepEqual(chooseQuestions(documents.eightRunning, 'retry', { device: 'ftd-5' }), []);
  });

  it('lets a named question through with a verb that does not fit: the refusal belongs into the history', () => {
    assert.equal(chooseQuestions(documents.eightRunning, 'approve', { device: 'ftd-4' }).length, 1);
    assert.equal(chooseQuestions(documents.eightRunning, 'approve', {}).length, 0);
  });
});

describe('updateId', () => {
  const input = { question: 'go#1', by: 'ann@jump-1' };

  it('is the same for a double click and another for another decision', () => {
    const id = updateId('approve', input, new Date('2026-11-23T20:00:01Z'));

    assert.equal(updateId('approve', input, new Date('2026-11-23T20:00:09Z')), id);
    assert.notEqual(updateId('deny', input, new Date('2026-11-23T20:00:01Z')), id);
    assert.notEqual(updateId('approve', { ...input, reason: 'seen' }, new Date('2026-11-23T20:00:01Z')), id);
  });

  it('tells notes apart by their text and their box', () => {
    const at = new Date('2026-11-23T20:00:01Z');
    const ids = [
      updateId('note', { by: 'ann', text: 'rack 7' }, at),
      updateId('note', { by: 'ann', text: 'rack 8' }, at),
      updateId('note', { by: 'ann', text: 'rack 7', device: 'ftd-1' }, at),
    ];

    assert.equal(new Set(ids).size, 3);
  });

  it('is not used where the same words may be meant again within the minute', () => {
    assert.deepEqual(
      (['cancel', 'note', 'retry', 'pause', 'resume', 'takeover'] as const).map(isOneDecision),
      [true, true, true, false, false, false],
    );
  });
});
