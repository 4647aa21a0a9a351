import type { Client, WorkflowExecutionInfo } from '@temporalio/client';
import { RunbookError } from '../../errors/index.ts';
import { workflowTypes } from '../../workflows/contract.ts';

/** Name of the newest run; of a fleet as a whole, not of its members. */
export const lastRun = '@last';

/** Runs and fleets, the newest first; `alone`: without those that a fleet has started. */
export async function listRuns(
  client: Client,
  limit: number,
  { alone = false }: { readonly alone?: boolean } = {},
): Promise<WorkflowExecutionInfo[]> {
  const runs: WorkflowExecutionInfo[] = [];
  // Standard visibility sorts by itself: open ones and the newest first.
  for await (const run of client.workflow.list({
    query: `WorkflowType IN ('${workflowTypes.run}', '${workflowTypes.fleet}')${alone ? ' AND ParentWorkflowId IS NULL' : ''}`,
    pageSize: Math.min(limit, 500),
  })) {
    runs.push(run);
    if (runs.length >= limit) break;
  }
  return runs.sort((a, b) => b.startTime.getTime() - a.startTime.getTime());
}

/** Of ids that begin or end with what was typed, as many as are looked at. */
const searched = 2_000;

/**
 * The workflow id that is meant: a whole id, `@last`, or what an id begins or ends with, where that is just one.
 * @throws RunbookError ENGINE_NO_RUN, INPUT_INVALID when several fit
 */
export async function findRun(client: Client, reference: string = lastRun): Promise<string> {
  if (reference === lastRun) {
    const [newest] = await listRuns(client, 20, { alone: true });
    if (newest === undefined)
      throw new RunbookError('ENGINE_NO_RUN', 'There is no run yet.', {
        remedy: 'Start one with `runbook run`.',
      });
    return newest.workflowId;
  }
  const ids = [...new Set((await listRuns(client, searched)).map((run) => run.workflowId))];
  return chooseRun(ids, reference);
}

/** As {@link findRun}, among these ids. A whole id need not be among them: visibility lags behind a start. */
export function chooseRun(ids: readonly string[], reference: string): string {
  if (ids.includes(reference)) return reference;
  const fitting = ids.filter((id) => id.startsWith(reference) || id.endsWith(reference));
  const [only] = fitting;
  if (fitting.length > 1)
    throw new RunbookError('INPUT_INVALID', `Several runs fit ${reference}: ${fitting.join(', ')}.`, {
      remedy: 'Give the whole id.',
    });
  return only ?? reference;
}
