import assert from 'node:assert/strict';
import { chooseQuestions, isOneDecision, seenQuestion, updateId } from '../../../cli/client/settle.ts';
import * as documents from './documents.ts';

describe('chooseQuestions', () => {
  it('takes the only question that the verb can settle', () => {
    assert.deepEqual(chooseQuestions(documents.waiting, 'answer'), [documents.waiting.questions[1]]);
  });

  it('gives all that fit, so that the caller can ask back', () => {
    assert.equal(chooseQuestions(documents.waiting, 'retry').length, 2);
    assert.equal(chooseQuestions(documents.thousand, 'retry').length, 40);
  });

  it('finds a question by the end of its id, also with a verb that does not fit: the refusal belongs into the history', () => {
    const [first] = documents.eightRunning.questions;

    assert.deepEqual(chooseQuestions(documents.eightRunning, 'retry', 'deliver#1'), [first]);
    assert.deepEqual(chooseQuestions(documents.eightRunning, 'approve', 'deliver#1'), [first]);
    assert.deepEqual(chooseQuestions(documents.eightRunning, 'approve'), []);
  });
});

describe('seenQuestion', () => {
  it('ties a typed text to the question that was seen, and a retry to the device alone', () => {
    assert.equal(seenQuestion(documents.waiting, 'answer', 'ftd-8'), documents.waiting.questions[1]?.id);
    assert.equal(seenQuestion(documents.waiting, 'retry', 'ftd-8'), undefined);
    assert.equal(seenQuestion(documents.waiting, 'answer', 'ftd-4'), undefined);
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

  it('is another one once other questions are open: the same words mean those', () => {
    const at = new Date('2026-11-23T20:00:01Z');
    const retry = { by: 'ann', device: 'ftd-3' };

    assert.equal(updateId('retry', retry, at, ['a#1']), updateId('retry', retry, at, ['a#1']));
    assert.notEqual(updateId('retry', retry, at, ['a#1']), updateId('retry', retry, at, ['a#2']));
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
      (['cancel', 'note', 'retry', 'pause', 'resume', 'hold', 'release', 'takeover'] as const).map(
        isOneDecision,
      ),
      [true, true, true, false, false, false, false, false],
    );
  });
});
