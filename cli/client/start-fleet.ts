import type { Client } from '@temporalio/client';
import { names, plural } from '../../report/index.ts';
import {
  workflowTypes,
  type FleetCanary,
  type FleetInput,
  type LeftOut,
  type Plan,
  type StartedBy,
} from '../../workflows/contract.ts';
import type { CheckedFleet } from './fleet-files.ts';
import type { PlannedMember } from './fleet-plan-file.ts';
import { approvalText, codeMark, startOnce, type StartedRun } from './start-once.ts';

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
    ...(plan.managers?.length === 0 ? { managers: [] } : {}),
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
          options: {
            ...options,
            inputs: plan.inputs,
            ...(plan.override === undefined ? {} : { override: plan.override }),
          },
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
  return await startOnce(client, {
    type: workflowTypes.fleet,
    workflowId: fleetId(fleet.name),
    input,
    summary: `${checked.runbook.title}: fleet ${fleet.name}`,
    details: startDetails(input),
    notStarted: input.members.length,
    attributes: {
      RunbookName: checked.runbook.name,
      RunbookDigest: checked.runbookDigest,
      ManagerName: `${input.members.length} ${plural(input.members.length, 'member')}`,
      ...(fleet.change === undefined ? {} : { ChangeId: fleet.change }),
    },
  });
}

/** One that is left out cannot go first: then the first of the others does. */
function present(canary: FleetCanary, { members }: CheckedFleet): FleetCanary {
  if (members.some(({ name }) => name === canary.member)) return canary;
  const [first] = [...members].sort((a, b) => a.order - b.order);
  return { ...canary, member: first?.name ?? canary.member };
}

function startDetails({ fleet, runbook, members, leftOut, limits, startedBy, changeId }: FleetInput): string {
  const shown = members.map(({ name, plan }) => `${codeMark(name)} (${codeMark(plan.manager.name)})`);
  return [
    `**Fleet ${codeMark(fleet.name)}**: ${runbook.title} (${runbook.name}, version ${runbook.version})`,
    `${members.length} ${plural(members.length, 'member')}: ${names(shown, 50)}`,
    ...(leftOut.length === 0 ? [] : [`Left out: ${leftOut.map(({ name }) => codeMark(name)).join(', ')}`]),
    `At once: ${limits.fmcs} members, ${limits.devices} devices; ${String(limits.budget)} may fail`,
    `Change: ${changeId === undefined ? 'none given' : codeMark(changeId)}`,
    approvalText(startedBy),
  ].join('\n\n');
}
