import { actionSpec, isActionName } from '../actions.ts';
import { isRecord, list, record, text } from '../lenient.ts';
import { didYouMean } from '../nearest.ts';
import { inputNamed, readWaves } from '../rollout.ts';
import { checkCondition } from './expressions.ts';
import { hinted, scopeOf, type Around, type Path, type Walk } from './walk.ts';

/**
 * Waves, budgets and windows hold devices back. That is allowed only where nothing is lost meanwhile: never for what brings a
 * device something that it cannot do without.
 */
export function checkRollout(stage: Record<string, unknown>, path: Path, on: Around['on'], walk: Walk): void {
  const { rollout } = stage;
  if (!isRecord(rollout)) return;
  const at = [...path, 'rollout'];
  if (on !== undefined && on !== 'devices')
    walk.faults.push({
      path: at,
      atKey: true,
      message: `rollout is about devices, and this stage is on ${on}`,
    });
  else if (on !== undefined) checkChanges(stage, path, walk);
  checkCondition(rollout['first'], [...at, 'first'], scopeOf(walk, 'devices'), walk);
  checkCondition(rollout['askAfterFirst'], [...at, 'askAfterFirst'], scopeOf(walk, 'manager'), walk);
  if (Array.isArray(rollout['waves']))
    rollout['waves'].forEach((size, index) => {
      // Anything else that is no size is a fault of shape.
      if (size !== '0%' || readWaves([size]) !== undefined) return;
      walk.faults.push({ path: [...at, 'waves', index], message: 'a wave of 0% would never end' });
    });
  for (const [key, type] of [
    ['waves', 'waves'],
    ['budget', 'budget'],
    ['window', 'windows'],
  ] as const)
    checkInput(rollout[key], type, [...at, key], walk);
}

/**
 * It changes something, and nothing but what can wait. Without a manager nobody makes anything that a device could not do without: there
 * the author of the runbook says, with the rollout, that what fits any box can wait.
 */
function checkChanges(stage: Record<string, unknown>, path: Path, walk: Walk): void {
  let changes = false;
  list(stage['steps']).forEach((step, index) => {
    const name = text(record(step)['do']);
    if (name === undefined || !isActionName(name)) return;
    const { effect, scope, canWait } = actionSpec(name);
    if (effect === 'read') return;
    changes = true;
    if (canWait === true || (scope === 'box' && !walk.hasManager)) return;
    walk.faults.push({
      path: [...path, 'steps', index, 'do'],
      message: `"${name}" must not be held back, and this stage has a rollout`,
      hint: 'put what can wait (a restart, a proof) into a stage of its own',
    });
  });
  if (changes) return;
  walk.faults.push({
    path: [...path, 'rollout'],
    atKey: true,
    message: 'this stage changes nothing: there is nothing to hold back',
  });
}

/** What is taken from an input is of the type that has been checked when the operator gave it. */
function checkInput(value: unknown, type: string, path: Path, walk: Walk): void {
  const name = inputNamed(value);
  if (name === undefined) return;
  if (!walk.inputs.has(name))
    walk.faults.push({
      path,
      message: `there is no input "${name}"`,
      ...hinted(didYouMean(name, walk.inputs.keys())),
    });
  else if (walk.inputs.get(name) !== type)
    walk.faults.push({ path, message: `the input "${name}" must be of type ${type}` });
}
