import { actionSpec, isActionName } from '../actions.ts';
import { conjuncts } from '../condition.ts';
import { text } from '../lenient.ts';
import type { Around, Path, Walk } from './walk.ts';

/** Remembers an approval, and under which conditions it is asked. */
export function noteApproval(step: Record<string, unknown>, at: Path, { stage }: Around, walk: Walk): void {
  if (text(step['approve']) === undefined) return;
  if (step['needs'] !== undefined && step['covers'] !== 'extra')
    walk.faults.push({
      path: [...at, 'needs'],
      message:
        'the yes to a plan brings neither reason nor case: an approval that needs them has `covers: extra`',
    });
  const path = `${text(stage['id']) ?? '?'}/${text(step['id']) ?? '?'}`;
  walk.approvals.push({ path, conditions: conditionsOf(stage, step) });
}

/** What cannot be undone has been approved whenever it runs: an approval before it has no condition that the step lacks. */
export function checkApproved(
  step: Record<string, unknown>,
  path: Path,
  { stage }: Around,
  walk: Walk,
): void {
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
