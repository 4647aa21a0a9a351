import { actions, actionSpec, isActionName, type Scope } from '../actions.ts';
import { didYouMean } from '../nearest.ts';
import { text } from '../lenient.ts';
import type { Around, Path, StageKind, Walk } from './walk.ts';

const scopesOf: Record<StageKind, readonly Scope[]> = {
  entries: ['entry', 'engine'],
  manager: ['manager', 'box', 'engine'],
  devices: ['device', 'box', 'engine'],
};

/** The action exists, fits the stage, and only reads where it is repeated. */
export function checkAction(
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

function article(scope: Scope): string {
  return {
    manager: 'the manager',
    device: 'a device',
    box: 'a manager or a device',
    entry: 'an entry of the inventory',
    engine: 'the engine itself',
  }[scope];
}
