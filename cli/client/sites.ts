import type { Client } from '@temporalio/client';
import { siteQueue, taskQueue, type TargetRef } from '../../workflows/contract.ts';

/** A site of an inventory, and who works for it. */
export interface SiteStanding {
  readonly site: string;
  /** Entries of the inventory that lie there. */
  readonly boxes: number;
  /** Identities of the workers that asked for work just now. */
  readonly workers: readonly string[];
}

/** A worker asks at least once a minute; the server remembers for five. */
const recentMs = 90_000;

/** Which sites of these entries have a worker; by name. Only looks. */
export async function sitesOf(
  client: Client,
  entries: readonly Pick<TargetRef, 'site'>[],
  now = Date.now(),
): Promise<SiteStanding[]> {
  const boxes = new Map<string, number>();
  for (const { site } of entries) if (site !== undefined) boxes.set(site, (boxes.get(site) ?? 0) + 1);
  const sites = [...boxes.keys()].sort();
  return await Promise.all(
    sites.map(async (site) => ({
      site,
      boxes: boxes.get(site) ?? 0,
      workers: await workersOf(client, site, now),
    })),
  );
}

async function workersOf(client: Client, site: string, now: number): Promise<string[]> {
  const { pollers } = await client.workflowService.describeTaskQueue({
    namespace: client.options.namespace,
    taskQueue: { name: siteQueue(taskQueue, site) },
    // eslint-disable-next-line @typescript-eslint/no-unsafe-enum-assignment -- 2 = activities; the enum lives in a package we do not import
    taskQueueType: 2,
  });
  const recent = pollers.filter(
    ({ lastAccessTime }) => now - Number(lastAccessTime?.seconds ?? 0) * 1000 < recentMs,
  );
  return [...new Set(recent.map(({ identity }) => identity ?? '?'))].sort();
}
