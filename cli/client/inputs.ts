import { RunbookError } from '../../errors/index.ts';
import {
  readAmount,
  readWaves,
  type InputSpec,
  type JsonObject,
  type Runbook,
} from '../../language/index.ts';
import { readWindows, windowsText, type Settings } from '../../loader/index.ts';
import type { Override, RunOptions } from '../../workflows/contract.ts';
import { operator } from './identity.ts';

/** What a site says of restarts and proofs. */
export type SiteRollout = Settings['rollout'];

/**
 * Values of the runbook's inputs from `key=value` words, with the site's settings and the runbook's defaults for the rest.
 * @throws RunbookError INPUT_INVALID naming every wrong one
 */
export function readInputs(runbook: Runbook, words: readonly string[], site?: SiteRollout): JsonObject {
  const values: JsonObject = Object.fromEntries(
    Object.entries(runbook.inputs).map(([key, spec]) => [key, ofSite(spec, site) ?? spec.default]),
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
      const text = word.slice(cut + 1);
      const value = readInput(spec, text);
      if (value === undefined) faults.push(`--input ${key}: expected ${expected(spec, text)}`);
      else values[key] = value;
    }
  }
  if (faults.length > 0) throw new RunbookError('INPUT_INVALID', faults.join('\n'));
  return values;
}

/**
 * The inputs of a run, and what the operator sets aside by them.
 * @throws RunbookError INPUT_INVALID naming every wrong one; INPUT_MISSING where something is set aside without a reason
 */
export function inputsOfRun(
  runbook: Runbook,
  words: readonly string[],
  site: SiteRollout,
  reason: string | undefined,
): Pick<RunOptions, 'inputs' | 'override'> {
  const inputs = readInputs(runbook, words, site);
  const override = overrideOf(runbook, inputs, site, { by: operator(), reason });
  return { inputs, ...(override === undefined ? {} : { override }) };
}

/**
 * What the operator gives in place of the site's windows and budget, with the reason; undefined where it is as the site has it.
 * @throws RunbookError INPUT_MISSING without a reason
 */
export function overrideOf(
  runbook: Runbook,
  values: JsonObject,
  site: SiteRollout,
  { by, reason }: { readonly by: string; readonly reason: string | undefined },
): Override | undefined {
  const inputs = Object.entries(runbook.inputs)
    .filter(([key, spec]) => {
      const own = ofSite(spec, site) ?? '';
      return spec.type !== 'waves' && own !== '' && values[key] !== own;
    })
    .map(([key]) => key);
  if (inputs.length === 0) return undefined;
  if (reason === undefined || reason.trim() === '')
    throw new RunbookError(
      'INPUT_MISSING',
      `${inputs.join(', ')}: the settings of the site say otherwise; setting them aside needs --reason, which is recorded.`,
    );
  return { inputs, by, reason };
}

/** As the site has it; undefined where it says nothing, or the input is not about such things. */
function ofSite({ type }: InputSpec, site: SiteRollout | undefined): string | undefined {
  switch (type) {
    case 'waves':
      return site?.waves?.join(', ');
    case 'budget':
      return site?.budget?.toString();
    case 'windows':
      return site === undefined ? undefined : windowsText(site.windows);
    default:
      return undefined;
  }
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
    case 'waves':
      return readWaves(text) === undefined ? undefined : text;
    case 'budget':
      return readAmount(text) === undefined ? undefined : text;
    case 'windows':
      return typeof readWindows(text) === 'string' ? undefined : text;
  }
}

function expected(spec: InputSpec, text: string): string {
  switch (spec.type) {
    case 'choice':
      return `one of ${spec.choices?.join(', ') ?? ''}`;
    case 'boolean':
      return 'true or false';
    case 'duration':
      return 'a duration such as 90s, 15m, 4h, 2d';
    case 'waves':
      return 'sizes of waves such as 1, 10%, 100%';
    case 'budget':
      return 'a number of failures, or a percentage, such as 2 or 5%';
    case 'windows': {
      const read = readWindows(text);
      return `windows; ${typeof read === 'string' ? read : ''}`;
    }
    default:
      return `a ${spec.type}`;
  }
}
