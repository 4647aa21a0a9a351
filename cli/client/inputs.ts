import { RunbookError } from '../../errors/index.ts';
import type { InputSpec, JsonObject, Runbook } from '../../language/index.ts';

/**
 * Values of the runbook's inputs from `key=value` words, with the defaults for the rest.
 * @throws RunbookError INPUT_INVALID naming every wrong one
 */
export function readInputs(runbook: Runbook, words: readonly string[]): JsonObject {
  const values: JsonObject = Object.fromEntries(
    Object.entries(runbook.inputs).map(([key, spec]) => [key, spec.default]),
  );
  const faults: string[] = [];
  for (const word of words) {
    const cut = word.indexOf('=');
    const key = cut < 0 ? word : word.slice(0, cut);
    const spec = runbook.inputs[key];
    if (cut < 1) faults.push(`--input ${word}: expected name=value`);
    else if (spec === undefined)
      faults.push(
        `--input ${key}: ${runbook.name} has no such input; it has: ${Object.keys(runbook.inputs).join(', ') || 'none'}`,
      );
    else {
      const value = readInput(spec, word.slice(cut + 1));
      if (value === undefined) faults.push(`--input ${key}: expected ${expected(spec)}`);
      else values[key] = value;
    }
  }
  if (faults.length > 0) throw new RunbookError('INPUT_INVALID', faults.join('\n'));
  return values;
}

function readInput(spec: InputSpec, text: string): string | number | boolean | undefined {
  switch (spec.type) {
    case 'string':
      return text;
    case 'number': {
      const value = Number(text);
      return text.trim() === '' || !Number.isFinite(value) ? undefined : value;
    }
    case 'boolean':
      return text === 'true' ? true : text === 'false' ? false : undefined;
    case 'duration':
      return /^\d+(ms|s|m|h|d)$/.test(text) ? text : undefined;
    case 'choice':
      return spec.choices?.includes(text) === true ? text : undefined;
  }
}

function expected(spec: InputSpec): string {
  switch (spec.type) {
    case 'choice':
      return `one of ${spec.choices?.join(', ') ?? ''}`;
    case 'boolean':
      return 'true or false';
    case 'duration':
      return 'a duration such as 90s, 15m, 4h, 2d';
    default:
      return `a ${spec.type}`;
  }
}
