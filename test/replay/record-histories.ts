/**
 * Records the histories that `test/replay` replays: `node --import tsx test/replay/record-histories.ts`.
 * Only for a release that cannot replay the old ones on purpose, or to add one: what was released must be replayed for ever.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import proto from '@temporalio/proto';
import type { ActionName } from '../../language/index.ts';
import {
  deviceUuid,
  failWith,
  goodAnswers,
  withFakeWorld,
  type FakeAction,
  type FakeWorld,
} from '../support/fake-world.ts';
import { memberOf, withFakeFleet } from '../support/fake-fleet.ts';
import { broken, held, startProof } from '../support/proof-run.ts';
import { tell } from '../support/told.ts';
import { withSite } from '../support/renewal-site.ts';
import { closeTestServer, skipTime, testServer } from '../support/temporal.ts';
import type { Plan } from '../../workflows/contract.ts';

const folder = fileURLToPath(new URL('./histories/', import.meta.url));

/** Writes the history of a workflow as protobuf; the file says which scenario and which part of it. */
async function keep(scenario: string, part: string, workflowId: string): Promise<void> {
  const { client } = await testServer();
  const { events } = await client.workflow.getHandle(workflowId).fetchHistory();
  for (const event of events ?? []) makeLean(event);
  const bytes = proto.temporal.api.history.v1.History.encode({ events: events ?? [] }).finish();
  writeFileSync(path.join(folder, `${scenario}.${part}.history.gz`), gzipSync(bytes, { level: 9 }));
}

/** Takes away what a replay does not look at: inputs of activities and children, results at the end, names of processes. */
function makeLean(event: proto.temporal.api.history.v1.IHistoryEvent): void {
  for (const [name, value] of Object.entries(event)) {
    if (!name.endsWith('Attributes') || value === null) continue;
    const attributes = value as { input?: unknown; result?: unknown; identity?: unknown };
    if (typeof attributes.identity === 'string') attributes.identity = 'recorded';
    if (/^(activityTaskScheduled|startChildWorkflow)/.test(name)) delete attributes.input;
    if (name.startsWith('workflowExecutionCompleted')) delete attributes.result;
  }
}

async function keepRun(scenario: string, run: string, devices: readonly string[]): Promise<void> {
  const { client, namespace } = await testServer();
  await keep(scenario, 'run', run);
  let n = 0;
  for (const uuid of devices) {
    const ids: string[] = [];
    const { history } = await client.workflowService.getWorkflowExecutionHistory({
      namespace,
      execution: { workflowId: run },
      maximumPageSize: 1000,
    });
    for (const event of history?.events ?? []) {
      const id = event.childWorkflowExecutionStartedEventAttributes?.workflowExecution?.workflowId;
      if (id?.includes(uuid) === true) ids.push(id);
    }
    for (const id of ids) await keep(scenario, `device-${String((n += 1))}`, id);
  }
}

