import type { ActivityExecuteInput, ActivityInboundCallsInterceptor, Next } from '@temporalio/worker';
import { RunbookError } from '../errors/index.ts';
import { actionSpec, isActionName, type ActionSpec } from '../language/index.ts';
import type { Journal } from '../supervisor/index.ts';
import type { ActionInput, ActionResult } from '../workflows/contract.ts';

/**
 * Keeps the {@link Journal}: an action that changes a box is written down before it begins and struck out when its end was seen, by
 * itself or by its probe. What is only started by an action (`whileRunning: 'done'`) stays until it has been followed to its end;
 * what gave up, or was cut off, stays until somebody has looked at the box.
 */
export class JournalInterceptor implements ActivityInboundCallsInterceptor {
  readonly #journal: Journal;
  readonly #action: string;

  constructor(journal: Journal, action: string) {
    this.#journal = journal;
    this.#action = action;
  }

  async execute(
    input: ActivityExecuteInput,
    next: Next<ActivityInboundCallsInterceptor, 'execute'>,
  ): Promise<unknown> {
    const name = this.#action;
    const [given] = input.args as [ActionInput];
    if (!isActionName(name) || given.target === undefined) return await next(input);
    const spec: ActionSpec = actionSpec(name);
    const about = { run: given.run.workflowId, box: given.target.name };
    if (spec.effect === 'read') {
      const result = (await next(input)) as ActionResult;
      const left = this.#journal.find({ ...about, matter: name });
      if (left !== undefined && isSettled(left.action, result)) this.#journal.settle(left);
      return result;
    }
    const entry = this.#journal.begin({
      action: name,
      matter: spec.probe ?? name,
      ...about,
      address: given.target.address,
      step: given.step,
    });
    try {
      const result = await next(input);
      if (spec.whileRunning !== 'done') this.#journal.end(entry);
      return result;
    } catch (thrown) {
      if (thrown instanceof RunbookError && thrown.entry.class === 'not-yet') this.#journal.end(entry);
      else if (thrown instanceof RunbookError) this.#journal.fail(entry, thrown.code, thrown.context.state);
      // Anything else is a cancel, mostly by the end of this worker: nobody has seen how it went on.
      throw thrown;
    }
  }
}

/** The probe has found the matter of the action settled. That something was started does not say that it has ended. */
function isSettled(action: string, { facts }: ActionResult): boolean {
  if (typeof facts !== 'object' || facts === null || !('outcome' in facts)) return false;
  const spec: ActionSpec | undefined = isActionName(action) ? actionSpec(action) : undefined;
  return facts['outcome'] === 'not-done' || (facts['outcome'] === 'done' && spec?.whileRunning !== 'done');
}
