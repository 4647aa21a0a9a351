/**
 * What the engine itself costs: plans and runs the renewal over made-up devices that answer at once, on an embedded server as the
 * product starts it, and prints time, CPU, memory, events and bytes for each number of devices.
 *
 *   node --import tsx bench/engine.ts [--lanes 64] [--up] [--profile FILE] 100 1000
 *
 * Asserts nothing. `--up`: tunnels that live, so that a delivery is one look; else every device gets its files, a restart, a proof.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { Session } from 'node:inspector/promises';
import { createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { Client, Connection } from '@temporalio/client';
import proto from '@temporalio/proto';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { actions, type ActionName } from '../language/index.ts';
import { prepareServer, serverArguments } from '../supervisor/embedded-server.ts';
import { findTemporalExecutable, largePayloads, runbookHome } from '../supervisor/index.ts';
import { entriesOf, goodAnswers, goThrough, renewalInput } from '../test/support/fake-world.ts';
import { prepareWorkflowThread, workerLimits } from '../worker/create-worker.ts';
import { workflowBundle } from '../worker/workflow-bundle.ts';
import { stateQuery, type ActionInput, type Plan, type RunDocument } from '../workflows/contract.ts';

const { values, positionals } = parseArgs({
  options: {
    lanes: { type: 'string', default: '64' },
    up: { type: 'boolean', default: false },
    profile: { type: 'string' },
  },
  allowPositionals: true,
});
const namespace = 'runbooks';
const dataConverter = { payloadCodecs: [largePayloads] };
const queue = 'bench';

interface Measure {
  readonly devices: number;
  readonly part: 'plan' | 'run';
  readonly seconds: number;
  readonly workerCpu: number;
  readonly serverCpu: number;
  readonly activities: number;
  readonly workerRss: number;
  readonly serverRss: number;
  readonly parentEvents: number;
  readonly parentBytes: number;
  /** Of the run itself: from the server's hand and back to it. */
  readonly longestTurnMs: number;
  readonly childEvents: number;
  readonly children: number;
  /** Of the run and its children together. */
  readonly allEvents: number;
  readonly allTurns: number;
  readonly largestPayload: string;
  readonly queryMs: number;
  readonly queryBytes: number;
}

