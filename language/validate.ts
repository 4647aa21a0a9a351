import { actionSpec, isActionName } from './actions.ts';
import { isRecord, list, record, text } from './lenient.ts';
import { checkCondition, checkTemplate, checkValue } from './rules/expressions.ts';
import { checkInputs } from './rules/inputs.ts';
import { checkLockout } from './rules/lockout.ts';
import { checkNight } from './rules/night.ts';
import { checkStepIds, checkUnique } from './rules/names.ts';
import { checkStage } from './rules/steps.ts';
import { scopeOf, type Path, type RunbookFault, type Walk } from './rules/walk.ts';

export type { RunbookFault } from './rules/walk.ts';

/**
 * Every fault of a runbook that its schema cannot see: actions, scopes, order of facts and approvals, names, conditions.
 * Takes the file as it is, also one with faults of shape (which the schema reports): a part of a wrong shape is passed over, so
 * that all faults of a file are reported at once.
 */
export function validateRunbook(runbook: unknown): RunbookFault[] {
  const root = record(runbook);
  const stages = list(root['stages']);
  const walk: Walk = {
    faults: [],
    inputs: new Map(
      Object.entries(record(root['inputs'])).map(([name, spec]) => [name, record(spec)['type']]),
    ),
    phases: new Set(list(root['phases']).flatMap((phase) => text(record(phase)['id']) ?? [])),
    makers: new Map(),
    manager: new Set(),
    device: new Set(),
    approvals: [],
    boxesKnown: false,
    hasManager: !isRecord(root['families']) || root['families']['manager'] !== undefined,
  };
  checkInputs(record(root['inputs']), walk);
  checkUnique(list(root['phases']), 'phase', (index) => ['phases', index], walk);
  const atEnd = list(root['atEnd']);
  checkUnique([...stages, ...atEnd], 'stage', stagePath(stages.length), walk);
  checkStepIds([...stages, ...atEnd], stagePath(stages.length), walk);
  stages.forEach((stage, index) => checkStage(record(stage), ['stages', index], walk));
  atEnd.forEach((stage, index) => checkEndStage(record(stage), ['atEnd', index], walk));
  checkWhole(root, walk);
  if (
    stages.some((stage) => record(stage)['on'] === 'devices') &&
    isRecord(root['families']) &&
    root['families']['device'] === undefined
  ) {
    walk.faults.push({
      path: ['families'],
      message: 'families.device is missing, and a stage is on devices',
    });
  }
  return walk.faults;
}

/** Where the stage of that number stands: those of `atEnd` are counted on from the others. */
function stagePath(stages: number): (index: number) => Path {
  return (index) => (index < stages ? ['stages', index] : ['atEnd', index - stages]);
}

/** At the end no device is worked on any more, and nothing is begun that could not be taken back. */
function checkEndStage(stage: Record<string, unknown>, path: Path, walk: Walk): void {
  const on = text(stage['on']);
  if (on === 'entries' || on === 'devices')
    walk.faults.push({
      path: [...path, 'on'],
      message: `a stage of atEnd is on manager, this one is on ${on}`,
    });
  list(stage['steps']).forEach((step, index) => {
    const name = text(record(step)['do']);
    if (name === undefined || !isActionName(name) || actionSpec(name).effect !== 'irreversible') return;
    walk.faults.push({
      path: [...path, 'steps', index, 'do'],
      message: `"${name}" cannot be undone: it does not belong into atEnd, which is gone through after a refusal too`,
    });
  });
  checkStage(stage, path, walk);
}

/** What stands outside of the stages is evaluated when the facts of all of them may be there. */
function checkWhole(root: Record<string, unknown>, walk: Walk): void {
  walk.boxesKnown = true;
  const scope = scopeOf(walk, 'manager');
  const columns = record(root['columns']);
  list(root['drift']).forEach((expression, index) => checkValue(expression, ['drift', index], scope, walk));
  checkValue(root['devices'], ['devices'], scope, walk);
  checkValue(record(root['managers'])['order'], ['managers', 'order'], scope, walk);
  for (const [kind, at] of [
    ['manager', scope],
    ['device', scopeOf(walk, 'devices')],
  ] as const) {
    for (const [name, expression] of Object.entries(record(columns[kind])))
      checkValue(expression, ['columns', kind, name], at, walk);
  }
  checkNight(root, scope, walk);
  checkLockout(root, walk);
  list(root['expects']).forEach((item, index) => {
    checkCondition(record(item)['that'], ['expects', index, 'that'], scope, walk);
    checkTemplate(record(item)['text'], ['expects', index, 'text'], scope, walk);
  });
  list(root['afterwards']).forEach((item, index) => {
    checkCondition(record(item)['when'], ['afterwards', index, 'when'], scope, walk);
    checkTemplate(record(item)['text'], ['afterwards', index, 'text'], scope, walk);
  });
}
