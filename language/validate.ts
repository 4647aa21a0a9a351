import { isRecord, list, record, text } from './lenient.ts';
import { checkCondition, checkTemplate, checkValue } from './rules/expressions.ts';
import { checkInputs } from './rules/inputs.ts';
import { checkStepIds, checkUnique } from './rules/names.ts';
import { checkStage } from './rules/steps.ts';
import { scopeOf, type RunbookFault, type Walk } from './rules/walk.ts';

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
    inputs: new Set(Object.keys(record(root['inputs']))),
    phases: new Set(list(root['phases']).flatMap((phase) => text(record(phase)['id']) ?? [])),
    makers: new Map(),
    manager: new Set(),
    device: new Set(),
    approvals: [],
    managerKnown: false,
  };
  checkInputs(record(root['inputs']), walk);
  checkUnique(list(root['phases']), 'phase', ['phases'], walk);
  checkUnique(stages, 'stage', ['stages'], walk);
  checkStepIds(stages, walk);
  stages.forEach((stage, index) => checkStage(record(stage), ['stages', index], walk));
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

/** What stands outside of the stages is evaluated when the facts of all of them may be there. */
function checkWhole(root: Record<string, unknown>, walk: Walk): void {
  walk.managerKnown = true;
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
  list(root['expects']).forEach((item, index) => {
    checkCondition(record(item)['that'], ['expects', index, 'that'], scope, walk);
    checkTemplate(record(item)['text'], ['expects', index, 'text'], scope, walk);
  });
  list(root['afterwards']).forEach((item, index) => {
    checkCondition(record(item)['when'], ['afterwards', index, 'when'], scope, walk);
    checkTemplate(record(item)['text'], ['afterwards', index, 'text'], scope, walk);
  });
}
