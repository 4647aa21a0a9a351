import type { Client } from '@temporalio/client';
import { defineSearchAttributeKey } from '@temporalio/common';
import { listRuns } from './find-run.ts';
import { recordOf, type RunRecord } from './read-run.ts';

/** A line of `runbook list`: what the server knows without a worker. */
export interface ListedRun extends RunRecord {
  readonly runbook: string;
  readonly manager: string;
  readonly change: string;
}

const runbookName = defineSearchAttributeKey('RunbookName', 'KEYWORD');
const managerName = defineSearchAttributeKey('ManagerName', 'KEYWORD');
const changeId = defineSearchAttributeKey('ChangeId', 'KEYWORD');

export async function readRunList(client: Client, limit: number): Promise<ListedRun[]> {
  const runs = await listRuns(client, limit, { alone: true });
  return runs.map((run) => ({
    ...recordOf(run),
    runbook: run.typedSearchAttributes.get(runbookName) ?? '',
    manager: run.typedSearchAttributes.get(managerName) ?? '',
    change: run.typedSearchAttributes.get(changeId) ?? '',
  }));
}
