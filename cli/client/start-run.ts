import { WorkflowExecutionAlreadyStartedError, type Client } from '@temporalio/client';
import { plural } from '../../report/index.ts';
import {
  memoKey,
  taskQueue,
  workflowTypes,
  type Plan,
  type RunInput,
  type RunMemo,
  type RunOptions,
  type StartedBy,
} from '../../workflows/contract.ts';
import type { CheckedFiles } from './files.ts';
import { searchAttributesOf } from './search-attributes.ts';

export interface StartedRun {
  readonly workflowId: string;
  /** True when the run was going on already: this start has changed nothing about it. */
  readonly attached: boolean;
}

/**
 * Starts the run of a plan. Its id names the manager, so that there is one run of it at a time, whoever starts it from wherever;
 * a second start attaches to the living one. Once that is closed a new one may start.
 */
export async function startRun(
  client: Client,
  files: CheckedFiles,
  plan: Plan,
  options: RunOptions,
  startedBy: StartedBy,
): Promise<StartedRun> {
  const input: RunInput = {
    runbook: files.runbook,
    runbookDigest: files.runbookDigest,
    inventory: files.inventory,
    options,
    plan,
    startedBy,
  };
  const memo: RunMemo = {
    outcome: 'running',
    phase: '',
    step: '',
    score: { done: 0, running: 0, waiting: 0, failed: 0, notStarted: plan.devices.length },
    questions: [],
  };
  try {
    await client.workflow.start(workflowTypes.run, {
      taskQueue,
      workflowId: plan.runId,
      args: [input],
      // Not USE_EXISTING: the operator must be told that this is not a start of their own.
      workflowIdConflictPolicy: 'FAIL',
      workflowIdReusePolicy: 'ALLOW_DUPLICATE',
      staticSummary: `${files.runbook.title}: ${plan.manager.name}`.slice(0, 200),
      staticDetails: startDetails(files, plan, options, startedBy),
      memo: { [memoKey]: memo },
      typedSearchAttributes: searchAttributesOf({
        RunbookName: plan.runbook.name,
        RunbookDigest: files.runbookDigest,
        ManagerName: plan.manager.name,
        RunPhase: 'starting',
        ...(options.changeId === undefined ? {} : { ChangeId: options.changeId }),
      }),
    });
    return { workflowId: plan.runId, attached: false };
  } catch (thrown) {
    if (thrown instanceof WorkflowExecutionAlreadyStartedError)
      return { workflowId: plan.runId, attached: true };
    throw thrown;
  }
}

const detailDevices = 50;

/** What an auditor reads first in the Temporal UI. Names of boxes go into code marks, so that no markdown in them works. */
function startDetails(files: CheckedFiles, plan: Plan, options: RunOptions, startedBy: StartedBy): string {
  const code = (text: string): string => `\`${text.replaceAll('`', "'").replace(/\s+/g, ' ').slice(0, 80)}\``;
  const devices = plan.devices.slice(0, detailDevices).map((device) => code(device.name));
  const more = plan.devices.length - devices.length;
  return [
    `**${files.runbook.title}** (${files.runbook.name}, version ${files.runbook.version})`,
    `Manager: ${code(plan.manager.name)} ${code(plan.manager.address)}`,
    `${plan.devices.length} ${plural(plan.devices.length, 'device')}: ${devices.join(', ')}${more > 0 ? ` and ${more} more` : ''}`,
    `Change: ${options.changeId === undefined ? 'none given' : code(options.changeId)}`,
    `${startedBy.approval === 'unattended' ? 'Unattended, pre-approved by' : 'Approved on the terminal by'} ${code(startedBy.identity)}; plan of ${plan.madeAt}`,
    `Runbook ${code(files.runbookDigest)}, inventory ${code(files.inventory.digest)}`,
  ].join('\n\n');
}
