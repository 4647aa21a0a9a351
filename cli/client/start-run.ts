import type { Client } from '@temporalio/client';
import { managersOf, names, plural } from '../../report/index.ts';
import {
  workflowTypes,
  type Plan,
  type RunInput,
  type RunOptions,
  type StartedBy,
} from '../../workflows/contract.ts';
import type { CheckedFiles } from './files.ts';
import { approvalText, codeMark, startOnce, type StartedRun } from './start-once.ts';

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
  return await startOnce(client, {
    type: workflowTypes.run,
    workflowId: plan.runId,
    input,
    summary: `${files.runbook.title}: ${plan.manager.name}`,
    details: startDetails(files, plan, options, startedBy),
    notStarted: plan.devices.length,
    attributes: {
      RunbookName: plan.runbook.name,
      RunbookDigest: files.runbookDigest,
      ManagerName: plan.manager.name,
      ...(options.changeId === undefined ? {} : { ChangeId: options.changeId }),
    },
  });
}

const detailDevices = 50;

/** What an auditor reads first in the Temporal UI. */
function startDetails(files: CheckedFiles, plan: Plan, options: RunOptions, startedBy: StartedBy): string {
  const devices = plan.devices.map(({ name }) => codeMark(name));
  return [
    `**${files.runbook.title}** (${files.runbook.name}, version ${files.runbook.version})`,
    ...managersOf(plan).map(({ name, address }) => `Manager: ${codeMark(name)} ${codeMark(address)}`),
    `${plan.devices.length} ${plural(plan.devices.length, 'device')}: ${names(devices, detailDevices)}`,
    `Change: ${options.changeId === undefined ? 'none given' : codeMark(options.changeId)}`,
    `${approvalText(startedBy)}; plan of ${plan.madeAt}`,
    `Runbook ${codeMark(files.runbookDigest)}, inventory ${codeMark(files.inventory.digest)}`,
  ].join('\n\n');
}
