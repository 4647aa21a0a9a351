import { patched } from '@temporalio/workflow';
import { someone, type DecisionInput, type UpdateName } from './contract.ts';

const fields: Record<UpdateName, readonly (keyof DecisionInput)[]> = {
  approve: ['question', 'device', 'all', 'cause', 'by', 'reason', 'case'],
  deny: ['question', 'device', 'all', 'cause', 'by', 'reason'],
  retry: ['question', 'device', 'all', 'cause', 'from', 'by', 'reason'],
  skip: ['question', 'device', 'all', 'cause', 'by', 'reason'],
  answer: ['question', 'device', 'cause', 'by', 'reason', 'send', 'raw', 'key', 'credential'],
  // A question may be named with it, as clients have always done: nothing that ends a run is refused for that.
  cancel: ['by', 'reason', 'question'],
  pause: ['by', 'reason'],
  resume: ['by', 'reason'],
  hold: ['device', 'by', 'reason'],
  release: ['device', 'by', 'reason'],
  note: ['device', 'by', 'text'],
  takeover: ['by', 'reason'],
};
/** Older workers took fields that nobody knows, and refused what did not say by whom. */
const stricter = 'fields-of-decisions';
const selectors = ['question', 'device', 'all', 'cause'] as const;

/**
 * The argument of an update as it came, perhaps typed by hand at a button of the Temporal UI; a text says what is wrong with it.
 * An error would not refuse the update: it would stop the run until a new version of this program could bear it.
 */
export function readDecision(verb: UpdateName, input: unknown): DecisionInput | string {
  const takes = `${verb} takes an object like {"by": "you", "reason": "…"}; its fields: ${fields[verb].join(', ')}.`;
  if (typeof input !== 'object' || input === null || Array.isArray(input)) return takes;
  const given = input as Record<string, unknown>;
  for (const [field, value] of Object.entries(given)) {
    if (!(fields[verb] as readonly string[]).includes(field) && patched(stricter))
      return `${JSON.stringify(field)} is no field of ${verb}. ${takes}`;
    if (value !== undefined && typeof value !== 'string')
      return `${JSON.stringify(field)} must be a text. ${takes}`;
  }
  const { all, by } = given as Partial<DecisionInput>;
  if (all !== undefined && !['failed', 'open'].includes(all))
    return `"all" is either "failed" or "open". ${takes}`;
  const named = selectors.filter((field) => given[field] !== undefined);
  // A question may be named together with the device that it is about.
  if (named.length > 1 && named.join() !== 'question,device')
    return `Give one of ${named.map((field) => JSON.stringify(field)).join(' and ')}, not both.`;
  const isNamed = by !== undefined && by.trim() !== '';
  if (!isNamed && !patched(stricter)) return `"by" is missing: it is recorded who decides. ${takes}`;
  return { ...(given as Partial<DecisionInput>), by: isNamed ? by : someone };
}
