import { proxyActivities, workflowInfo } from '@temporalio/workflow';
import { RunbookError } from '../errors/index.ts';
import type { ActionSpec } from '../language/actions.ts';
import { siteKnock, siteQueue, type ActionInput } from './contract.ts';
import { wasNotTaken } from './failure.ts';

/** Time for a worker of a site to be started again; a busy one takes its next step much sooner. */
const siteWorkerMs = 60_000;

/**
 * The site whose worker does an action: that of the box it acts on. An action that goes to the manager as well is done from there
 * too, so that worker must reach both.
 */
export function siteOf(spec: ActionSpec, input: ActionInput): string | undefined {
  if (spec.servedBy === 'manager') return input.manager?.site;
  return spec.scope === 'engine' ? undefined : input.target?.site;
}

/** Options of an activity that only a worker of the site may take, and not for ever waits for one. */
export function onSite(
  site: string | undefined,
  input: ActionInput,
): { taskQueue?: string; scheduleToStartTimeout?: number } {
  if (site === undefined) return {};
  return {
    taskQueue: siteQueue(workflowInfo().taskQueue, site),
    scheduleToStartTimeout: input.settings?.siteWorkerMs ?? siteWorkerMs,
  };
}

/** What a step failed with; that nobody took it gets a name of its own. */
export function siteFailure(thrown: unknown, site: string | undefined, input: ActionInput): unknown {
  if (site === undefined || !wasNotTaken(thrown)) return thrown;
  const seconds = Math.round((input.settings?.siteWorkerMs ?? siteWorkerMs) / 1000);
  return new RunbookError(
    'ENGINE_NO_SITE_WORKER',
    `No worker of the site ${site} took this step within ${String(seconds)} s. It was not begun.`,
    {
      site,
      cause: `site:${site}`,
      remedy: `Start \`runbook worker --site ${site}\` on a machine of that site (TEMPORAL_ADDRESS names this server); the run then goes on by itself.`,
    },
  );
}

/** Lies in the queue of the site until a worker takes it, for days if need be. */
export async function knockAt(site: string): Promise<void> {
  const proxy = proxyActivities<Record<typeof siteKnock, () => Promise<void>>>({
    taskQueue: siteQueue(workflowInfo().taskQueue, site),
    startToCloseTimeout: '1 minute',
  });
  await proxy[siteKnock].executeWithOptions({ summary: `Wait for a worker of the site ${site}` }, []);
}
