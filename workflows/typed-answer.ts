import { promptKeys, type DecisionInput, type TypedAnswer } from './decisions.ts';
import type { Question } from './question.ts';

const ways = ['send', 'raw', 'key', 'credential'] as const;
const mostSigns = 1000;

/** The part of a decision that says what is typed; empty where it types nothing. */
export function typedPart(given: TypedAnswer): TypedAnswer {
  return Object.fromEntries(ways.filter((way) => given[way] !== undefined).map((way) => [way, given[way]]));
}

/** Of a decision what goes with it, whichever questions it settles. */
export function wordsOf(given: DecisionInput): Pick<DecisionInput, 'reason' | 'case' | 'from'> & TypedAnswer {
  const { reason, from } = given;
  return {
    ...(reason === undefined ? {} : { reason }),
    ...(given.case === undefined ? {} : { case: given.case }),
    ...typedPart(given),
    ...(from === undefined ? {} : { from }),
  };
}

/** What stands against typing this at the prompt of the question; undefined: nothing. Pure. */
export function refusalOfTyped({ code }: Pick<Question, 'code'>, given: TypedAnswer): string | undefined {
  const named = ways.filter((way) => given[way] !== undefined);
  // The generator has a terminal of its own, which takes whole lines.
  if (code === 'GENERATE_PROMPT_UNFIT')
    return given.send === undefined || named.length > 1 ? 'answer needs the text to send.' : undefined;
  if (named.length !== 1)
    return 'answer needs one of: "send" (a line), "raw" (without Enter), "key" (its name), "credential" (name of a secret of the inventory).';
  const { send, raw, key } = given;
  if (key !== undefined && !Object.hasOwn(promptKeys, key))
    return `There is no key "${key}"; there are: ${Object.keys(promptKeys).join(', ')}.`;
  if (send !== undefined && hasControls(send))
    return 'The text to send is one line without control characters; "raw" types anything as it is, "key" a key by its name.';
  if ((send ?? raw ?? '').length > mostSigns)
    return `The text has more than ${String(mostSigns)} characters.`;
  if (raw === '') return 'The text is empty; for Enter alone: "key": "enter".';
  return undefined;
}

/** In words, for people. */
export function typedText({ send, raw, key, credential }: TypedAnswer): string {
  if (send !== undefined) return JSON.stringify(send);
  if (raw !== undefined) return `${JSON.stringify(raw)} without Enter`;
  if (key !== undefined) return `the key ${key}`;
  return credential === undefined ? '' : `the secret ${credential}`;
}

function hasControls(text: string): boolean {
  return /[^\P{Cc}]/u.test(text);
}
