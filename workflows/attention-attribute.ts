import { patched, upsertSearchAttributes } from '@temporalio/workflow';
import { defineSearchAttributeKey } from '@temporalio/common';
import { needsPerson, settlesItself } from './attention.ts';
import type { Pause, Question } from './contract.ts';

const attentionKey = defineSearchAttributeKey('NeedsAttention', 'BOOL');

/** What the search attribute says by which people and monitoring find the runs that somebody has to look at. */
export function showAttention(value: boolean): void {
  upsertSearchAttributes([{ key: attentionKey, value }]);
}

/** As {@link needsPerson}; runs of older workers counted also what settles itself. */
export function wantsAttention(
  questions: readonly Pick<Question, 'settlesAt'>[],
  paused: Pause | undefined,
): boolean {
  const standing = { questions, ...(paused === undefined ? {} : { paused }) };
  if (!questions.some(settlesItself)) return needsPerson(standing);
  return patched('windows need nobody') ? needsPerson(standing) : true;
}
