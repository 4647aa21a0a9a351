import { Worker, type NativeConnection, type WorkerOptions } from '@temporalio/worker';
import { createActivities, FailureInterceptor, type ActivityDeps } from '../activities/index.ts';
import {
  createCurrentProfiles,
  createSessions,
  type ApplianceProfile,
  type Sessions,
} from '../devices/index.ts';
import { formatIssue, RunbookError } from '../errors/index.ts';
import { durationMs } from '../language/index.ts';
import { readWindows, runSettings, windowLook, type Settings } from '../loader/index.ts';
import { siteQueue, taskQueue, type WindowLook } from '../workflows/contract.ts';
import { familyFolders, largePayloads, type Journal } from '../supervisor/index.ts';
import { createInventories, type SiteFiles } from './inventories.ts';
import { journalled } from './journalled.ts';
import { OwnQueue } from './own-queue.ts';
import { prepareWorkflowThread } from './workflow-thread.ts';

export { prepareWorkflowThread } from './workflow-thread.ts';

/** What a worker takes on at once. */
export const workerLimits = { maxConcurrentActivityTaskExecutions: 600, maxCachedWorkflows: 1500 } as const;

/** Of its own queue: answers of people come one by one, or for a shard at once; and each session that stands may be watched. */
const ownLimits = { maxConcurrentActivityTaskExecutions: 400 } as const;

export interface WorkerParts {
  readonly connection: NativeConnection;
  readonly namespace: string;
  readonly settings: Settings;
  readonly reportsFolder: string;
  /** Folder with device families beside the shipped ones; may be missing. */
  readonly families?: string;
  readonly journal: Journal;
  readonly graceMs: number;
  /** Default: the product's own queue. */
  readonly queue?: string;
  /** The workflows; a worker of a site runs none. */
  readonly bundle?: NonNullable<WorkerOptions['workflowBundle']>;
  /** Serve the boxes of one site, with the files of this machine. */
  readonly site?: SiteFiles;
}

export interface CreatedWorker {
  readonly worker: Worker;
  readonly sessions: Sessions;
}

/** Puts a worker together: profiles, sessions, inventories, activities. Throws INPUT_INVALID when a profile has faults. */
export async function createWorker(parts: WorkerParts): Promise<CreatedWorker> {
  const { settings, queue = taskQueue } = parts;
  const profiles = currentProfiles(settings, parts.families);
  const sessions = createSessions({
    profiles: (family) => profiles().get(family),
    loginsPerSecond: settings.loginsPerSecond,
    loginBurst: settings.loginBurst,
    concurrentLogins: settings.concurrentLogins,
    samePasswordAtOnce: settings.samePasswordAtOnce,
    idleCloseMs: durationMs(settings.sessions.closeIdleAfter),
    keepIdle: settings.sessions.keepIdle,
    jumpChannels: settings.jumpHosts.channels,
    jumpConnections: settings.jumpHosts.connections,
  });
  profiles();
  const { endpoint, secret } = createInventories(settings, parts.site);
  const served = parts.site === undefined ? queue : siteQueue(queue, parts.site.site);
  const own = new OwnQueue(served, (taskQueue) => Worker.create({ ...common(), taskQueue, ...ownLimits }));
  const deps: ActivityDeps = {
    sessions,
    endpoint,
    secret,
    ownQueue: () => own.name(),
    isEnding: () => own.isEnding,
    faults: (family) => profiles().get(family)?.faults ?? [],
    nextWindow: (text, at, takesMs) => lookAtWindows(settings, text, at, takesMs),
    settings: runSettings(settings),
    reportsFolder: parts.reportsFolder,
    now: Date.now,
  };
  prepareWorkflowThread();
  const common = (): Omit<WorkerOptions, 'taskQueue'> => ({
    connection: parts.connection,
    namespace: parts.namespace,
    dataConverter: { payloadCodecs: [largePayloads] },
    activities: createActivities(deps, journalled(parts.journal)),
    interceptors: {
      activity: [() => ({ inbound: new FailureInterceptor() })],
    },
    // An activity hears of a cancel with the answer to a heartbeat; by default that is held back for eight seconds.
    maxHeartbeatThrottleInterval: '2s',
    shutdownGraceTime: parts.graceMs,
  });
  const worker = await Worker.create({
    ...common(),
    taskQueue: served,
    ...(parts.site !== undefined || parts.bundle === undefined ? {} : { workflowBundle: parts.bundle }),
    ...workerLimits,
  });
  return {
    worker,
    sessions: {
      ...sessions,
      close: async () => {
        await own.close();
        await sessions.close();
      },
    },
  };
}

/** As their files are at each use, so that an edited profile takes effect with the next retry. Throws INPUT_INVALID. */
function currentProfiles(
  { profilesDir }: Settings,
  families = '',
): () => ReadonlyMap<string, ApplianceProfile> {
  const current = createCurrentProfiles(() => familyFolders({ families }, profilesDir));
  return () => {
    const { profiles, issues } = current();
    if (issues.length > 0) throw new RunbookError('INPUT_INVALID', issues.map(formatIssue).join('\n'));
    return profiles;
  };
}

/** The run's own windows, else those of the site. Throws INPUT_INVALID where the run's cannot be read (here; its client could). */
function lookAtWindows(settings: Settings, text: string, at: Date, takesMs: number): WindowLook {
  const windows = text === '' ? settings.rollout.windows : readWindows(text);
  if (typeof windows === 'string')
    throw new RunbookError('INPUT_INVALID', `The windows of the run: ${windows}`);
  return windowLook(windows, at, takesMs);
}
