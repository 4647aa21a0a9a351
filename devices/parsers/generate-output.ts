import { regex } from '../profile/pattern.ts';
import type { ApplianceProfile } from '../profile.ts';
import { readTimestamp } from './timestamps.ts';

export type GenerateRules = NonNullable<ApplianceProfile['generate']>;

/** What the program that makes a new CA has shown so far. */
export interface GenerateOutput {
  /** The line with the expiry of the current CA, the last one shown. */
  readonly expiry?: { readonly days?: number; readonly date?: string };
  /** The question that stands at the end of the screen, when it is one that may be answered. */
  readonly prompt?: { readonly id: string; readonly answer: string; readonly text: string };
  /** An unfinished line stands at the end that looks like a question, and no rule answers it. */
  readonly unknownQuestion?: string;
  readonly refusals: readonly { readonly task: string; readonly line: string }[];
  readonly failedPushes: readonly { readonly name: string; readonly path: string }[];
  readonly succeeded: boolean;
  readonly failed: boolean;
}

/**
 * Reads the screen of the program by the rules of the profile. `answered` are the ids of the prompts that were answered
 * already, in order: a prompt is offered only after those before it, and never twice.
 *
 * Fails closed: a question with a word that the profile forbids is never offered, whatever else fits. The words are looked
 * for in everything since the last answer that belongs to the question, not in the last line alone.
 */
export function parseGenerateOutput(
  text: string,
  rules: GenerateRules,
  answered: readonly string[] = [],
): GenerateOutput {
  const lines = text.split('\n');
  const tail = lines.at(-1) ?? '';
  const expiry = lastExpiry(text, rules);
  const question = questionAt(lines);
  const prompt =
    question === undefined ? undefined : findPrompt(question, tail, rules, answered, expiry !== undefined);
  return {
    ...(expiry === undefined ? {} : { expiry }),
    ...(prompt === undefined ? {} : { prompt }),
    ...(question !== undefined && prompt === undefined ? { unknownQuestion: question } : {}),
    refusals: rules.refusals.flatMap(({ task, pattern }) =>
      lines.filter((line) => regex(pattern, 'i').test(line)).map((line) => ({ task, line: line.trim() })),
    ),
    failedPushes: lines.flatMap((line) => {
      const groups = regex(rules.failedPush, 'i').exec(line)?.groups;
      return groups === undefined ? [] : [{ name: groups['name'] ?? '', path: groups['path'] ?? '' }];
    }),
    succeeded: rules.success.some((one) => regex(one, 'im').test(text)),
    failed: rules.failure.some((one) => regex(one, 'im').test(text)),
  };
}

/** The unfinished last line with the lines of its own paragraph that lead up to it. */
function questionAt(lines: readonly string[]): string | undefined {
  const tail = lines.at(-1) ?? '';
  if (tail.trim() === '') return undefined;
  const above: string[] = [];
  for (let at = lines.length - 2; at >= 0 && above.length < 3; at--) {
    const line = lines[at] ?? '';
    // A finished sentence, an empty line or an answered question ends the paragraph.
    if (line.trim() === '' || /[.!:\])]\s*\w*\s*$/.test(line)) break;
    above.unshift(line.trim());
  }
  return [...above, tail.trim()].join(' ');
}

function findPrompt(
  question: string,
  tail: string,
  rules: GenerateRules,
  answered: readonly string[],
  hasExpiry: boolean,
): GenerateOutput['prompt'] {
  if (rules.neverAnswer.some((one) => regex(one, 'i').test(question))) return undefined;
  const next = Math.max(-1, ...answered.map((id) => rules.prompts.findIndex((one) => one.id === id))) + 1;
  for (const one of rules.prompts.slice(next)) {
    if (one.needsExpiry && !hasExpiry) continue;
    const found = regex(one.pattern, 'i').exec(tail);
    if (found === null) continue;
    const answer = one.answer.replace(/\{(\w+)\}/g, (_, group: string) => found.groups?.[group] ?? '');
    return answer === '' ? undefined : { id: one.id, answer, text: question };
  }
  return undefined;
}

function lastExpiry(text: string, rules: GenerateRules): GenerateOutput['expiry'] {
  const groups = [...text.matchAll(regex(rules.expiry, 'gi'))].at(-1)?.groups;
  if (groups === undefined) return undefined;
  const days = groups['days'] === undefined ? undefined : Number(groups['days']);
  const date = groups['date'] === undefined ? undefined : readTimestamp(groups['date']);
  return { ...(days === undefined ? {} : { days }), ...(date === undefined ? {} : { date }) };
}
