/** A renewal without boxes: what each action answers, so that tests of the engine decide what happens. */
import { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { Worker } from '@temporalio/worker';
import { beat } from '../../activities/heartbeat.ts';
import { goThrough } from '../../activities/stretch.ts';
import { errorCatalogue, type ErrorCode } from '../../errors/index.ts';
import { actions, type ActionName } from '../../language/index.ts';
import { loadRunbook } from '../../loader/index.ts';
import { largePayloads } from '../../supervisor/index.ts';
import { commandEnd, siteKnock, siteQueue } from '../../workflows/contract.ts';
import type {
  ActionInput,
  ActionResult,
  Plan,
  RunDocument,
  RunInput,
  StandingSession,
  TargetRef,
} from '../../workflows/contract.ts';
import { testServer, uniqueName, workflowBundle, type TestServer } from './temporal.ts';
import { untilSeen, type Patience } from './until.ts';

export { goThrough };

/** Activities that say nothing any more. */
const silent = new WeakSet<Context>();

/** For an action: from here on, or from when it has said how far it got, its worker is as good as dead. */
export async function loseWorker(when: 'at once' | 'once told'): Promise<never> {
  const context = Context.current();
  if (when === 'once told') await context.sleep(2500);
  silent.add(context);
  return await context.cancelled;
}

export type FakeAction = (input: ActionInput) => ActionResult | Promise<ActionResult>;

export const managerUuid = 'aaaaaaaa-0000-4000-8000-000000000001';
export const deviceUuid = (n: number): string => `bbbbbbbb-0000-4000-8000-${String(n).padStart(12, '0')}`;

const summary = {
  subject: '',
  serial: '01',
  fingerprint: 'OLD',
  notBefore: '2016-01-01T00:00:00Z',
  notAfter: '2026-12-31T00:00:00Z',
  daysLeft: 38,
};

const aloneUnit = { kind: 'none', group: '', role: '', rank: 0, healthy: true, text: '' };

/** Actions that fit any box; the renewal uses none of them. */
const anyBox = {
  inspectBox: () => ({ facts: {} }),
  observe: () => ({ facts: { status: 0, output: '' } }),
  runCommand: () => ({ facts: { status: 0, output: '' } }),
  runCommandOnce: () => ({ facts: { status: 0, output: '' } }),
  probeCommand: () => ({ facts: { outcome: 'done', text: 'done' } }),
  readFile: () => ({ facts: { exists: false } }),
  readCertificate: () => ({ facts: { exists: true, fingerprint: 'NEW', keyFits: true, names: [] } }),
  tlsHandshake: () => ({ facts: { ok: true, answered: true, fingerprint: 'NEW' } }),
  backUpFiles: () => ({ facts: {} }),
  putFiles: () => ({ facts: { changed: 1 } }),
  restoreFiles: () => ({ facts: { changed: 1 } }),
  releaseFiles: () => ({ facts: {} }),
  probeFiles: () => ({ facts: { outcome: 'done', text: 'done' } }),
} satisfies Partial<Record<ActionName, FakeAction>>;

/** Answers under which everything goes well. `down`: devices (from 1) whose tunnel is down. */
export function goodAnswers(devices: number, down: readonly number[] = []): Record<ActionName, FakeAction> {
  const downUuids = new Set(down.map(deviceUuid));
  const isUp = (uuid: string | undefined): boolean => uuid === undefined || !downUuids.has(uuid);
  const list = Array.from({ length: devices }, (_, index) => ({
    uuid: deviceUuid(index + 1),
    name: `ftd-${String(index + 1)}`,
    address: `192.0.2.${String(index + 1)}:22`,
    entry: `ftd-${String(index + 1)}`,
  }));
  const uuids = new Map(list.map(({ entry, uuid }) => [entry, uuid]));
  const byDevice = Object.fromEntries(
    list.map((device) => [
      device.uuid,
      { up: isUp(device.uuid), channelA: true, channelB: true, since: null },
    ]),
  );
  const generated = { outcome: 'done', text: 'done' };
  return {
    ...anyBox,
    identifyEntry: (input) => {
      const isManager = input.target?.entry === 'fmc';
      const uuid = isManager ? managerUuid : (uuids.get(input.target?.entry ?? '') ?? '');
      return {
        facts: { uuid, kind: isManager ? 'fmc' : 'ftd', family: isManager ? 'cisco-fmc' : 'cisco-ftd' },
      };
    },
    readIdentity: () => ({
      facts: { uuid: managerUuid, hostname: 'fmc', model: 'FMC', version: '7.2', role: 'standalone' },
    }),
    readInternalCa: () => ({
      facts: {
        fingerprint: 'OLD',
        notBefore: summary.notBefore,
        notAfter: summary.notAfter,
        daysLeft: 38,
        expired: false,
        fresh: false,
        summary,
      },
    }),
    readPairState: () => ({
      facts: {
        isPair: false,
        known: true,
        role: 'standalone',
        state: 'unknown',
        rank: 0,
        other: '',
        otherUuid: '',
        troubles: [],
        surprises: [],
      },
    }),
    readUnit: () => ({ facts: aloneUnit }),
    checkRestart: () => ({ facts: { allowed: true, text: '' } }),
    tunnelStatus: () => ({
      facts: { up: devices - down.length, down: down.length, devices: list, byDevice },
    }),
    checkGenerator: () => ({ facts: { present: true, keepAlive: 'screen', text: '' } }),
    findGeneration: () => ({ facts: { running: false, foreign: false, text: '' } }),
    checkCriticalTasks: () => ({ facts: { known: true, clear: true, running: [], text: '' } }),
    proveBackup: () => ({
      facts: {
        fresh: true,
        text: '',
        summary: { path: '/var/sf/backup/b.tgz', sizeBytes: 1, sha256: 'ab', modifiedAt: '', ageHours: 2 },
      },
    }),
    inspectDevice: (input) => ({
      facts: {
        case: 'A',
        up: isUp(input.target?.uuid),
        tunnel: isUp(input.target?.uuid) ? 'up' : 'down',
        rung: isUp(input.target?.uuid) ? 'tunnel' : 'ssh',
        fallback: 'ssh',
        holds: 'new',
        sshOk: true,
        daysLeft: 38,
        notAfter: '2026-12-30T00:00:00Z',
        fingerprint: 'F',
        caFingerprint: 'OLD',
        skewSeconds: 0,
        fileWay: 'pty',
        otherManagers: [],
        unit: aloneUnit,
      },
    }),
    launchGenerateCerts: () => ({
      facts: {
        folder: '/l',
        session: 's',
        keepAlive: 'screen',
        startedAt: '2026-11-23T00:00:00Z',
        knownFolders: [],
      },
    }),
    awaitGenerateCerts: () => ({ facts: { fingerprint: 'NEW' } }),
    probeGeneration: () => ({ facts: generated }),
    readFailedPush: () => ({
      facts: {
        ca: { ...summary, fingerprint: 'NEW' },
        workFolder: '/w',
        generations: 1,
        generatedAt: '',
        generatedBy: 'this run',
        failedPush: '',
        missed: down.length,
        byDevice: Object.fromEntries(
          down.map((n) => [deviceUuid(n), { sources: ['/s'], destinations: ['/d'] }]),
        ),
      },
    }),
    probeDelivery: (input) => ({
      facts: {
        outcome: 'done',
        text: '',
        state: isUp(input.target?.uuid) ? 'new' : 'old',
        tunnel: isUp(input.target?.uuid) ? 'up' : 'down',
        rung: isUp(input.target?.uuid) ? 'tunnel' : 'ssh',
        fresh: false,
        leftovers: false,
        issuedFingerprint: 'N',
        heldFingerprint: 'N',
      },
    }),
    copyCertsFromManager: () => ({ facts: { state: 'reported', rung: 'fmc', fresh: false } }),
    probeHandDelivery: () => ({ facts: { outcome: 'done', state: 'new', reachable: false, fresh: true } }),
    deliverCerts: () => ({ facts: { state: 'new', rung: 'ssh' } }),
    restartTunnel: () => ({ facts: { at: '2026-11-23T00:00:00Z', pidBefore: 1, pidAfter: 2 } }),
    probeRestart: () => ({ facts: generated }),
    verifyTunnel: () => ({ facts: { up: true } }),
    judgeRollback: () => ({
      facts: {
        helps: true,
        why: '',
        tunnel: 'down',
        wanted: {},
        presentFingerprint: null,
        backupFingerprint: null,
      },
    }),
    restoreOldSet: () => ({ facts: { state: 'restored' } }),
    probeRollback: () => ({ facts: generated }),
    tidyManager: () => ({ facts: {} }),
    maintenanceWindow: () => ({ facts: { kind: 'always' } }),
    writePack: () => ({ facts: {} }),
    writeReport: () => ({ facts: {} }),
  };
}

/** An error as the failure interceptor of a worker sends it. */
export function failWith(code: ErrorCode, text = 'it failed', context: Record<string, unknown> = {}): never {
  throw ApplicationFailure.create({
    type: code,
    message: text,
    details: [context],
    nonRetryable: !errorCatalogue[code].retryable,
  });
}

export interface FakeWorld {
  readonly server: TestServer;
  readonly queue: string;
  readonly calls: { readonly action: ActionName; readonly input: ActionInput; readonly queue: string }[];
  plan(options?: Partial<RunInput['options']>): Promise<Plan>;
  start(
    plan: Plan,
    options?: Partial<RunInput['options']>,
  ): ReturnType<TestServer['client']['workflow']['start']>;
  /** Ids of standing sessions whose command has ended without an answer. */
  readonly ended: Set<string>;
  /** Runs `use` with a worker of a site beside the other one. */
  served<T>(site: string, use: () => Promise<T>): Promise<T>;
  state(workflowId: string): Promise<RunDocument>;
  until(workflowId: string, holds: (document: RunDocument) => boolean): Promise<RunDocument>;
}

/** What a plan and a run of the renewal get of the operator's files. */
export function renewalInput(
  lanes: number,
): Pick<RunInput, 'runbook' | 'runbookDigest' | 'inventory' | 'options'> {
  const loaded = loadRunbook('renew-sftunnel-ca');
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.issues));
  return {
    runbook: loaded.runbook,
    runbookDigest: loaded.digest,
    inventory: { inventory: '/inventory.csv', digest: 'd' },
    options: {
      inputs: Object.fromEntries(
        Object.entries(loaded.runbook.inputs).map(([name, spec]) => [name, spec.default]),
      ),
      accepted: [],
      lanes,
    },
  };
}

