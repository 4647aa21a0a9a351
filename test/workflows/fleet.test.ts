import assert from 'node:assert/strict';
import type { FleetDocument, MemberState, RunDocument } from '../../workflows/contract.ts';
import { failWith, goodAnswers } from '../support/fake-world.ts';
import { memberOf, withFakeFleet } from '../support/fake-fleet.ts';
import { door, tell } from '../support/told.ts';

const why = { reason: 'the window moves' };

const member = (document: FleetDocument, name: string): MemberState => {
  const found = document.members.find((one) => one.name === name);
  if (found === undefined) throw new Error(`no member ${name}`);
  return found;
};
const withStatus = (document: FleetDocument, ...statuses: string[]): string[] =>
  document.members.filter(({ status }) => statuses.includes(status)).map(({ name }) => name);

describe('a fleet', function () {
  this.timeout(120_000);

  it('takes every member through, each as the run that it would be alone', async () => {
    await withFakeFleet(3, 2, goodAnswers(2, [1]), {}, async (fleet) => {
      await fleet.start();
      const document = await fleet.result();
      assert.equal(document.exitCode, 0, document.summary);
      assert.equal(document.outcome, 'done');
      assert.deepEqual(
        document.members.map(({ status, exitCode, score }) => [status, exitCode, score.done]),
        Array.from({ length: 3 }, () => ['done', 0, 2]),
      );
      const launched = fleet.world.calls.filter(({ action }) => action === 'launchGenerateCerts');
      assert.deepEqual(launched.map(({ input }) => memberOf(input)).sort(), ['m1', 'm2', 'm3']);
      const own = (await fleet.world.server.client.workflow
        .getHandle(fleet.single('m2').run)
        .result()) as RunDocument;
      assert.equal(own.kind, 'run');
      assert.equal(own.startedBy.identity, 'tester');
    });
  });

  it('works on no more members and no more devices at once than its limits say', async () => {
    const answers = goodAnswers(4, [1, 2, 3, 4]);
    const atWork = new Map<string, number>();
    let most = 0;
    const two = door();
    answers.deliverCerts = async (input) => {
      const name = memberOf(input);
      atWork.set(name, (atWork.get(name) ?? 0) + 1);
      const busy = [...atWork.values()].filter((count) => count > 0);
      most = Math.max(
        most,
        busy.reduce((sum, count) => sum + count, 0),
      );
      // The first waits for the second: they are at work side by side.
      if (busy.length === 2) two.open();
      await two.opened;
      await new Promise((resolve) => setTimeout(resolve, 30));
      atWork.set(name, (atWork.get(name) ?? 1) - 1);
      return { facts: { state: 'new', rung: 'ssh' } };
    };
    const limits = { fmcs: 2, devices: 4, budget: 0 };
    await withFakeFleet(4, 4, answers, { limits }, async (fleet) => {
      await fleet.start();
      const document = await fleet.result();
      assert.equal(document.exitCode, 0, document.summary);
      assert.ok(most <= 4, `${String(most)} devices at once`);
      const open = (at: string | null): number =>
        document.members.filter(
          ({ startedAt, endedAt }) => String(startedAt) <= String(at) && String(endedAt) > String(at),
        ).length;
      assert.equal(Math.max(...document.members.map(({ startedAt }) => open(startedAt))), 2);
    });
  });

  it('deals all lanes to the last one', async () => {
    const limits = { fmcs: 4, devices: 12, budget: 0 };
    const hold = door();
    const answers = goodAnswers(1, [1]);
    answers.deliverCerts = async () => {
      await hold.opened;
      return { facts: { state: 'new', rung: 'ssh' } };
    };
    await withFakeFleet(2, 1, answers, { limits, orders: [0, 1] }, async (fleet) => {
      await fleet.start();
      const first = await fleet.until((state) => member(state, 'm1').status === 'running');
      assert.equal(member(first, 'm1').lanes, 6);
      assert.equal(member(first, 'm2').status, 'waiting', 'its order comes later');
      hold.open();
      const second = await fleet.until((state) => member(state, 'm2').status === 'running');
      assert.equal(member(second, 'm1').status, 'done');
      assert.equal(member(second, 'm2').lanes, 12);
      await fleet.result();
    });
  });
});

