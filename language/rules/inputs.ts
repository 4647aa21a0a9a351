import { millisecondsOf } from '../duration.ts';
import { list, record } from '../lenient.ts';
import { readAmount, readWaves } from '../rollout.ts';
import type { Walk } from './walk.ts';

export function checkInputs(inputs: Record<string, unknown>, walk: Walk): void {
  for (const [name, value] of Object.entries(inputs)) {
    const { type, choices, default: given } = record(value);
    const path = ['inputs', name, 'default'];
    const wanted = {
      string: 'string',
      number: 'number',
      boolean: 'boolean',
      duration: 'string',
      choice: 'string',
      waves: 'string',
      budget: 'string',
      windows: 'string',
    }[String(type)];
    if (type === 'choice' && list(choices).length === 0)
      walk.faults.push({ path: ['inputs', name], message: 'an input of type choice needs choices' });
    // A list or a block is a fault of shape, which the schema reports.
    if (typeof given !== 'string' && typeof given !== 'number' && typeof given !== 'boolean') continue;
    if (wanted === undefined) continue;
    if (typeof given !== wanted) {
      walk.faults.push({
        path,
        message: `the default of a ${String(type)} must be a ${wanted}, this is a ${typeof given}`,
      });
    } else if (type === 'choice' && !list(choices).includes(given)) {
      walk.faults.push({
        path,
        message: `the default "${String(given)}" is not among the choices ${list(choices).join(', ')}`,
      });
    } else if (type === 'duration' && millisecondsOf(String(given)) === undefined) {
      walk.faults.push({
        path,
        message: `"${String(given)}" is not a duration`,
        hint: 'a number and a unit: 500ms, 90s, 15m, 4h, 2d',
      });
    } else if (type === 'waves' && readWaves(given) === undefined) {
      walk.faults.push({
        path,
        message: `"${String(given)}" is no list of waves`,
        hint: 'such as 1, 10%, 100%',
      });
    } else if (type === 'budget' && readAmount(given) === undefined) {
      walk.faults.push({
        path,
        message: `"${String(given)}" is no budget`,
        hint: 'a number, or a percentage: 2, 5%',
      });
    } else if (type === 'windows' && given !== '') {
      // Windows belong to a site, not to a runbook.
      walk.faults.push({ path, message: 'the default of windows is empty: a site says which there are' });
    }
  }
}
