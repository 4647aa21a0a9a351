/** A lab, a worker and a Temporal server: whole renewals as an operator's client starts them, judged by the lab's truth. */
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { checkFiles } from '../../cli/client/files.ts';
import { startPlan } from '../../cli/client/start-plan.ts';
import type { StartedRun } from '../../cli/client/start-once.ts';
import { startRun } from '../../cli/client/start-run.ts';
import { ControlClient, startLab, type LabOptions, type LabTruth } from '../../lab/index.ts';
import { loadSettings } from '../../loader/index.ts';
import { Journal } from '../../supervisor/index.ts';
import { createWorker } from '../../worker/create-worker.ts';
import type {
  DecisionAnswer,
  DecisionInput,
  Plan,
  RunDocument,
  RunOptions,
  UpdateName,
} from '../../workflows/contract.ts';
import { workerProcess, type WorkerProcess } from './processes.ts';
import { testServer, workflowBundle, type TestServer } from './temporal.ts';
import { untilSeen } from './until.ts';

/** Settings under which nothing waits longer than a test needs. */
const settingsText = `
loginsPerSecond: 50
loginBurst: 50
pollGenerateEvery: 200ms
verify: { every: 300ms, parkAfter: 20s, secondLookAfter: 300ms }
`;

/** What takes seconds between real boxes takes less here; nothing that is judged depends on it. */
const briskly: LabOptions = { heartbeatMs: 500, reconnectMs: 1000, restartMs: 100, deadPeerMs: 100 };

export interface Site {
  readonly server: TestServer;
  readonly lab: ControlClient;
  readonly folder: string;
  /** Inventory, known_hosts and the other files of the site, to be edited by a test. */
  file(name: string): string;
  truth(): Promise<LabTruth>;
  plan(options?: Partial<RunOptions>): Promise<Plan>;
  /** Starts the run of a plan and gives back its id. */
  start(plan: Plan, options?: Partial<RunOptions>): Promise<string>;
  /** As `start`; says too whether it was a start at all. */
  startOrAttach(plan: Plan, options?: Partial<RunOptions>): Promise<StartedRun>;
  state(run: string): Promise<RunDocument>;
  /** Asks for the state until it holds. */
  until(run: string, holds: (document: RunDocument) => boolean): Promise<RunDocument>;
  /** Waits until the run is closed; fails with its open questions when it waits for a person instead. */
  closed(run: string): Promise<RunDocument>;
  decide(
    run: string,
    verb: UpdateName,
    device?: string,
    more?: Partial<DecisionInput>,
  ): Promise<DecisionAnswer>;
  /** The same site, for another runbook. */
  under(runbook: string): Site;
  /** The same lab and files from another Temporal server, which knows nothing of this one's runs, with a worker of its own. */
  elsewhere(server: TestServer, use: (site: Site) => Promise<void>): Promise<void>;
  /** The worker's own process; only with `workerProcess`. */
  readonly worker: WorkerProcess;
}

export interface SiteOptions {
  /** The worker as a process of its own that a test may kill. Default: within the test. */
  readonly workerProcess?: boolean;
  /** In place of those of all tests, key by key. */
  readonly settings?: string;
  /** Edits the text of the runbook: shorter waits and limits. */
  readonly runbook?: (text: string) => string;
  /** Another server than the one of all tests. */
  readonly server?: TestServer;
  /** Makes the lab. Default: the one in this process. */
  readonly start?: (options: LabOptions & { dir: string }) => Promise<{ stop(): Promise<void> }>;
}

