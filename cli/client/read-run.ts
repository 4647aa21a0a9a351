import { WorkflowNotFoundError, type Client, type WorkflowExecutionDescription } from '@temporalio/client';
import { RunbookError } from '../../errors/index.ts';
import { memoKey, stateQuery, type RunDocument, type RunMemo } from '../../workflows/contract.ts';

/** How long a worker may take to answer before the last recorded state is shown instead. */
const queryMs = 1_500;

/** Where a run stands, and how that is known. */
export type RunReading<Document = RunDocument> =
  | { readonly from: 'worker' | 'result'; readonly document: Document; readonly closed: boolean }
  | { readonly from: 'record'; readonly record: RunRecord; readonly closed: boolean };

/** What the server alone knows of a run. */
export interface RunRecord {
  readonly run: string;
  /** RUNNING, COMPLETED, FAILED, CANCELLED, TERMINATED, … */
  readonly status: string;
  readonly startedAt: string;
  readonly endedAt?: string;
  readonly memo?: RunMemo;
}

/**
 * Reads a run: from its result when closed, else from its worker, else what the server has recorded. Never wakes a worker.
 * @throws RunbookError ENGINE_NO_RUN
 */
export async function readRun<Document = RunDocument>(
  client: Client,
  workflowId: string,
  waitMs = queryMs,
): Promise<RunReading<Document>> {
  const handle = client.workflow.getHandle(workflowId);
  const description = await describeRun(client, workflowId);
  if (description.status.name === 'COMPLETED') {
    const result = (await handle.result()) as Document & { bulk?: true };
    // Only a mark of how it travelled.
    delete result.bulk;
    return { from: 'result', document: result, closed: true };
  }
  const closed = description.closeTime !== undefined;
  if (!closed) {
    try {
      const document = await client.connection.withDeadline(Date.now() + waitMs, () =>
        handle.query<Document>(stateQuery),
      );
      return { from: 'worker', document, closed: false };
    } catch {
      // No worker, a busy one, or one that cannot replay it: all that is sure is what the server has.
    }
  }
  return { from: 'record', record: recordOf(description), closed };
}

/** @throws RunbookError ENGINE_NO_RUN */
export async function describeRun(client: Client, workflowId: string): Promise<WorkflowExecutionDescription> {
  try {
    return await client.workflow.getHandle(workflowId).describe();
  } catch (thrown) {
    if (thrown instanceof WorkflowNotFoundError)
      throw new RunbookError('ENGINE_NO_RUN', `There is no run ${workflowId}.`);
    throw thrown;
  }
}

export function recordOf(
  description: Pick<
    WorkflowExecutionDescription,
    'workflowId' | 'status' | 'startTime' | 'closeTime' | 'memo'
  >,
): RunRecord {
  const memo = description.memo?.[memoKey] as RunMemo | undefined;
  return {
    run: description.workflowId,
    status: description.status.name,
    startedAt: description.startTime.toISOString(),
    ...(description.closeTime === undefined ? {} : { endedAt: description.closeTime.toISOString() }),
    ...(memo === undefined ? {} : { memo }),
  };
}

/** Is a run of this id going on? */
export async function isOpen(client: Client, workflowId: string): Promise<boolean> {
  try {
    return (await client.workflow.getHandle(workflowId).describe()).status.name === 'RUNNING';
  } catch (thrown) {
    if (thrown instanceof WorkflowNotFoundError) return false;
    throw thrown;
  }
}