describe('the failure budget of a fleet', function () {
  this.timeout(120_000);

  /** Members whose delivery cannot go on. */
  const failing = (...names: string[]): ReturnType<typeof goodAnswers> => {
    const answers = goodAnswers(1, [1]);
    answers.deliverCerts = (input) =>
      names.includes(memberOf(input))
        ? failWith('SESSION_SUDO_REFUSED', 'sudo said no')
        : { facts: { state: 'new', rung: 'ssh' } };
    return answers;
  };

  it('is counted before each start: after the border nothing begins but by a person', async () => {
    const limits = { fmcs: 1, devices: 4, budget: 1 };
    await withFakeFleet(6, 1, failing('m2', 'm3', 'm5'), { limits }, async (fleet) => {
      await fleet.start();
      const asked = await fleet.until(({ questions }) =>
        questions.some(({ box }) => box === fleet.id.slice(6)),
      );
      // One failure is allowed, the second is over the border: m4 is not begun.
      assert.deepEqual(withStatus(asked, 'waiting'), ['m4', 'm5', 'm6']);
      assert.deepEqual(asked.failures, { now: 2, allowed: 1 });
      const waiting = await fleet.until(({ outcome }) => outcome === 'waiting');
      assert.equal(waiting.exitCode, 5);

      const refused = await fleet.tell('approve', { question: 'budget#1' });
      assert.equal(refused.accepted, false, 'it needs a reason');
      await fleet.tell('approve', { question: 'budget#1', reason: 'two known bad switches' });
      const again = await fleet.until(({ failures }) => failures.now === 3);
      assert.equal(again.failures.allowed, 2);
      const border = await fleet.until(({ questions }) => questions.some(({ id }) => id === 'budget#2'));
      assert.deepEqual(withStatus(border, 'waiting'), ['m6'], 'the next failure asks again');
      await fleet.tell('deny', { question: 'budget#2', reason: 'enough for tonight' });
      for (const name of ['m2', 'm3', 'm5']) {
        const { run } = fleet.single(name);
        const [question] = (await fleet.world.state(run)).questions;
        const skip = { question: question?.id ?? '', reason: 'later' };
        await tell(fleet.world, question?.workflowId ?? '', 'skip', skip);
      }
      const document = await fleet.result();
      assert.deepEqual(withStatus(document, 'done'), ['m1', 'm4']);
      assert.deepEqual(withStatus(document, 'skipped'), ['m6']);
      assert.match(member(document, 'm6').note ?? '', /ann said no \(enough for tonight\)/);
      assert.equal(document.exitCode, 4);
      assert.ok(document.leftToDo.some((text) => text.includes('--fleet /fleet.yaml --member m6')));
    });
  });

  it('with several at work, starts after the border are none, and the question settles itself', async () => {
    let broken = true;
    const answers = goodAnswers(1, [1]);
    answers.deliverCerts = () =>
      broken ? failWith('SESSION_SUDO_REFUSED', 'sudo said no') : { facts: { state: 'new', rung: 'ssh' } };
    const limits = { fmcs: 3, devices: 4, budget: '25%' };
    await withFakeFleet(8, 1, answers, { limits }, async (fleet) => {
      await fleet.start();
      await fleet.until(({ questions }) => questions.some(({ id }) => id === 'budget#1'));
      const waiting = await fleet.until(({ outcome }) => outcome === 'waiting');
      // Two may fail. The third failure is over; at most those at work then could still follow.
      const begun = 8 - withStatus(waiting, 'waiting').length;
      assert.ok(begun >= 3 && begun <= 5, `${String(begun)} were begun`);
      assert.equal(waiting.failures.now, begun);

      broken = false;
      for (const { run, name } of waiting.members.filter(({ status }) => status === 'parked')) {
        const [question] = (await fleet.world.state(run)).questions;
        const retry = { question: question?.id ?? '', reason: 'mended' };
        const answer = await tell(fleet.world, question?.workflowId ?? '', 'retry', retry);
        assert.equal(answer.accepted, true, name);
      }
      const document = await fleet.result();
      assert.equal(document.exitCode, 0, document.summary);
      assert.deepEqual(document.questions, []);
      assert.ok(!document.decisions.some(({ question }) => question === 'budget#1'), 'nobody had to answer');
    });
  });
});

describe('the canary of a fleet', function () {
  this.timeout(120_000);

  it('goes first and alone; a person agrees before the others begin', async () => {
    const canary = { member: 'm3', approve: true };
    await withFakeFleet(3, 1, goodAnswers(1), { canary }, async (fleet) => {
      await fleet.start();
      const asked = await fleet.until(({ questions }) => questions.length > 0);
      assert.deepEqual(withStatus(asked, 'done'), ['m3']);
      assert.deepEqual(withStatus(asked, 'waiting'), ['m1', 'm2']);
      assert.match(asked.questions[0]?.text ?? '', /^m3 went first: Done/);
      assert.equal(asked.questions[0]?.run, fleet.id);
      await fleet.tell('approve', {});
      assert.equal((await fleet.result()).exitCode, 0);
    });
  });
});

