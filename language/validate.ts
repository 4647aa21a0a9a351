import { actions, actionSpec, isActionName, type Scope } from './actions.ts';
import { conjuncts } from './condition.ts';
import { checkInScope, deviceFacts, type FactScope } from './fact-scope.ts';
import { isRecord, list, record, text } from './lenient.ts';
import { didYouMean } from './nearest.ts';
import { splitTemplate } from './template.ts';

/** A fault of a runbook, with the place in the object; the loader turns it into file:line:column. */
export interface RunbookFault {
  /** Keys and indexes from the root of the file. */
  readonly path: readonly (string | number)[];
  /** The key itself is meant, not its value. */
  readonly atKey?: true;
  /** 0-based, within the text at `path`. */
  readonly offset?: number;
  readonly message: string;
  readonly hint?: string;
}

type Path = readonly (string | number)[];
type StageKind = 'entries' | 'manager' | 'devices';

/** What the walk over stages and steps has met so far. */
interface Walk {
  readonly faults: RunbookFault[];
  readonly inputs: ReadonlySet<string>;
  readonly phases: ReadonlySet<string>;
  readonly makers: Map<string, string>;
  readonly manager: Set<string>;
  readonly device: Set<string>;
  /** Conditions under which an approval was asked; empty = always. */
  readonly approvals: { readonly path: string; readonly conditions: ReadonlySet<string> }[];
  managerKnown: boolean;
}

const scopesOf: Record<StageKind, readonly Scope[]> = {
  entries: ['entry', 'engine'],
  manager: ['manager', 'engine'],
  devices: ['device', 'engine'],
};

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

function checkInputs(inputs: Record<string, unknown>, walk: Walk): void {
  for (const [name, value] of Object.entries(inputs)) {
    const { type, choices, default: given } = record(value);
    const path = ['inputs', name, 'default'];
    const wanted = {
      string: 'string',
      number: 'number',
      boolean: 'boolean',
      duration: 'string',
      choice: 'string',
    }[String(type)];
    if (type === 'choice' && list(choices).length === 0)
      walk.faults.push({ path: ['inputs', name], message: 'an input of type choice needs choices' });
    // A list or a block is a fault of shape, which the schema reports.
    if (given === undefined || typeof given === 'object' || wanted === undefined) continue;
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
    } else if (type === 'duration' && millisecondsOf(given) === undefined) {
      walk.faults.push({
        path,
        message: `"${String(given)}" is not a duration`,
        hint: 'a number and a unit: 500ms, 90s, 15m, 4h, 2d',
      });
    }
  }
}

function checkUnique(items: readonly unknown[], what: string, path: Path, walk: Walk): void {
  const seen = new Set<string>();
  items.forEach((item, index) => {
    const id = text(record(item)['id']);
    if (id === undefined) return;
    if (seen.has(id))
      walk.faults.push({ path: [...path, index, 'id'], message: `a second ${what} is called "${id}"` });
    seen.add(id);
  });
}

/** Facts are called by the step's id alone, so that it must be unique in the whole runbook. */
function checkStepIds(stages: readonly unknown[], walk: Walk): void {
  const seen = new Map<string, string>();
  stages.forEach((stage, stageIndex) => {
    list(record(stage)['steps']).forEach((step, stepIndex) => {
      const id = text(record(step)['id']);
      if (id === undefined) return;
      const path = ['stages', stageIndex, 'steps', stepIndex, 'id'];
      const place = `${text(record(stage)['id']) ?? stageIndex}/${id}`;
      const before = seen.get(id);
      if (before !== undefined)
        walk.faults.push({
          path,
          message: `a second step is called "${id}", the first is ${before}`,
          hint: 'facts are called by the step alone',
        });
      else if ((deviceFacts as readonly string[]).includes(id))
        walk.faults.push({
          path,
          message: `a step cannot be called "${id}": every box has a fact of that name`,
        });
      seen.set(id, before ?? place);
      if (makesFacts(record(step)) && before === undefined) walk.makers.set(id, place);
    });
  });
}

function makesFacts(step: Record<string, unknown>): boolean {
  return 'do' in step || 'poll' in step || 'manual' in step;
}