/** Rows of an inventory: the FMC, and so many devices. */
export const entriesOf = (devices: number): (TargetRef & { readonly entry: string })[] => [
  { name: 'fmc', address: '192.0.2.250:22', entry: 'fmc' },
  ...Array.from({ length: devices }, (_, index) => ({
    name: `ftd-${String(index + 1)}`,
    address: `192.0.2.${String(index + 1)}:22`,
    entry: `ftd-${String(index + 1)}`,
  })),
];

/** Below the timeout of a test, so that the worker is still taken down when what is waited for never comes. */
export const patience: Patience = { withinMs: 100_000, everyMs: 50 };

/** Runs `use` with a worker whose actions answer as `answers` say. */
export async function withFakeWorld<T>(
  devices: number,
  answers: Record<ActionName, FakeAction>,
  use: (world: FakeWorld) => Promise<T>,
  /** Entries that lie in a site. */
  sites: Readonly<Record<string, string>> = {},
): Promise<T> {
  const server = await testServer();
  const queue = uniqueName('queue');
  const calls: { action: ActionName; input: ActionInput; queue: string }[] = [];
  const activities = Object.fromEntries(
    Object.keys(actions).map((name) => [
      name,
      async (input: ActionInput) => {
        const context = Context.current();
        // An action that a test holds up must not be taken for one whose worker has died.
        const beats = setInterval(() => {
          if (!silent.has(context)) beat('');
        }, 1000);
        try {
          return await goThrough(name as ActionName, input, async (action, given) => {
            calls.push({ action, input: given, queue: context.info.taskQueue });
            return await answers[action](given);
          });
        } finally {
          clearInterval(beats);
        }
      },
    ]),
  );
  const ended = new Set<string>();
  Object.assign(activities, {
    [siteKnock]: () => Promise.resolve(),
    [commandEnd]: async ({ id }: StandingSession) => {
      while (!ended.has(id)) {
        Context.current().heartbeat();
        await Context.current().sleep(50);
      }
    },
  });
  const worker = await Worker.create({
    connection: server.nativeConnection,
    namespace: server.namespace,
    taskQueue: queue,
    workflowBundle: await workflowBundle(),
    dataConverter: { payloadCodecs: [largePayloads] },
    activities,
  });
  const entries = entriesOf(devices).map((entry): TargetRef => {
    const site = sites[entry.entry];
    return site === undefined ? entry : { ...entry, site };
  });
  const base = renewalInput(8);
  const world: FakeWorld = {
    server,
    queue,
    calls,
    ended,
    plan: (options = {}) =>
      server.client.workflow.execute('planRunbook', {
        taskQueue: queue,
        workflowId: uniqueName('plan'),
        args: [{ ...base, options: { ...base.options, ...options }, entries }],
      }),
    start: (plan, options = {}) =>
      server.client.workflow.start('runRunbook', {
        taskQueue: queue,
        workflowId: uniqueName('renew'),
        args: [
          {
            ...base,
            options: { ...base.options, ...options },
            plan,
            startedBy: { identity: 'tester', approval: 'unattended' },
          } satisfies RunInput,
        ],
      }),
    served: async (site, inSite) => {
      const there = await Worker.create({
        connection: server.nativeConnection,
        namespace: server.namespace,
        taskQueue: siteQueue(queue, site),
        dataConverter: { payloadCodecs: [largePayloads] },
        activities,
      });
      return await there.runUntil(inSite());
    },
    state: (workflowId) => server.client.workflow.getHandle(workflowId).query<RunDocument>('state'),
    until: (workflowId, holds) => untilSeen('the run', () => world.state(workflowId), holds, patience),
  };
  return await worker.runUntil(use(world));
}
