import type { DecisionInput } from './contract.ts';

/**
 * The argument of an update as it came, perhaps typed by hand at a button of the Temporal UI; a text says what is wrong with it.
 * An error would not refuse the update: it would stop the run until a new version of this program could bear it.
 */
export function readDecision(input: unknown): DecisionInput | string {
  const needed =
    'It takes an object like {"by": "you", "reason": "…"}; the description of the update names the fields.';
  if (typeof input !== 'object' || input === null || Array.isArray(input)) return needed;
  const fields = ['question', 'by', 'reason', 'send', 'text', 'device'] as const;
  const given = input as Record<(typeof fields)[number], unknown>;
  for (const field of fields) {
    if (given[field] !== undefined && typeof given[field] !== 'string')
      return `"${field}" must be a text. ${needed}`;
  }
  if ((given.by ?? '') === '') return `"by" is missing: it is recorded who decides. ${needed}`;
  return input as DecisionInput;
}