describe('what is said to a fleet', function () {
  this.timeout(120_000);

  it('pause and resume reach the open members; nothing begins meanwhile', async () => {
    const limits = { fmcs: 1, devices: 4, budget: 0 };
    await withFakeFleet(2, 1, goodAnswers(1), { limits }, async (fleet) => {
      await fleet.start();
      await fleet.until((state) => member(state, 'm1').status === 'running');
      assert.equal((await fleet.tell('pause')).accepted, false, 'it needs a reason');
      assert.equal((await fleet.tell('pause', why)).accepted, true);
      const own = await fleet.world.until(fleet.single('m1').run, ({ paused }) => paused !== undefined);
      assert.deepEqual([own.paused?.by, own.paused?.reason], ['ann', why.reason]);
      const held = await fleet.until(({ outcome }) => outcome === 'waiting');
      assert.equal(held.paused?.by, 'ann');
      assert.equal(fleet.world.calls.filter(({ action }) => action === 'launchGenerateCerts').length, 0);
      await fleet.tell('note', { text: 'TAC case 1' });
      const tooLong = await fleet.tell('note', { text: 'x'.repeat(2001) });
      assert.equal(tooLong.accepted, false, 'a note is never cut off without a word');
      await fleet.tell('takeover', { by: 'bob', reason: 'end of shift' });
      assert.equal((await fleet.tell('resume', { by: 'bob' })).accepted, true);
      const document = await fleet.result();
      assert.equal(document.exitCode, 0, document.summary);
      assert.equal(document.inCharge.by, 'bob');
      const run = (await fleet.world.server.client.workflow
        .getHandle(fleet.single('m1').run)
        .result()) as RunDocument;
      assert.deepEqual(
        run.decisions.filter(({ verb }) => verb !== 'approve').map(({ by, verb }) => [by, verb]),
        [
          ['ann', 'pause'],
          ['ann', 'note'],
          ['bob', 'takeover'],
          ['bob', 'resume'],
        ],
      );
    });
  });

  it('cancel lets those at work finish what is in flight, and begins nothing', async () => {
    const answers = goodAnswers(1, [1]);
    const hold = door();
    answers.deliverCerts = async () => {
      await hold.opened;
      return { facts: { state: 'new', rung: 'ssh' } };
    };
    const limits = { fmcs: 1, devices: 4, budget: 0 };
    await withFakeFleet(2, 1, answers, { limits }, async (fleet) => {
      await fleet.start();
      await fleet.world.until(
        fleet.single('m1').run,
        ({ devices }) => devices[0]?.['step'] === 'deliver/deliver',
      );
      assert.equal((await fleet.tell('cancel', why)).accepted, true);
      const cancelling = await fleet.until((state) => state.cancelling !== undefined);
      assert.equal(member(cancelling, 'm1').status, 'running');
      await fleet.world.until(fleet.single('m1').run, (state) => state.cancelling !== undefined);
      hold.open();
      const document = await fleet.result();
      assert.deepEqual([document.outcome, document.exitCode], ['cancelled', 4]);
      assert.equal(member(document, 'm1').outcome, 'cancelled');
      assert.deepEqual(withStatus(document, 'skipped'), ['m2']);
      assert.equal(fleet.world.calls.filter(({ action }) => action === 'launchGenerateCerts').length, 1);
    });
  });

  it('a member is held, released, left out; retry of a failed one says that a new look is needed', async () => {
    const answers = goodAnswers(1, [1]);
    answers.deliverCerts = () => failWith('SESSION_SUDO_REFUSED', 'sudo said no');
    const limits = { fmcs: 1, devices: 4, budget: 5 };
    await withFakeFleet(3, 1, answers, { limits }, async (fleet) => {
      await fleet.start();
      await fleet.until((state) => member(state, 'm1').status === 'running');
      assert.equal((await fleet.tell('hold', { device: 'm3' })).accepted, false, 'it needs a reason');
      assert.equal((await fleet.tell('hold', { device: 'm3', reason: 'power work' })).accepted, true);
      assert.match(
        (await fleet.tell('hold', { device: 'm9', ...why })).text,
        /no member m9; it has m1, m2, m3/,
      );
      assert.equal((await fleet.tell('skip', { device: 'm2' })).accepted, false, 'it needs a reason');
      assert.equal((await fleet.tell('skip', { device: 'm2', reason: 'not tonight' })).accepted, true);
      const running = await fleet.tell('skip', { device: 'm1', ...why });
      assert.match(running.text, new RegExp(`runbook cancel ${fleet.single('m1').run}`));

      const { questions } = await fleet.until(({ outcome }) => outcome === 'waiting');
      const skip = { question: questions[0]?.id ?? '', reason: 'later' };
      await tell(fleet.world, questions[0]?.workflowId ?? '', 'skip', skip);
      const held = await fleet.until((state) => member(state, 'm1').status === 'needs-hands');
      assert.deepEqual([member(held, 'm3').status, member(held, 'm3').held], ['waiting', true]);
      const retry = await fleet.tell('retry', { device: 'm1' });
      assert.equal(retry.accepted, false);
      assert.match(retry.text, /runbook plan renew-sftunnel-ca --fleet \/fleet\.yaml --member m1/);

      assert.equal((await fleet.until(({ outcome }) => outcome === 'waiting')).exitCode, 5, 'a hold waits');
      await fleet.tell('release', { device: 'm3' });
      await fleet.until((state) => member(state, 'm3').status === 'parked');
      await fleet.tell('cancel', why);
      const document = await fleet.result();
      assert.equal(document.outcome, 'cancelled');
      assert.deepEqual(withStatus(document, 'skipped'), ['m2']);
      assert.match(member(document, 'm2').note ?? '', /Left out by ann: not tonight/);
      assert.equal(document.decisions.filter(({ refused }) => refused !== undefined).length, 5);
    });
  });

  it('questions of members are shown with the run that they are answered at', async () => {
    const answers = goodAnswers(1, [1]);
    answers.deliverCerts = () => failWith('SESSION_SUDO_REFUSED', 'sudo said no');
    await withFakeFleet(1, 1, answers, {}, async (fleet) => {
      await fleet.start();
      const { questions, members } = await fleet.until(({ outcome }) => outcome === 'waiting');
      assert.equal(questions[0]?.run, fleet.single('m1').run);
      assert.equal(questions[0]?.member, 'm1');
      assert.equal(members[0]?.asking, 1);
      const skip = { question: questions[0]?.id ?? '', reason: 'later' };
      await tell(fleet.world, questions[0]?.workflowId ?? '', 'skip', skip);
      assert.equal((await fleet.result()).exitCode, 4);
    });
  });
});