const scenarios: Record<string, () => Promise<void>> = {
  // Cases A and A′: one device over the tunnel, one by SSH with a restart.
  good: () =>
    inFakeWorld(2, goodAnswers(2, [2]), async (_world, run, plan) => {
      await keep('good', 'plan', plan.planWorkflowId);
      await run.result();
      await keepRun('good', run.workflowId, [deviceUuid(1), deviceUuid(2)]);
    }),
  'parked-and-retried': () => {
    const answers = goodAnswers(1, [1]);
    let broken = true;
    answers.deliverCerts = () =>
      broken ? failWith('SESSION_SUDO_REFUSED', 'sudo said no') : { facts: { state: 'new', rung: 'ssh' } };
    return inFakeWorld(1, answers, async (world, run) => {
      const { questions } = await world.until(run.workflowId, ({ outcome }) => outcome === 'waiting');
      broken = false;
      const retry = { question: questions[0]?.id ?? '', by: 'operator', reason: 'mended' };
      await tell(world, questions[0]?.workflowId ?? '', 'retry', retry);
      await run.result();
      await keepRun('parked-and-retried', run.workflowId, [deviceUuid(1)]);
    });
  },
  // Looks made by the activity of the step before: one of them fails and is asked about; and those of a shard.
  stretches: () => {
    const answers = goodAnswers(1, [1]);
    let broken = true;
    answers.verifyTunnel = () =>
      broken ? failWith('SESSION_SUDO_REFUSED', 'sudo said no') : { facts: { up: true } };
    return inFakeWorld(1, answers, async (world, run) => {
      await world.until(run.workflowId, ({ outcome }) => outcome === 'waiting');
      broken = false;
      await tell(world, run.workflowId, 'retry', { device: 'ftd-1', by: 'operator', reason: 'mended' });
      await run.result();
      await keepRun('stretches', run.workflowId, [deviceUuid(1)]);
    });
  },
  'stretches-shards': () =>
    inFakeWorld(60, goodAnswers(60, [1, 2, 3]), async (_world, run) => {
      await run.result();
      await keep('stretches-shards', 'run', run.workflowId);
      await keep('stretches-shards', 'deliver-shard', `${run.workflowId}/deliver/shard-1`);
    }),
  'critical-tasks': () => {
    const answers = goodAnswers(1);
    let refusals = 0;
    answers.awaitGenerateCerts = () => {
      refusals += 1;
      return refusals < 3
        ? failWith('GENERATE_CRITICAL_TASK', 'Critical task is running: Backup')
        : { facts: { fingerprint: 'NEW' } };
    };
    return inFakeWorld(1, answers, async (world, run) => {
      await skipTime(world.server, run.workflowId);
      await run.result();
      await keepRun('critical-tasks', run.workflowId, []);
    });
  },
  cancelled: () => {
    const answers = goodAnswers(1, [1]);
    answers.deliverCerts = () => failWith('SESSION_SUDO_REFUSED', 'sudo said no');
    return inFakeWorld(1, answers, async (world, run) => {
      await world.until(run.workflowId, ({ outcome }) => outcome === 'waiting');
      await tell(world, run.workflowId, 'cancel', { by: 'operator', reason: 'the window is over' });
      await run.result();
      await keepRun('cancelled', run.workflowId, [deviceUuid(1)]);
    });
  },
  // Above fifty devices: shards, one device at a question, a pause.
  shards: () => {
    const devices = 60;
    const answers = goodAnswers(devices, [1, 2, 3]);
    let broken = true;
    const deliver = answers.deliverCerts;
    answers.deliverCerts = (input) =>
      broken && input.target?.uuid === deviceUuid(2)
        ? failWith('SESSION_SUDO_REFUSED', 'sudo said no')
        : deliver(input);
    return inFakeWorld(devices, answers, async (world, run, plan) => {
      const { questions } = await world.until(run.workflowId, ({ outcome }) => outcome === 'waiting');
      await tell(world, run.workflowId, 'pause', { by: 'operator', reason: 'a look' });
      await tell(world, run.workflowId, 'resume', { by: 'operator' });
      broken = false;
      const retry = { question: questions[0]?.id ?? '', by: 'operator', reason: 'mended' };
      await tell(world, questions[0]?.workflowId ?? '', 'retry', retry);
      await run.result();
      await keep('shards', 'plan', plan.planWorkflowId);
      await keep('shards', 'run', run.workflowId);
      for (const stage of ['identify', 'inspect-devices', 'deliver'])
        await keep('shards', `${stage}-shard`, `${run.workflowId}/${stage}/shard-1`);
    });
  },
  // Three members: one of them parked, retried; a pause of the fleet; a member that is left out.
  fleet: () => {
    const answers = goodAnswers(1, [1]);
    let broken = true;
    answers.deliverCerts = (input) =>
      broken && memberOf(input) === 'm1'
        ? failWith('SESSION_SUDO_REFUSED', 'sudo said no')
        : { facts: { state: 'new', rung: 'ssh' } };
    const layout = { canary: { member: 'm1', approve: true }, limits: { fmcs: 2, devices: 4, budget: 0 } };
    return withFakeFleet(3, 1, answers, layout, async (fleet) => {
      await fleet.start();
      await fleet.until(({ outcome }) => outcome === 'waiting');
      await fleet.tell('pause', { reason: 'a look' });
      await fleet.tell('skip', { device: 'm3', reason: 'later' });
      await fleet.tell('resume');
      broken = false;
      await tell(fleet.world, fleet.single('m1').run, 'retry', { device: 'ftd-1', by: 'operator' });
      await fleet.until(({ questions }) => questions.some(({ id }) => id === 'canary#1'));
      await fleet.tell('approve', { question: 'canary#1' });
      await fleet.result();
      await keep('fleet', 'fleet', fleet.id);
      await keep('fleet', 'member', fleet.single('m1').run);
    });
  },
  // Restarts in waves: a window that is closed at first, a failure in the first wave, a word after it, a budget that is used up.
  rollout: () => {
    const answers = goodAnswers(6);
    const trouble = broken(answers, 1, 3);
    answers.maintenanceWindow = closedOnce();
    return withFakeWorld(6, answers, async (world) => {
      const inputs = { waves: '1, 2', budget: '0', afterFirst: 'ask' };
      const run = await startProof(world, inputs, 2);
      const id = run.workflowId;
      const answer = async (): Promise<void> => {
        const { question } = await held(world, id);
        await tell(world, id, 'approve', { question: question.id, reason: 'goes on' });
        await world.until(id, ({ questions }) => !questions.some((one) => one.id === question.id));
      };
      await held(world, id);
      await skipTime(world.server, id);
      await answer();
      await answer();
      await world.until(id, ({ questions }) => questions.filter(({ step }) => step !== 'prove').length === 2);
      trouble.mend();
      await tell(world, id, 'retry', { by: 'operator', all: 'failed' });
      await run.result();
      await keepRun('rollout', id, [deviceUuid(1), deviceUuid(4)]);
    });
  },
  // Above fifty devices: a shard hands back what it has not begun, and others follow.
  'rollout-shards': () => {
    const answers = goodAnswers(60);
    broken(answers, 10, 20);
    return withFakeWorld(60, answers, async (world) => {
      const run = await startProof(world, { waves: '100%', budget: '1' }, 8);
      const id = run.workflowId;
      const { question } = await held(world, id);
      await tell(world, id, 'approve', { question: question.id, reason: 'goes on' });
      await world.until(id, ({ devices }) => devices.filter(({ proven }) => proven).length === 58);
      await tell(world, id, 'cancel', { by: 'operator', reason: 'the window is over' });
      await run.result();
      await keep('rollout-shards', 'run', id);
      for (const number of [1, 2])
        await keep('rollout-shards', `prove-shard-${String(number)}`, `${id}/prove/shard-${String(number)}`);
    });
  },
  lab: () =>
    withSite({ ftds: [{}, { tunnel: 'down' }] }, async (site) => {
      const plan = await site.plan();
      const run = await site.start(plan);
      const { devices } = await site.closed(run);
      await keep('lab', 'plan', plan.planWorkflowId);
      await keepRun(
        'lab',
        run,
        devices.map(({ uuid }) => uuid),
      );
    }),
};

/** Opens five hours after the first look, and stays open. */
function closedOnce(): FakeAction {
  const hour = 3_600_000;
  const iso = (ms: number): string => new Date(ms).toISOString();
  let opens: number | undefined;
  return (input) => {
    const at = Date.parse((input.params['look'] as { at: string }).at);
    opens ??= at + 5 * hour;
    const closes = iso(opens + 100 * hour);
    return {
      facts: { kind: 'window', opens: iso(Math.max(at, opens)), lastStart: closes, closes },
    };
  };
}

async function inFakeWorld(
  devices: number,
  answers: Record<ActionName, FakeAction>,
  use: (world: FakeWorld, run: Awaited<ReturnType<FakeWorld['start']>>, plan: Plan) => Promise<void>,
): Promise<void> {
  await withFakeWorld(devices, answers, async (world) => {
    const plan = await world.plan();
    await use(world, await world.start(plan), plan);
  });
}

mkdirSync(folder, { recursive: true });
const wanted = process.argv.slice(2);
for (const [name, record] of Object.entries(scenarios)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  await record();
  process.stdout.write(`${name}\n`);
}
await closeTestServer();
process.exit(0);
