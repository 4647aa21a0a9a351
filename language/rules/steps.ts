import { millisecondsOf } from '../duration.ts';
import { isRecord, list, record, text } from '../lenient.ts';
import { didYouMean } from '../nearest.ts';
import { checkAction } from './actions.ts';
import { checkApproved, noteApproval } from './approvals.ts';
import { checkCondition, checkTemplate, checkValue } from './expressions.ts';
import { checkRollout } from './rollout.ts';
import {
  hinted,
  makesFacts,
  observes,
  scopeOf,
  stageKind,
  type Around,
  type Path,
  type Walk,
} from './walk.ts';

/** One stage and its steps, in order; what they make is known to those that follow. */
export function checkStage(stage: Record<string, unknown>, path: Path, walk: Walk): void {
  const on = stageKind(stage['on']);
  if (on !== 'entries') walk.boxesKnown = true;
  if (on === 'manager' && !walk.hasManager)
    walk.faults.push({
      path: [...path, 'on'],
      message: 'families.manager is missing, and this stage is on manager',
    });
  checkCondition(stage['when'], [...path, 'when'], scopeOf(walk, on), walk);
  checkTemplate(stage['title'], [...path, 'title'], scopeOf(walk, on), walk);
  checkOrder(stage, path, on, walk);
  checkRollout(stage, path, on, walk);
  const steps = list(stage['steps']).map(record);
  steps.forEach((step, index) => {
    checkStep(step, [...path, 'steps', index], { stage, on, earlier: steps.slice(0, index) }, walk);
    const id = text(step['id']);
    if (id === undefined || !makesFacts(step)) return;
    // A stage with a wrong `on` counts as every kind, so that its one fault does not make others.
    if (on === 'manager' || on === undefined) walk.manager.add(id);
    // What a manager step says of single devices (a row of a table, say) becomes a fact of those devices too.
    if (on !== 'entries') walk.device.add(id);
  });
}

/** Only devices come one after another, and only what is dealt with for each manager has a turn. */
function checkOrder(stage: Record<string, unknown>, path: Path, on: Around['on'], walk: Walk): void {
  for (const key of ['group', 'rank']) {
    checkValue(stage[key], [...path, key], scopeOf(walk, 'devices'), walk);
    if (text(stage[key]) !== undefined && on !== undefined && on !== 'devices')
      walk.faults.push({
        path: [...path, key],
        message: `${key} orders devices, and this stage is on ${on}`,
      });
  }
  if (text(stage['turn']) !== undefined && on === 'entries')
    walk.faults.push({ path: [...path, 'turn'], message: 'entries are asked once, not for each manager' });
}

function checkStep(step: Record<string, unknown>, path: Path, around: Around, walk: Walk): void {
  const scope = scopeOf(walk, around.on);
  const own = observes(step) ? scopeOf(walk, around.on, text(step['id'])) : scope;
  checkCondition(step['when'], [...path, 'when'], scope, walk);
  checkCondition(step['assert'], [...path, 'assert'], scope, walk);
  checkCondition(step['until'], [...path, 'until'], own, walk);
  // While the step waits or asks, its own observation is there to be shown.
  for (const key of ['title', 'message', 'approve', 'manual'])
    checkTemplate(step[key], [...path, key], own, walk);
  // A poll may be given what it saw the last time; the first time there is nothing yet, so it asks with has().
  checkTemplate(step['with'], [...path, 'with'], 'poll' in step ? own : scope, walk);
  checkPhase(step['phase'], [...path, 'phase'], walk);
  checkAction(step['do'], [...path, 'do'], around, walk, {});
  checkAction(step['poll'], [...path, 'poll'], around, walk, { read: 'poll' });
  if (isRecord(step['check'])) {
    checkAction(step['check']['do'], [...path, 'check', 'do'], around, walk, { read: 'check' });
    checkCondition(step['check']['until'], [...path, 'check', 'until'], own, walk);
    checkTemplate(step['check']['with'], [...path, 'check', 'with'], scope, walk);
  }
  checkWaiting(step, path, walk);
  checkBackTo(record(step['notYet'])['backTo'], [...path, 'notYet', 'backTo'], around, walk);
  noteApproval(step, path, around, walk);
  checkApproved(step, path, around, walk);
}

function checkPhase(phase: unknown, path: Path, walk: Walk): void {
  const given = text(phase);
  if (given === undefined || walk.phases.has(given)) return;
  walk.faults.push({
    path,
    message: `the phase "${given}" is not declared under phases`,
    ...hinted(didYouMean(given, walk.phases)),
  });
}

function checkBackTo(backTo: unknown, path: Path, { earlier }: Around, walk: Walk): void {
  const given = text(backTo);
  const ids = earlier.flatMap((step) => text(step['id']) ?? []);
  if (given === undefined || ids.includes(given)) return;
  walk.faults.push({
    path,
    message: `backTo: "${given}" is not an earlier step of this stage`,
    ...hinted(didYouMean(given, ids)),
  });
}

function checkWaiting(step: Record<string, unknown>, path: Path, walk: Walk): void {
  for (const [holder, at] of [
    [step, path],
    [record(step['notYet']), [...path, 'notYet']],
  ] as const) {
    const every = millisecondsOf(text(holder['every']) ?? '');
    const limit = millisecondsOf(text(holder['limit']) ?? '');
    if (every === 0) walk.faults.push({ path: [...at, 'every'], message: 'every: must be longer than 0' });
    if (every !== undefined && limit !== undefined && limit < every) {
      walk.faults.push({
        path: [...at, 'limit'],
        message: `the limit ${String(holder['limit'])} is shorter than one interval of ${String(holder['every'])}`,
      });
    }
  }
}