/** CPU seconds and MB of a process (Linux). */
function usage(pid: number): { readonly cpu: number; readonly rss: number } {
  const fields =
    readFileSync(`/proc/${String(pid)}/stat`, 'utf8')
      .split(') ')[1]
      ?.split(' ') ?? [];
  return {
    cpu: (Number(fields[11]) + Number(fields[12])) / 100,
    rss: (Number(fields[21]) * 4096) / 1e6,
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function startServer(folder: string): Promise<{ server: ChildProcess; address: string }> {
  const { path: executable } = await findTemporalExecutable(runbookHome());
  const ports = { frontend: await freePort(), ui: await freePort() };
  const server = spawn(executable, serverArguments(path.join(folder, 'temporal.db'), ports), {
    stdio: 'ignore',
  });
  const address = `127.0.0.1:${String(ports.frontend)}`;
  await prepareServer(executable, address, { timeoutMs: 30_000, isWanted: () => true });
  return { server, address };
}

/** Facts of a device as large as those of real ones. */
const padding = 'x'.repeat(700);

async function measure(
  client: Client,
  server: ChildProcess,
  devices: number,
  counts: { activities: number },
): Promise<void> {
  const entries = entriesOf(devices);
  const base = renewalInput(Number(values.lanes));
  const timed = async <T>(part: Measure['part'], type: string, args: unknown[]): Promise<T> => {
    const [before, workerBefore, began] = [usage(server.pid ?? 0), process.cpuUsage(), Date.now()];
    counts.activities = 0;
    let workerRss = 0;
    let serverRss = 0;
    const queries: number[] = [];
    let queryBytes = 0;
    const run = await client.workflow.start(type, {
      taskQueue: queue,
      workflowId: `${part}-${String(devices)}-${String(Date.now())}`,
      args,
    });
    const sampling = setInterval(() => {
      workerRss = Math.max(workerRss, process.memoryUsage().rss / 1e6);
      serverRss = Math.max(serverRss, usage(server.pid ?? 0).rss);
    }, 200);
    const asking = setInterval(() => {
      const asked = performance.now();
      run.query<RunDocument>(stateQuery).then(
        (document) => {
          queries.push(performance.now() - asked);
          queryBytes = Math.max(queryBytes, JSON.stringify(document).length);
        },
        () => undefined,
      );
    }, 1000);
    const result = (await run.result()) as T;
    const seconds = (Date.now() - began) / 1000;
    clearInterval(sampling);
    clearInterval(asking);
    const cpu = process.cpuUsage(workerBefore);
    const serverCpu = usage(server.pid ?? 0).cpu - before.cpu;
    const parent = await history(client, run.workflowId);
    const children =
      parent.children.length === 0 ? [] : await Promise.all(parent.children.map((id) => history(client, id)));
    const largest = [parent, ...children].map((one) => one.largest).sort((a, b) => b.bytes - a.bytes)[0];
    show({
      devices,
      part,
      seconds,
      workerCpu: (cpu.user + cpu.system) / 1e6,
      serverCpu,
      activities: counts.activities,
      workerRss,
      serverRss,
      parentEvents: parent.events,
      parentBytes: parent.bytes,
      longestTurnMs: parent.longestTurnMs,
      childEvents: Math.max(0, ...children.map(({ events }) => events)),
      children: children.length,
      allEvents: sum([parent, ...children], ({ events }) => events),
      allTurns: sum([parent, ...children], ({ turns }) => turns),
      largestPayload: `${String(Math.round((largest?.bytes ?? 0) / 1024))} KB ${largest?.event ?? ''}`,
      queryMs: Math.round(queries.sort((a, b) => a - b)[Math.floor(queries.length / 2)] ?? 0),
      queryBytes,
    });
    return result;
  };
  const plan = await timed<Plan>('plan', 'planRunbook', [{ ...base, entries }]);
  if (!plan.runnable) throw new Error(JSON.stringify(plan.findings.slice(0, 3)));
  const document = await timed<RunDocument>('run', 'runRunbook', [
    { ...base, plan, startedBy: { identity: 'bench', approval: 'unattended' } },
  ]);
  if (document.exitCode !== 0) throw new Error(document.summary);
}

function sum(histories: readonly HistorySize[], of: (one: HistorySize) => number): number {
  return histories.reduce((total, one) => total + of(one), 0);
}

interface HistorySize {
  readonly events: number;
  readonly turns: number;
  readonly bytes: number;
  readonly children: string[];
  readonly longestTurnMs: number;
  /** The largest event. */
  readonly largest: { readonly event: string; readonly bytes: number };
}

async function history(client: Client, workflowId: string): Promise<HistorySize> {
  const { events } = await client.workflow.getHandle(workflowId).fetchHistory();
  const all = events ?? [];
  let bytes = 0;
  let largest = { event: '', bytes: 0 };
  let [turnBegan, longestTurnMs, turns] = [0, 0, 0];
  for (const event of all) {
    const size = proto.temporal.api.history.v1.HistoryEvent.encode(event).finish().length;
    bytes += size;
    const at = Number(event.eventTime?.seconds ?? 0) * 1000 + (event.eventTime?.nanos ?? 0) / 1e6;
    if (event.workflowTaskStartedEventAttributes != null) turnBegan = at;
    if (event.workflowTaskCompletedEventAttributes != null) {
      turns += 1;
      longestTurnMs = Math.max(longestTurnMs, at - turnBegan);
    }
    const [name = ''] = Object.keys(event).filter(
      (key) => key.endsWith('EventAttributes') && event[key as keyof typeof event] != null,
    );
    if (size > largest.bytes) largest = { event: name.replace('EventAttributes', ''), bytes: size };
  }
  const children = all.flatMap(
    (event) => event.childWorkflowExecutionStartedEventAttributes?.workflowExecution?.workflowId ?? [],
  );
  return { events: all.length, turns, bytes, children, largest, longestTurnMs };
}

function show(row: Measure): void {
  const cells = {
    devices: row.devices,
    part: row.part,
    s: row.seconds.toFixed(1),
    'ms/device': ((row.seconds * 1000) / row.devices).toFixed(1),
    'activities/device': (row.activities / row.devices).toFixed(1),
    'worker CPU ms/device': ((row.workerCpu * 1000) / row.devices).toFixed(1),
    'server CPU ms/device': ((row.serverCpu * 1000) / row.devices).toFixed(1),
    'worker MB': Math.round(row.workerRss),
    'server MB': Math.round(row.serverRss),
    'parent events': row.parentEvents,
    'parent KB': Math.round(row.parentBytes / 1024),
    'longest turn ms': Math.round(row.longestTurnMs),
    children: row.children,
    'child events': row.childEvents,
    'events/device': (row.allEvents / row.devices).toFixed(1),
    'turns/device': (row.allTurns / row.devices).toFixed(1),
    'largest event': row.largestPayload,
    'query ms': row.queryMs,
    'query KB': Math.round(row.queryBytes / 1024),
  };
  const text = Object.entries(cells).map(([key, value]) => `${key} ${String(value)}`);
  process.stdout.write(`${text.join(' | ')}\n`);
}

prepareWorkflowThread();
const folder = mkdtempSync(path.join(os.tmpdir(), 'bench-engine-'));
Runtime.install({ logger: new DefaultLogger('ERROR') });
const { server, address } = await startServer(folder);
try {
  const connection = await NativeConnection.connect({ address });
  // A bundle that has to be made first shows in the memory of this process.
  const bundle = await workflowBundle(runbookHome().cache);
  const client = new Client({
    connection: await Connection.connect({
      address,
      channelArgs: { 'grpc.max_receive_message_length': 128 * 1024 * 1024 },
    }),
    namespace,
    dataConverter,
  });
  const counts = { activities: 0 };
  for (const devices of positionals.map(Number)) {
    const answers = goodAnswers(devices, values.up ? [] : Array.from({ length: devices }, (_, n) => n + 1));
    const activities = Object.fromEntries(
      (Object.keys(actions) as ActionName[]).map((name) => [
        name,
        async (input: ActionInput) => {
          counts.activities += 1;
          return await goThrough(name, input, async (action, given) => {
            const result = await answers[action](given);
            const isDevice = ['inspectDevice', 'probeDelivery'].includes(action);
            return isDevice ? { ...result, facts: { ...(result.facts as object), padding } } : result;
          });
        },
      ]),
    );
    const worker = await Worker.create({
      connection,
      namespace,
      taskQueue: queue,
      dataConverter,
      workflowBundle: bundle,
      activities,
      ...workerLimits,
    });
    let session: Session | undefined;
    if (values.profile !== undefined) {
      session = new Session();
      session.connect();
      await session.post('Profiler.enable');
      await session.post('Profiler.start');
    }
    await worker.runUntil(async () => {
      await measure(client, server, devices, counts);
    });
    if (session !== undefined && values.profile !== undefined) {
      const { profile } = await session.post('Profiler.stop');
      writeFileSync(values.profile, JSON.stringify(profile));
    }
  }
} finally {
  server.kill();
  rmSync(folder, { recursive: true, force: true });
}
process.exit(0);
