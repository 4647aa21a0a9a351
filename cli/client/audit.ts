import type { Client, WorkflowExecutionInfo } from '@temporalio/client';
import type { Audit, AuditEntry } from '../../report/index.ts';
import { historyEntries } from './history-entries.ts';

/** Histories read at the same time; more would only queue at the server. */
const atOnce = 8;

/** Reads what the histories of a run and of all its devices have recorded, in order of time. Works without a worker. */
export async function readAudit(client: Client, workflowId: string): Promise<Audit> {
  const { runId } = await client.workflow.getHandle(workflowId).describe();
  const executions: Pick<WorkflowExecutionInfo, 'workflowId' | 'runId'>[] = [];
  for await (const child of client.workflow.list({
    query: `RootRunId = '${runId}'`,
  })) {
    executions.push(child);
  }
  if (!executions.some((execution) => execution.workflowId === workflowId))
    executions.unshift({ workflowId, runId });
  const entries: AuditEntry[] = [];
  const missing: string[] = [];
  const queue = [...executions];
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
        try {
          const history = await client.workflow.getHandle(next.workflowId, next.runId).fetchHistory();
          const found = await historyEntries(client, next.workflowId, history.events ?? []);
          entries.push(...found);
        } catch {
          missing.push(next.workflowId);
        }
      }
    }),
  );
  entries.sort((a, b) => a.startedAt.localeCompare(b.startedAt));
  return {
    readAt: new Date().toISOString(),
    namespace: client.options.namespace,
    entries,
    ...(missing.length === 0
      ? {}
      : {
          gap: `${missing.length} of ${executions.length} histories could not be read: ${missing.slice(0, 5).join(', ')}`,
        }),
  };
}
