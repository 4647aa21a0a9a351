import { randomBytes } from 'node:crypto';
import type { Client } from '@temporalio/client';
import { utcStamp } from '../../report/index.ts';
import {
  taskQueue,
  workflowTypes,
  type Plan,
  type PlanInput,
  type RunOptions,
  type TargetRef,
} from '../../workflows/contract.ts';
import type { CheckedFiles } from './files.ts';
import { searchAttributesOf } from './search-attributes.ts';

export interface StartedPlan {
  readonly workflowId: string;
  result(): Promise<Plan>;
}

/** What the look is for: the name it is found by in the Temporal UI. */
export interface PlanLook {
  readonly kind: 'plan' | 'check';
}

/** Starts the look at all boxes. It changes nothing on them; two plans at once do not disturb each other. */
export async function startPlan(
  client: Client,
  files: CheckedFiles,
  options: RunOptions,
  { kind }: PlanLook = { kind: 'plan' },
): Promise<StartedPlan> {
  const workflowId = `${kind}/${files.runbook.name}/${utcStamp(new Date())}-${randomBytes(3).toString('hex')}`;
  const input: PlanInput & { entries: readonly TargetRef[] } = {
    runbook: files.runbook,
    runbookDigest: files.runbookDigest,
    inventory: files.inventory,
    options,
    entries: files.entries,
  };
  const handle = await client.workflow.start(workflowTypes.plan, {
    taskQueue,
    workflowId,
    args: [input],
    staticSummary: `${kind === 'check' ? 'Check' : 'Plan'}: ${files.runbook.title}`.slice(0, 200),
    staticDetails: 'Reads every box and says what a run would do. Changes nothing.',
    typedSearchAttributes: searchAttributesOf({
      RunbookName: files.runbook.name,
      RunbookDigest: files.runbookDigest,
      ...(options.changeId === undefined ? {} : { ChangeId: options.changeId }),
    }),
  });
  return { workflowId, result: () => handle.result() as Promise<Plan> };
}
