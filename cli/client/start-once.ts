import { WorkflowExecutionAlreadyStartedError, type Client } from '@temporalio/client';
import { memoAtStart, memoKey, taskQueue, type StartedBy } from '../../workflows/contract.ts';
import { searchAttributesOf } from './search-attributes.ts';

export interface StartedRun {
  readonly workflowId: string;
  /** True when the run was going on already: this start has changed nothing about it. */
  readonly attached: boolean;
}

export interface NewRun {
  readonly type: string;
  readonly workflowId: string;
  readonly input: unknown;
  /** One line, and what an auditor reads first, in the Temporal UI. */
  readonly summary: string;
  readonly details: string;
  /** What has not begun yet: devices, or members of a fleet. */
  readonly notStarted: number;
  readonly attributes: Parameters<typeof searchAttributesOf>[0];
}

/** Starts a workflow, one at a time of its id, whoever starts it from wherever. Once that is closed a new one may start. */
export async function startOnce(client: Client, run: NewRun): Promise<StartedRun> {
  const { workflowId } = run;
  try {
    await client.workflow.start(run.type, {
      taskQueue,
      workflowId,
      args: [run.input],
      // Not USE_EXISTING: the operator must be told that this is not a start of their own.
      workflowIdConflictPolicy: 'FAIL',
      workflowIdReusePolicy: 'ALLOW_DUPLICATE',
      staticSummary: run.summary.slice(0, 200),
      staticDetails: run.details,
      memo: { [memoKey]: memoAtStart(run.notStarted) },
      typedSearchAttributes: searchAttributesOf({ ...run.attributes, RunPhase: 'starting' }),
    });
    return { workflowId, attached: false };
  } catch (thrown) {
    if (thrown instanceof WorkflowExecutionAlreadyStartedError) return { workflowId, attached: true };
    throw thrown;
  }
}

/** A name in the details: in a code mark, so that no markdown in it works. */
export function codeMark(text: string): string {
  return `\`${text.replaceAll('`', "'").replace(/\s+/g, ' ').slice(0, 80)}\``;
}

/** Who said yes, and how. */
export function approvalText({ approval, identity }: StartedBy): string {
  return `${approval === 'unattended' ? 'Unattended, pre-approved by' : 'Approved on the terminal by'} ${codeMark(identity)}`;
}