/** Runs `use` at a site of its own, and takes everything down afterwards. */
export async function withSite(
  lab: LabOptions,
  use: (site: Site) => Promise<void>,
  options: SiteOptions = {},
): Promise<void> {
  const server = options.server ?? (await testServer());
  const folder = await mkdtemp(path.join(tmpdir(), 'site-'));
  const settingsFile = path.join(folder, 'settings.yaml');
  await writeFile(settingsFile, settingsWith(options.settings ?? ''));
  // Before anything runs: an edit that changes nothing ends the test, and a lab that nobody stops would not let it end.
  const runbook =
    options.runbook === undefined ? 'renew-sftunnel-ca' : await editedRunbook(folder, options.runbook);
  const running = await (options.start ?? startLab)({ ...briskly, ...lab, dir: folder });
  const made =
    options.workerProcess === true
      ? Promise.resolve(workerOutside(server, folder, settingsFile))
      : workerInside(server, folder, settingsFile);
  const worker = await made.catch(async (thrown: unknown) => {
    await running.stop();
    throw thrown;
  });
  try {
    await worker.start();
    await use(siteOf(server, await ControlClient.open(folder), folder, settingsFile, runbook, worker));
  } finally {
    await worker.end();
    await running.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

/** The settings of all tests, those of this one in their place. */
function settingsWith(own: string): string {
  const kept = settingsText
    .split('\n')
    .filter((line) => !own.split('\n').some((other) => other.split(':')[0] === line.split(':')[0]));
  return `${kept.join('\n')}\n${own}`;
}

async function editedRunbook(folder: string, edit: (text: string) => string): Promise<string> {
  const shipped = await readFile(new URL('../../runbooks/renew-sftunnel-ca.yaml', import.meta.url), 'utf8');
  const text = edit(shipped);
  if (text === shipped) throw new Error('the edit of the runbook changes nothing');
  const file = path.join(folder, 'renew-sftunnel-ca.yaml');
  await writeFile(file, text);
  return file;
}

function siteOf(
  server: TestServer,
  lab: ControlClient,
  folder: string,
  settings: string,
  runbook: string,
  worker: WorkerProcess,
): Site {
  const { client } = server;
  const file = (name: string): string => path.join(folder, name);
  // A test that writes a YAML inventory means that one.
  const inventory = (): string =>
    existsSync(file('inventory.yaml')) ? file('inventory.yaml') : file('devices.csv');
  const files = (): ReturnType<typeof checkFiles> =>
    checkFiles({ runbook, inventory: inventory(), knownHosts: file('known_hosts'), settings });
  const runOptions = (more: Partial<RunOptions> = {}): RunOptions => {
    const { runbook: checked, lanes, settings: ofSite } = files();
    const defaults = Object.fromEntries(
      Object.entries(checked.inputs).map(([name, spec]) => [name, spec.default]),
    );
    return {
      accepted: [],
      lanes,
      ...(ofSite === undefined ? {} : { settings: ofSite }),
      ...more,
      inputs: { ...defaults, ...more.inputs },
    };
  };
  const site: Site = {
    server,
    lab,
    folder,
    file,
    worker,
    truth: () => lab.state(),
    under: (other) => siteOf(server, lab, folder, settings, other, worker),
    elsewhere: async (other, use) => {
      const there = await workerInside(other, folder, settings);
      try {
        await there.start();
        await use(siteOf(other, lab, folder, settings, runbook, there));
      } finally {
        await there.end();
      }
    },
    plan: async (more) => await (await startPlan(client, files(), runOptions(more))).result(),
    start: async (plan, more) => (await site.startOrAttach(plan, more)).workflowId,
    startOrAttach: async (plan, more) =>
      await startRun(client, files(), plan, runOptions(more), { identity: 'test', approval: 'unattended' }),
    state: (run) => client.workflow.getHandle(run).query<RunDocument>('state'),
    // Below the timeout of a test, so that the site is still taken down when what is waited for never comes.
    until: (run, holds) =>
      untilSeen('the run', () => site.state(run), holds, { withinMs: 150_000, everyMs: 100 }),
    closed: async (run) => {
      // A settled question is still shown for a moment, until the device's run has told its parent; on a busy machine for seconds.
      const shown = ({ questions }: RunDocument): string =>
        JSON.stringify(questions.map(({ id, askedAt }) => [id, askedAt]));
      let document = await site.until(run, ({ outcome }) => outcome !== 'running');
      for (let looks = 0; document.outcome === 'waiting' && looks < 10; looks += 1) {
        const before = shown(document);
        await sleep(1000);
        document = await site.until(run, ({ outcome }) => outcome !== 'running');
        if (shown(document) !== before) looks = 0;
      }
      if (document.outcome === 'waiting')
        throw new Error(`the run waits: ${JSON.stringify(document.questions, undefined, 1)}`);
      return (await client.workflow.getHandle(run).result()) as RunDocument;
    },
    decide: async (run, verb, device, more = {}) => {
      const { questions } = await site.state(run);
      const question = questions.find(({ box }) => device === undefined || box === device);
      const handle = client.workflow.getHandle(question?.workflowId ?? run);
      const input: DecisionInput = {
        by: 'test',
        ...(question === undefined ? {} : { question: question.id }),
        ...more,
      };
      return await handle.executeUpdate<DecisionAnswer, [DecisionInput]>(verb, { args: [input] });
    },
  };
  return site;
}

type EndableWorker = WorkerProcess & { end(): Promise<void> };

async function workerInside(
  server: TestServer,
  folder: string,
  settingsFile: string,
): Promise<EndableWorker> {
  const loaded = loadSettings(settingsFile);
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.issues));
  const { worker, sessions } = await createWorker({
    connection: server.nativeConnection,
    namespace: server.namespace,
    settings: loaded.settings,
    reportsFolder: path.join(folder, 'reports'),
    journal: new Journal(path.join(folder, 'in-flight')),
    graceMs: 100,
    bundle: await workflowBundle(),
  });
  let over: Promise<void> | undefined;
  return {
    start: () => {
      over = worker.run();
      return Promise.resolve();
    },
    kill: () => Promise.reject(new Error('this worker is part of the test; ask for workerProcess')),
    end: async () => {
      worker.shutdown();
      await over;
      await sessions.close();
    },
  };
}

function workerOutside(server: TestServer, folder: string, settingsFile: string): EndableWorker {
  const worker = workerProcess({
    ...process.env,
    TEMPORAL_ADDRESS: server.address,
    TEMPORAL_NAMESPACE: server.namespace,
    RUNBOOK_HOME: path.join(folder, 'home'),
    RUNBOOK_SETTINGS: settingsFile,
  });
  return { ...worker, end: worker.kill };
}
