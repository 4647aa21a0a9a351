import { printJson } from '../../output/json.ts';
import type { GlobalOptions } from '../../main.ts';

/** The data of a verb: one JSON document, or the page for people. */
export function printData(document: unknown, page: () => string, output: GlobalOptions['output']): void {
  if (output === 'table') process.stdout.write(`${page()}\n`);
  else printJson(document, { oneLine: output === 'jsonl' });
}

/** Talk: never mixed with data. */
export function say(text: string): void {
  process.stderr.write(`${text}\n`);
}
