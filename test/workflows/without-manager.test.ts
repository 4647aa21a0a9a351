/** Runbooks without a manager over many hosts: shards, waves, budgets, windows, and what is said of them. */
import assert from 'node:assert/strict';
import { memberPlan } from '../../cli/client/start-fleet.ts';
import { loadRunbook } from '../../loader/index.ts';
import type { FleetDocument, FleetInput } from '../../workflows/contract.ts';
import { failWith } from '../support/fake-world.ts';
import { goodHosts, hostName, withFakeHosts } from '../support/fake-hosts.ts';
import { called, closed, deviceOf, isWaiting, tell } from '../support/told.ts';
import { uniqueName } from '../support/temporal.ts';

const many = 70;

describe('hosts without a manager', function () {
  this.timeout(120_000);

  it('are gone through in shards, and nothing of a manager stands in plan or document', async () => {
    await withFakeHosts(many, goodHosts(), async (world) => {
      const plan = await world.plan();
      assert.equal(plan.runnable, true, JSON.stringify(plan.findings.slice(0, 3)));
      assert.deepEqual([plan.devices.length, plan.managers], [many, []]);
      const run = await world.start(plan, { lanes: 32 });
      const document = await closed(world, run.workflowId);
      assert.equal(document.exitCode, 0, document.summary);
      assert.deepEqual(document.managers, []);
      assert.ok(document.devices.every(({ phase, status }) => phase === 'proven' && status === 'done'));
      for (const action of ['putFiles', 'releaseFiles']) assert.equal(called(world, action), many, action);
      const shown = JSON.stringify([plan, document]);
      assert.doesNotMatch(shown, /lockout|sftunnel|\bFMC\b|\bFTD\b|tunnel/i);
      const { events } = await run.fetchHistory();
      const children = (events ?? []).flatMap(
        (event) => event.startChildWorkflowExecutionInitiatedEventAttributes?.workflowId ?? [],
      );
      assert.ok(children.length > 0 && children.every((id) => id.includes('/shard-')), children.join(' '));
    });
  });

  it('go in waves under a budget, over shards: a canary first, and too many failures ask', async () => {
    const answers = goodHosts();
    const good = answers.putFiles;
    let broken = new Set([1, 2, 3].map(hostName));
    const order: string[] = [];
    answers.putFiles = (input) => {
      const name = input.target?.name ?? '';
      if (broken.has(name)) return failWith('SESSION_SUDO_REFUSED', `${name}: sudo said no`);
      order.push(name);
      return good(input);
    };
    await withFakeHosts(many, answers, async (world) => {
      const plan = await world.plan();
      const inputs = { ...plan.inputs, waves: '1,10,100%', canary: hostName(60), budget: '2' };
      const run = await world.start(plan, { lanes: 16, inputs });
      const id = run.workflowId;
      const held = await world.until(
        id,
        (document) => isWaiting(document) && document.questions.length === 4,
      );
      const [question, ...more] = held.questions.filter(({ kind }) => kind === 'approve');
      assert.deepEqual([question?.step, more.length], ['rotate', 0]);
      assert.match(question?.text ?? '', /3 failed/);
      assert.equal(order[0], hostName(60));
      assert.ok(order.length < many / 2, `${String(order.length)} begun`);
      broken = new Set();
      assert.equal((await tell(world, id, 'retry', { all: 'failed' })).accepted, true);
      const document = await closed(world, id);
      assert.equal(document.exitCode, 0, document.summary);
      assert.equal(new Set(order).size, many);
    });
  });

  it('outside of their window: none is begun, and a host may be left out meanwhile', async () => {
    const answers = goodHosts();
    answers.maintenanceWindow = () => ({ facts: { kind: 'never' } });
    await withFakeHosts(60, answers, async (world) => {
      const plan = await world.plan();
      const inputs = { ...plan.inputs, window: '0 22 * * 6 for 4h' };
      const run = await world.start(plan, { lanes: 16, inputs });
      const waiting = await world.until(run.workflowId, isWaiting);
      assert.equal(called(world, 'putFiles'), 0);
      assert.equal(deviceOf(waiting, hostName(60)).phase, 'inspected');
      const [question] = waiting.questions;
      assert.equal(question?.kind, 'approve');
      const no = await tell(world, run.workflowId, 'deny', { question: question.id, reason: 'next week' });
      assert.equal(no.accepted, true, no.text);
      const document = await closed(world, run.workflowId);
      assert.equal(document.exitCode, 4, document.summary);
      assert.equal(called(world, 'putFiles'), 0);
    });
  });

  it('make a fleet of inventories without a manager', async () => {
    await withFakeHosts(3, goodHosts(), async (world) => {
      const { client } = world.server;
      const plan = memberPlan(await world.plan());
      const loaded = loadRunbook('rotate-nginx-certificate');
      assert.ok(loaded.ok);
      const mark = uniqueName('hosts');
      const input: FleetInput = {
        fleet: { name: mark, digest: 'd', file: '/fleet.yaml' },
        runbook: loaded.runbook,
        runbookDigest: loaded.digest,
        members: ['north', 'south'].map((name, order) => ({
          ...{ name, order, devices: 3, inventory: { inventory: `/${name}.yaml`, digest: 'd' } },
          options: { inputs: plan.inputs, accepted: [], lanes: 8 },
          plan: { ...plan, runId: `rotate-nginx-certificate/${mark}-${name}` },
        })),
        leftOut: [],
        limits: { fmcs: 2, devices: 16, budget: 0 },
        startedBy: { identity: 'tester', approval: 'unattended' },
      };
      const run = await client.workflow.start('fleetRun', {
        ...{ taskQueue: world.queue, workflowId: `fleet/${mark}`, args: [input] },
      });
      const fleet = (await run.result()) as FleetDocument;
      assert.equal(fleet.exitCode, 0, fleet.summary);
      assert.deepEqual(
        fleet.members.map(({ name, manager, phases }) => [name, manager, phases['proven']]),
        [
          ['north', '', 3],
          ['south', '', 3],
        ],
      );
      assert.equal(called(world, 'putFiles'), 6);
      assert.doesNotMatch(JSON.stringify(fleet), /\bFMC\b|sftunnel|lockout/);
    });
  });
});