function checkStage(stage: Record<string, unknown>, path: Path, walk: Walk): void {
  const on = stageKind(stage['on']);
  if (on !== 'entries') walk.managerKnown = true;
  checkCondition(stage['when'], [...path, 'when'], scopeOf(walk, on), walk);
  checkTemplate(stage['title'], [...path, 'title'], scopeOf(walk, on), walk);
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

interface Around {
  readonly stage: Record<string, unknown>;
  readonly on: StageKind | undefined;
  readonly earlier: readonly Record<string, unknown>[];
}

function checkStep(step: Record<string, unknown>, path: Path, around: Around, walk: Walk): void {
  const scope = scopeOf(walk, around.on);
  const own = makesFacts(step) ? scopeOf(walk, around.on, text(step['id'])) : scope;
  checkCondition(step['when'], [...path, 'when'], scope, walk);
  checkCondition(step['assert'], [...path, 'assert'], scope, walk);
  checkCondition(step['until'], [...path, 'until'], own, walk);
  // While the step waits or asks, its own observation is there to be shown.
  for (const key of ['title', 'message', 'approve', 'manual'])
    checkTemplate(step[key], [...path, key], own, walk);
  checkTemplate(step['with'], [...path, 'with'], scope, walk);
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
  if (text(step['approve']) !== undefined) {
    walk.approvals.push({
      path: `${text(around.stage['id']) ?? '?'}/${text(step['id']) ?? '?'}`,
      conditions: conditionsOf(around.stage, step),
    });
  }
  checkApproved(step, path, around, walk);
}

function checkAction(
  name: unknown,
  path: Path,
  { stage, on }: Around,
  walk: Walk,
  must: { read?: 'poll' | 'check' },
): void {
  const given = text(name);
  if (given === undefined) return;
  if (!isActionName(given)) {
    const hint = didYouMean(given, Object.keys(actions)) ?? `actions: ${Object.keys(actions).join(', ')}`;
    walk.faults.push({ path, message: `there is no action "${given}"`, hint });
    return;
  }
  const { effect, scope } = actionSpec(given);
  if (on !== undefined && !scopesOf[on].includes(scope)) {
    walk.faults.push({
      path,
      message: `the action "${given}" works on ${article(scope)}, and stage "${String(stage['id'])}" is on ${on}`,
    });
  }
  if (must.read !== undefined && effect !== 'read') {
    walk.faults.push({
      path,
      message: `${must.read} repeats its action, and "${given}" changes the box`,
      hint: 'name an action that only reads',
    });
  }
}

function checkApproved(step: Record<string, unknown>, path: Path, { stage }: Around, walk: Walk): void {
  const name = text(step['do']);
  if (name === undefined || !isActionName(name) || actionSpec(name).effect !== 'irreversible') return;
  const own = conditionsOf(stage, step);
  if (walk.approvals.some(({ conditions }) => [...conditions].every((condition) => own.has(condition))))
    return;
  const [conditional] = walk.approvals;
  const message =
    conditional === undefined
      ? `"${name}" cannot be undone, and no approve step stands before it`
      : `"${name}" cannot be undone, and may run without approval: ${conditional.path} asks only when ${[...conditional.conditions].join(' && ')}`;
  walk.faults.push({ path: [...path, 'do'], message, hint: 'approve first, under the same `when` or none' });
}

function conditionsOf(stage: Record<string, unknown>, step: Record<string, unknown>): ReadonlySet<string> {
  return new Set(
    [stage['when'], step['when']].flatMap((condition) => {
      const given = text(condition);
      if (given === undefined) return [];
      try {
        return conjuncts(given);
      } catch {
        // Its syntax error is reported where it stands.
        return [given];
      }
    }),
  );
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
    const every = millisecondsOf(holder['every']);
    const limit = millisecondsOf(holder['limit']);
    if (every === 0) walk.faults.push({ path: [...at, 'every'], message: 'every: must be longer than 0' });
    if (every !== undefined && limit !== undefined && limit < every) {
      walk.faults.push({
        path: [...at, 'limit'],
        message: `the limit ${String(holder['limit'])} is shorter than one interval of ${String(holder['every'])}`,
      });
    }
  }
}

/** What stands outside of the stages is evaluated when the facts of all of them may be there. */
function checkWhole(root: Record<string, unknown>, walk: Walk): void {
  walk.managerKnown = true;
  const scope = scopeOf(walk, 'manager');
  const columns = record(root['columns']);
  list(root['drift']).forEach((expression, index) => checkValue(expression, ['drift', index], scope, walk));
  checkValue(root['devices'], ['devices'], scope, walk);
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

function checkCondition(value: unknown, path: Path, scope: FactScope, walk: Walk): void {
  checkValue(value, path, scope, walk, { condition: true });
}

function checkValue(
  value: unknown,
  path: Path,
  scope: FactScope,
  walk: Walk,
  options: { condition?: boolean } = {},
): void {
  const expression = text(value);
  if (expression === undefined || expression === '') return;
  walk.faults.push(...checkInScope(expression, scope, options).map((fault) => ({ path, ...fault })));
}

/** A text, or a tree of parameters with texts in it. */
function checkTemplate(value: unknown, path: Path, scope: FactScope, walk: Walk): void {
  if (Array.isArray(value))
    value.forEach((item, index) => checkTemplate(item, [...path, index], scope, walk));
  else if (isRecord(value))
    for (const [key, item] of Object.entries(value)) checkTemplate(item, [...path, key], scope, walk);
  if (typeof value !== 'string') return;
  const { parts, unclosedAt } = splitTemplate(value);
  if (unclosedAt !== undefined) {
    walk.faults.push({
      path,
      offset: unclosedAt,
      message: '`${` is not closed by `}`',
      hint: 'a literal ${ is written $${',
    });
  }
  for (const part of parts) {
    if (typeof part === 'string') continue;
    const faults = checkInScope(part.expression, scope);
    walk.faults.push(...faults.map((fault) => ({ path, ...fault, offset: fault.offset + part.offset })));
  }
}

function scopeOf(walk: Walk, on: StageKind | undefined, ownId?: string): FactScope {
  const own = ownId === undefined ? [] : [ownId];
  const device = new Set([...walk.device, ...own]);
  return {
    inputs: walk.inputs,
    makers: walk.makers,
    ...(walk.managerKnown
      ? { manager: new Set([...walk.manager, ...(on === 'devices' ? [] : own)]), devices: device }
      : {}),
    ...(on === 'devices' || on === undefined ? { device } : {}),
  };
}

function stageKind(on: unknown): StageKind | undefined {
  return on === 'entries' || on === 'manager' || on === 'devices' ? on : undefined;
}

function millisecondsOf(duration: unknown): number | undefined {
  const match = /^(\d+)(ms|s|m|h|d)$/.exec(text(duration) ?? '');
  const units: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
  return match === null ? undefined : Number(match[1]) * (units[match[2] ?? ''] ?? Number.NaN);
}

function article(scope: Scope): string {
  return {
    manager: 'the manager',
    device: 'a device',
    entry: 'an entry of the inventory',
    engine: 'the engine itself',
  }[scope];
}

function hinted(hint: string | undefined): { hint?: string } {
  return hint === undefined ? {} : { hint };
}