describe('a member whose run is going on already', function () {
  this.timeout(120_000);

  it('is followed, not doubled: its end counts, a pause of the fleet does not reach it', async () => {
    const answers = goodAnswers(1, [1]);
    const hold = door();
    answers.deliverCerts = async (input) => {
      if (memberOf(input) === 'm1') await hold.opened;
      return { facts: { state: 'new', rung: 'ssh' } };
    };
    await withFakeFleet(2, 1, answers, {}, async (fleet) => {
      const { plan, run } = fleet.single('m1');
      const [first] = fleet.members;
      const { client } = fleet.world.server;
      const loaded = (await import('../../loader/index.ts')).loadRunbook('renew-sftunnel-ca');
      if (!loaded.ok || first === undefined) throw new Error('no runbook');
      const single = await client.workflow.start('runRunbook', {
        taskQueue: fleet.world.queue,
        workflowId: run,
        args: [
          {
            runbook: loaded.runbook,
            runbookDigest: loaded.digest,
            inventory: first.inventory,
            options: first.options,
            plan,
            startedBy: { identity: 'somebody', approval: 'interactive' },
          },
        ],
      });
      await fleet.world.until(run, ({ devices }) => devices[0]?.['step'] === 'deliver/deliver');
      await fleet.start();
      const following = await fleet.until((state) => member(state, 'm1').followed);
      assert.match(member(following, 'm1').note ?? '', /started by somebody else/);
      const paused = await fleet.tell('pause', why);
      assert.match(paused.text, /not reached by this: m1/);
      assert.equal((await fleet.world.state(run)).paused, undefined);
      await fleet.tell('resume');
      hold.open();
      const document = await fleet.result();
      assert.equal(document.exitCode, 0, document.summary);
      assert.deepEqual([member(document, 'm1').status, member(document, 'm1').score.done], ['done', 1]);
      const own = (await single.result()) as RunDocument;
      assert.equal(own.startedBy.identity, 'somebody');
      const launched = fleet.world.calls.filter(({ action }) => action === 'launchGenerateCerts');
      assert.deepEqual(launched.map(({ input }) => memberOf(input)).sort(), ['m1', 'm2']);
    });
  });
});
