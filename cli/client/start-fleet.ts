import { WorkflowExecutionAlreadyStartedError, type Client } from '@temporalio/client';
import { plural } from '../../report/index.ts';
import {
  memoKey,
  taskQueue,
  workflowTypes,
  type FleetCanary,
  type FleetInput,
  type LeftOut,
  type Plan,
  type RunMemo,
  type StartedBy,
} from '../../workflows/contract.ts';
import type { CheckedFleet } from './fleet-files.ts';
import type { PlannedMember } from './fleet-plan-file.ts';
import { searchAttributesOf } from './search-attributes.ts';
import type { StartedRun } from './start-run.ts';

export function fleetId(name: string): string {
  return `fleet/${name}`;
}

/** What a run needs of its plan: the rest is for people, and would fill the history of the fleet. */
export function memberPlan(plan: Plan): Plan {
  const { schemaVersion, kind, runbook, inventory, madeAt, planWorkflowId, runId, entries, drift, inputs } =
    plan;
  return {
    ...{ schemaVersion, kind, runbook, inventory, madeAt, planWorkflowId, runId, entries, drift, inputs },
    manager: { ...plan.manager, columns: {} },
    steps: [],
    devices: [],
    findings: [],
    runnable: plan.runnable,
  };
}

/** Starts the run of a fleet; a second start attaches to the one that is going on. */
export async function startFleet(
  client: Client,
  checked: CheckedFleet,
  planned: readonly PlannedMember[],
  leftOut: readonly LeftOut[],
  startedBy: StartedBy,
): Promise<StartedRun> {
  const { fleet } = checked;
  const { canary } = fleet;
  const input: FleetInput = {
    fleet: { name: fleet.name, digest: fleet.digest, file: fleet.file },
    runbook: checked.runbook,
    runbookDigest: checked.runbookDigest,
    members: checked.members.flatMap(({ name, order, files, options }) => {
      const plan = planned.find((one) => one.name === name)?.plan;
      if (plan === undefined) return [];
      return [
        {
          name,
          order,
          inventory: files.inventory,
          options: { ...options, inputs: plan.inputs },
          plan: memberPlan(plan),
          devices: plan.devices.length,
        },
      ];
    }),
    leftOut,
    limits: { fmcs: fleet.limits.fmcs, devices: checked.lanes, budget: fleet.limits.budget },
    ...(canary === undefined ? {} : { canary: present(canary, checked) }),
    startedBy,
    ...(fleet.change === undefined ? {} : { changeId: fleet.change }),
  };
  const workflowId = fleetId(fleet.name);
  const memo: RunMemo = {
    outcome: 'running',
    phase: '',
    step: '',
    score: { done: 0, running: 0, waiting: 0, failed: 0, notStarted: input.members.length },
    questions: [],
  };
  try {
    await client.workflow.start(workflowTypes.fleet, {
      taskQueue,
      workflowId,
      args: [input],
      workflowIdConflictPolicy: 'FAIL',
      workflowIdReusePolicy: 'ALLOW_DUPLICATE',
      staticSummary: `${checked.runbook.title}: fleet ${fleet.name}`.slice(0, 200),
      staticDetails: startDetails(input),
      memo: { [memoKey]: memo },
      typedSearchAttributes: searchAttributesOf({
        RunbookName: checked.runbook.name,
        RunbookDigest: checked.runbookDigest,
        ManagerName: `${input.members.length} ${plural(input.members.length, 'member')}`,
        RunPhase: 'starting',
        ...(fleet.change === undefined ? {} : { ChangeId: fleet.change }),
      }),
    });
    return { workflowId, attached: false };
  } catch (thrown) {
    if (thrown instanceof WorkflowExecutionAlreadyStartedError) return { workflowId, attached: true };
    throw thrown;
  }
}

/** One that is left out cannot go first: then the first of the others does. */
function present(canary: FleetCanary, { members }: CheckedFleet): FleetCanary {
  if (members.some(({ name }) => name === canary.member)) return canary;
  const [first] = [...members].sort((a, b) => a.order - b.order);
  return { ...canary, member: first?.name ?? canary.member };
}

function startDetails({ fleet, runbook, members, leftOut, limits, startedBy, changeId }: FleetInput): string {
  const code = (text: string): string => `\`${text.replaceAll('`', "'").replace(/\s+/g, ' ').slice(0, 80)}\``;
  const shown = members.slice(0, 50).map(({ name, plan }) => `${code(name)} (${code(plan.manager.name)})`);
  const more = members.length - shown.length;
  return [
    `**Fleet ${code(fleet.name)}**: ${runbook.title} (${runbook.name}, version ${runbook.version})`,
    `${members.length} ${plural(members.length, 'member')}: ${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}`,
    ...(leftOut.length === 0 ? [] : [`Left out: ${leftOut.map(({ name }) => code(name)).join(', ')}`]),
    `At once: ${limits.fmcs} members, ${limits.devices} devices; ${String(limits.budget)} may fail`,
    `Change: ${changeId === undefined ? 'none given' : code(changeId)}`,
    `${startedBy.approval === 'unattended' ? 'Unattended, pre-approved by' : 'Approved on the terminal by'} ${code(startedBy.identity)}`,
  ].join('\n\n');
}
