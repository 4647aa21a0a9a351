import {
  WorkflowNotFoundError,
  type Client,
  type WorkflowExecutionDescription,
  type WorkflowHandle,
} from '@temporalio/client';
import { RunbookError } from '../../errors/index.ts';
import {
  memoKey,
  stateQuery,
  type DeviceDocument,
  type RunDocument,
  type RunMemo,
  type StateChanges,
} from '../../workflows/contract.ts';

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
  ask = (asked: WorkflowHandle): Promise<Document> => asked.query<Document>(stateQuery),
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
      const document = await client.connection.withDeadline(Date.now() + waitMs, () => ask(handle));
      return { from: 'worker', document, closed: false };
    } catch {
      // No worker, a busy one, or one that cannot replay it: all that is sure is what the server has.
    }
  }
  return { from: 'record', record: recordOf(description), closed };
}

/** Reads runs again and again, as {@link readRun} does: after the first time only devices that have changed travel. */
export function createReader(): (client: Client, workflowId: string) => Promise<RunReading> {
  const known = new Map<string, { readonly mark: string; readonly document: RunDocument }>();
  return (client, workflowId) =>
    readRun(client, workflowId, queryMs, async (handle) => {
      const before = known.get(workflowId);
      const first = await askSince(handle, before?.mark ?? '');
      // One of an older worker, or a fleet.
      if (!('mark' in first)) return first;
      let answer = first;
      let document = merged(before?.document, answer);
      if (document === undefined) {
        answer = (await askSince(handle, '')) as StateChanges;
        ({ document } = answer);
      }
      known.set(workflowId, { mark: answer.mark, document });
      return document;
    });
}

function askSince(handle: WorkflowHandle, mark: string): Promise<RunDocument | StateChanges> {
  return handle.query<RunDocument | StateChanges, [string]>(stateQuery, mark);
}

/** Undefined where the devices that were known before are not all the others. */
function merged(before: RunDocument | undefined, { count, document }: StateChanges): RunDocument | undefined {
  if (document.devices.length === count) return document;
  const key = ({ manager, uuid }: DeviceDocument): string => `${manager}/${uuid}`;
  const changed = new Map(document.devices.map((device) => [key(device), device]));
  const devices = (before?.devices ?? []).map((device) => {
    const now = changed.get(key(device));
    changed.delete(key(device));
    return now ?? device;
  });
  return devices.length === count && changed.size === 0 ? { ...document, devices } : undefined;
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
