import {
  ActivityCancellationType,
  ActivityFailure,
  proxyActivities,
  TimeoutFailure,
} from '@temporalio/workflow';
import { actionSpec, type ActionName, type ActionSpec } from '../language/actions.ts';
import type { ActionInput, ActionResult, Beat } from './contract.ts';
import { atWorkerOf, goneFailure } from './standing-session.ts';
import { onSite, siteFailure, siteOf } from './sites.ts';

type AnyActivity = (input: ActionInput) => Promise<ActionResult>;

/** Long enough that a busy worker is not taken for a dead one, short enough that a dead one is noticed soon. */
const heartbeatTimeoutMs = 10_000;

/**
 * One attempt of an action. Never repeated by the server: a repetition that matters to the audit is a new activity with an id
 * of its own, scheduled by the workflow.
 */
export async function callAction(
  name: ActionName,
  input: ActionInput,
  /** What the runbook calls the step: of an action that fits any box it says more than the summary of the action. */
  title?: string,
): Promise<ActionResult> {
  const spec: ActionSpec = actionSpec(name);
  const site = siteOf(spec, input);
  const looks = input.then?.steps.filter((step) => step.do !== undefined) ?? [];
  const seconds = looks.reduce(
    (sum, look) => sum + actionSpec(look.do as ActionName).timeoutSeconds,
    spec.timeoutSeconds,
  );
  const proxy = proxyActivities<Record<ActionName, AnyActivity>>({
    startToCloseTimeout: seconds * 1000,
    heartbeatTimeout: heartbeatTimeoutMs,
    retry: { maximumAttempts: 1 },
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    ...(input.standing === undefined ? onSite(site, input) : atWorkerOf(input.standing, input)),
  });
  const box = input.target?.name ?? 'the run';
  const itself =
    spec.scope === 'box' && title !== undefined ? `${box}: ${title}` : spec.summary.replace('{name}', box);
  const summary =
    looks.length === 0 ? itself : `${itself}; then, where wanted: ${looks.map(({ id }) => id).join(', ')}`;
  const where = input.target?.uuid ?? input.target?.entry;
  const activityId = `${input.step}${where === undefined || spec.scope === 'manager' ? '' : `@${where}`}#${String(input.attempt)}`;
  try {
    return await proxy[name].executeWithOptions({ activityId, summary: summary.slice(0, 200) }, [input]);
  } catch (thrown) {
    const before = input.then === undefined ? undefined : toldBefore(thrown);
    if (before !== undefined) return before;
    throw input.standing === undefined ? siteFailure(thrown, site, input) : goneFailure(thrown, input);
  }
}

/** What a worker had told of a stretch before it was lost: the step itself is done, and a look that was not told of is made anew. */
function toldBefore(thrown: unknown): ActionResult | undefined {
  const cause = thrown instanceof ActivityFailure ? thrown.cause : undefined;
  return cause instanceof TimeoutFailure
    ? (cause.lastHeartbeatDetails as Partial<Beat> | undefined)?.done
    : undefined;
}
