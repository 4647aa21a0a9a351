import { RunbookError } from '../errors/index.ts';
import type { Watch } from '../activities/index.ts';
import { actionSpec, isActionName, type ActionSpec } from '../language/index.ts';
import type { Journal } from '../supervisor/index.ts';
import type { ActionResult } from '../workflows/contract.ts';

/**
 * Keeps the {@link Journal}: an action that changes a box, also within a stretch, is written down before it begins and struck out when its end was seen, by
 * itself or by its probe. What is only started by an action (`whileRunning: 'done'`) stays until it has been followed to its end;
 * what gave up, or was cut off, stays until somebody has looked at the box.
 */
export function journalled(journal: Journal): Watch {
  return async (name, { target, run, step }, act) => {
    if (target === undefined) return await act();
    const spec: ActionSpec = actionSpec(name);
    const about = { run: run.workflowId, box: target.name };
    if (spec.effect === 'read') {
      const result = await act();
      const left = journal.find({ ...about, matter: name });
      if (left !== undefined && isSettled(left.action, result)) journal.settle(left);
      return result;
    }
    const { address } = target;
    const entry = journal.begin({ action: name, matter: spec.probe ?? name, ...about, address, step });
    try {
      const result = await act();
      if (spec.whileRunning !== 'done') journal.end(entry);
      return result;
    } catch (thrown) {
      if (thrown instanceof RunbookError && thrown.entry.class === 'not-yet') journal.end(entry);
      else if (thrown instanceof RunbookError) journal.fail(entry, thrown.code, thrown.context.state);
      // Anything else is a cancel, mostly by the end of this worker: nobody has seen how it went on.
      throw thrown;
    }
  };
}

/** The probe has found the matter of the action settled. That something was started does not say that it has ended. */
function isSettled(action: string, { facts }: ActionResult): boolean {
  if (typeof facts !== 'object' || facts === null || !('outcome' in facts)) return false;
  const spec: ActionSpec | undefined = isActionName(action) ? actionSpec(action) : undefined;
  return facts['outcome'] === 'not-done' || (facts['outcome'] === 'done' && spec?.whileRunning !== 'done');
}
