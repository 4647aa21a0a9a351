import assert from 'node:assert/strict';
import type { Question, RolloutState } from '../../workflows/contract.ts';
import { goodAnswers, withFakeWorld, type FakeAction } from '../support/fake-world.ts';
import { all, broken, held, holding, restarted, startProof } from '../support/proof-run.ts';
import { closed, door, tell } from '../support/told.ts';

describe('waves', function () {
  this.timeout(120_000);

  it('follow one another: the canary first, then portions, each when the one before has come through', async () => {
    const answers = goodAnswers(7);
    const through = new Set<string>();
    const begun: { name: string; after: number }[] = [];
    answers.restartTunnel = (input) => {
      begun.push({ name: input.target?.name ?? '', after: through.size });
      return { facts: { at: '2026-11-23T00:00:00Z', pidBefore: 1, pidAfter: 2 } };
    };
    answers.verifyTunnel = (input) => {
      through.add(input.target?.name ?? '');
      return { facts: { up: true } };
    };
    await withFakeWorld(7, answers, async (world) => {
      const run = await startProof(world, { waves: '1, 2, 3', canary: 'ftd-4' }, 5);
      const document = await closed(world, run.workflowId);

      assert.equal(document.exitCode, 0, document.summary);
      assert.ok(document.devices.every(({ proven }) => proven));
      const [canary, ...rest] = begun;
      assert.deepEqual(canary, { name: 'ftd-4', after: 0 });
      assert.deepEqual(rest.map(({ name }) => name).sort(), [
        'ftd-1',
        'ftd-2',
        'ftd-3',
        'ftd-5',
        'ftd-6',
        'ftd-7',
      ]);
      // Nothing of a wave before everything of those before it: 1, then 2, then 3, then what is left.
      assert.ok(rest.slice(0, 2).every(({ after }) => after >= 1));
      assert.ok(rest.slice(2, 5).every(({ after }) => after >= 3));
      assert.ok(rest.slice(5).every(({ after }) => after >= 6));
    });
  });

  it('a failure in the first wave holds all others, whatever the budget', async () => {
    const answers = goodAnswers(6);
    const trouble = broken(answers, 2);
    await withFakeWorld(6, answers, async (world) => {
      const run = await startProof(world, { waves: '1, 100%', canary: 'ftd-2', budget: '100%' }, 5);
      const { document, question } = await held(world, run.workflowId);

      assert.deepEqual(restarted(world), ['ftd-2']);
      assert.equal(question.kind, 'approve');
      assert.match(question.text, /first wave did not come through: 1 failed \(ftd-2\)/);
      assert.match(question.text, /0 of 6 are through, 0 in flight, 5 not begun/);
      assert.equal(document.questions.length, 2, 'the device asks, and the run asks');
      assert.equal((await tell(world, run.workflowId, 'approve', { question: question.id })).accepted, false);

      // It settles itself when the device has been repaired.
      trouble.mend();
      const own = document.questions.find(({ box }) => box === 'ftd-2') as Question;
      await tell(world, own.workflowId, 'retry', { question: own.id });
      const end = await closed(world, run.workflowId);
      assert.equal(end.exitCode, 0, end.summary);
      assert.equal(restarted(world).length, 6);
      const late = await tell(world, run.workflowId, 'approve', { question: question.id }).catch(
        () => undefined,
      );
      assert.equal(late, undefined, 'the run is closed');
      assert.ok(!end.decisions.some((decision) => decision.question === question.id));
    });
  });

  it('what follows the first may need a word; a no leaves the rest delivered, not proven, and lists it', async () => {
    await withFakeWorld(4, goodAnswers(4), async (world) => {
      const run = await startProof(world, { waves: '1, 2', afterFirst: 'ask' });
      const { question } = await held(world, run.workflowId);
      assert.deepEqual(restarted(world), ['ftd-1']);
      assert.match(question.text, /first wave is through\. 1 of 4 are through.*a wave of 2, then 1\?/);
      await tell(world, run.workflowId, 'deny', { question: question.id, reason: 'not tonight' });

      const document = await closed(world, run.workflowId);
      assert.deepEqual(restarted(world), ['ftd-1']);
      assert.equal(document.exitCode, 4);
      assert.deepEqual(
        document.devices.map(({ status, phase }) => [status, phase]),
        [
          ['done', 'proven'],
          ['skipped', 'delivered'],
          ['skipped', 'delivered'],
          ['skipped', 'delivered'],
        ],
      );
      const left = document.leftToDo.join('\n');
      for (const name of all(2, 4)) assert.match(left, new RegExp(`${name}: delivered, not proven`));
      assert.match(left, /ftd-2: Not begun: denied by ann: not tonight/);
    });
  });

  it('and go on after a yes without a reason', async () => {
    await withFakeWorld(3, goodAnswers(3), async (world) => {
      const run = await startProof(world, { waves: '1, 100%', afterFirst: 'ask' });
      const { question } = await held(world, run.workflowId);
      assert.equal((await tell(world, run.workflowId, 'approve', { question: question.id })).accepted, true);
      assert.equal((await closed(world, run.workflowId)).exitCode, 0);
      assert.deepEqual(restarted(world), all(1, 3));
    });
  });

  it('take the units of a group whole and in order', async () => {
    const answers = goodAnswers(5);
    const unitOf = (name: string | undefined): object =>
      name === 'ftd-2' || name === 'ftd-4'
        ? {
            kind: 'failover',
            group: 'pair',
            role: name === 'ftd-4' ? 'standby' : 'active',
            rank: name === 'ftd-4' ? 0 : 1,
            healthy: true,
            text: 'unit',
          }
        : { kind: 'none', group: '', role: '', rank: 0, healthy: true, text: '' };
    const look = answers.inspectDevice;
    const readUnit: FakeAction = (input) => ({ facts: unitOf(input.target?.name) as never });
    answers.readUnit = readUnit;
    answers.inspectDevice = async (input) => ({
      facts: { ...((await look(input)).facts as object), unit: unitOf(input.target?.name) } as never,
    });
    await withFakeWorld(5, answers, async (world) => {
      const run = await startProof(world, { waves: '1, 2', canary: 'ftd-2' }, 5);
      const document = await closed(world, run.workflowId);
      assert.equal(document.exitCode, 0, document.summary);
      assert.deepEqual(
        restarted(world).slice(0, 2),
        ['ftd-4', 'ftd-2'],
        'standby, then active, before all others',
      );
    });
  });
});

describe('a failure budget', function () {
  this.timeout(120_000);

  for (const lanes of [1, 5]) {
    it(`of 2 of 20 devices, ${String(lanes)} at a time: after the third failure nothing new is begun`, async () => {
      const answers = goodAnswers(20);
      broken(answers, 4, 7, 9);
      let startsAtThird = Infinity;
      let failures = 0;
      /** Until the run has heard of the third failure no other device comes to its end: what begins meanwhile is not begun against the budget. */
      const heard = door();
      const verify = answers.verifyTunnel;
      answers.verifyTunnel = async (input) => {
        try {
          const seen = await verify(input);
          if (failures >= 3) await heard.opened;
          return seen;
        } catch (thrown) {
          failures += 1;
          if (failures === 3) startsAtThird = starts;
          throw thrown;
        }
      };
      let starts = 0;
      const restart = answers.restartTunnel;
      answers.restartTunnel = (input) => {
        starts += 1;
        return restart(input);
      };
      await withFakeWorld(20, answers, async (world) => {
        const run = await startProof(world, { waves: '100%', budget: '2' }, lanes);
        await world.until(run.workflowId, ({ questions }) => questions.length >= 3);
        heard.open();
        const { document, question } = await held(world, run.workflowId);

        // A lane that is free begins at once: what is begun after the border are at most those that were in flight.
        assert.ok(starts - startsAtThird < lanes, `${String(starts)} - ${String(startsAtThird)}`);
        if (lanes === 1) assert.deepEqual(restarted(world), all(1, 9));
        assert.match(
          question.text,
          /budget is used up: 3 failed \(ftd-4, ftd-7, ftd-9\); 2 failures of 20 devices are borne/,
        );
        assert.equal(document.questions.length, 4);
        assert.deepEqual(question.needs, ['reason']);

        const before = starts;
        await tell(world, run.workflowId, 'approve', { question: question.id, reason: 'known, goes on' });
        const later = await world.until(
          run.workflowId,
          (one) => !one.devices.some(({ status }) => status === 'waiting' || status === 'running'),
        );
        assert.equal(starts, 20, `${String(before)} before`);
        assert.equal(later.questions.length, 3);
        assert.ok(later.decisions.some(({ reason }) => reason === 'known, goes on'));
      });
    });
  }

  it('as a percentage is rounded down, and an approval bears as many again', async () => {
    const answers = goodAnswers(12);
    broken(answers, 1, 2, 3, 4, 5, 6);
    await withFakeWorld(12, answers, async (world) => {
      // 10 % of 12 is 1.
      const run = await startProof(world, { waves: '100%', budget: '10%' });
      const first = await held(world, run.workflowId);
      assert.deepEqual(restarted(world), all(1, 2));
      assert.match(first.question.text, /2 failed .*1 failure of 12 devices is borne/);
      await tell(world, run.workflowId, 'approve', { question: first.question.id, reason: 'one more' });
      await world.until(
        run.workflowId,
        (one) => holding(one) !== undefined && holding(one)?.id !== first.question.id,
      );
      const second = await held(world, run.workflowId);
      assert.deepEqual(restarted(world), all(1, 4), 'three are borne now, the fourth is too many');
      await tell(world, run.workflowId, 'deny', { question: second.question.id, reason: 'enough' });
      const document = await world.until(run.workflowId, (one) => one.questions.length === 4);
      assert.equal(document.devices.filter(({ status }) => status === 'skipped').length, 8);
      assert.deepEqual(restarted(world), all(1, 4));
    });
  });

  it('settles itself when enough is repaired; one that is tried again counts until it has come through', async () => {
    const answers = goodAnswers(5);
    const trouble = broken(answers, 1, 2);
    await withFakeWorld(5, answers, async (world) => {
      const run = await startProof(world, { waves: '100%', budget: '1' });
      const { document, question } = await held(world, run.workflowId);
      const own = document.questions.find(({ box }) => box === 'ftd-1') as Question;
      // Tried again in vain: nothing is begun by that.
      await tell(world, own.workflowId, 'retry', { question: own.id });
      await world.until(run.workflowId, ({ questions }) =>
        questions.some(({ box, id }) => box === 'ftd-1' && id !== own.id),
      );
      assert.deepEqual(restarted(world).sort(), all(1, 2));
      trouble.mend();
      const again = (await world.state(run.workflowId)).questions.find(
        ({ box }) => box === 'ftd-1',
      ) as Question;
      await tell(world, again.workflowId, 'retry', { question: again.id });
      const after = await world.until(
        run.workflowId,
        ({ devices }) => devices.filter(({ proven }) => proven).length === 4,
      );
      assert.equal(holding(after), undefined);
      const [{ failed, repaired }] = after.rollouts as [RolloutState];
      assert.deepEqual([failed, repaired], [1, 1], 'what is failed now, and what was');
      const late = await tell(world, run.workflowId, 'approve', { question: question.id, reason: 'x' });
      assert.equal(late.accepted, false, 'the question has settled itself');
    });
  });

  it('a cancel settles what it asks, and what was not begun stays so', async () => {
    const answers = goodAnswers(4);
    broken(answers, 1);
    await withFakeWorld(4, answers, async (world) => {
      const run = await startProof(world, { waves: '100%', budget: '0' });
      await held(world, run.workflowId);
      await tell(world, run.workflowId, 'cancel', { reason: 'home' });
      const document = await closed(world, run.workflowId);
      assert.equal(document.outcome, 'cancelled');
      assert.deepEqual(restarted(world), ['ftd-1']);
      assert.equal(document.devices.filter(({ status }) => status === 'needs-hands').length, 4);
    });
  });

  it('is held by a pause too: what was agreed to begins after resume', async () => {
    const answers = goodAnswers(3);
    broken(answers, 1);
    await withFakeWorld(3, answers, async (world) => {
      const run = await startProof(world, { waves: '100%', budget: '0' });
      const { question } = await held(world, run.workflowId);
      await tell(world, run.workflowId, 'pause', { reason: 'wait' });
      await tell(world, run.workflowId, 'approve', { question: question.id, reason: 'go' });
      await world.until(run.workflowId, ({ questions }) => questions.length === 1);
      assert.deepEqual(restarted(world), ['ftd-1']);
      await tell(world, run.workflowId, 'resume');
      await world.until(run.workflowId, ({ devices }) => devices.filter(({ proven }) => proven).length === 2);
    });
  });

  it('is counted exactly over shards, which come one after another', async () => {
    const answers = goodAnswers(100);
    const bad = [5, 40, 41, 90];
    const trouble = broken(answers, ...bad);
    await withFakeWorld(100, answers, async (world) => {
      const run = await startProof(world, { waves: '60, 100%', budget: '3' }, 16);
      const first = await held(world, run.workflowId);
      assert.equal(restarted(world).length, 60, 'the first wave is whole, the second is not begun');
      assert.match(first.question.text, /first wave did not come through: 3 failed/);
      await tell(world, run.workflowId, 'approve', { question: first.question.id, reason: 'known' });
      // Three and three more are borne; the one of the second wave is among them.
      const document = await world.until(
        run.workflowId,
        ({ devices }) => devices.filter(({ proven }) => proven).length === 96,
      );
      assert.equal(restarted(world).length, 100);
      assert.equal(new Set(restarted(world)).size, 100, 'each once');
      assert.equal(holding(document), undefined);
      trouble.mend();
    });
  });

  it('is used up within a shard: it hands back what it has not begun', async () => {
    const answers = goodAnswers(60);
    const trouble = broken(answers, 10, 20);
    let failures = 0;
    let startsAtBorder = Infinity;
    const verify = answers.verifyTunnel;
    await withFakeWorld(60, answers, async (world) => {
      answers.verifyTunnel = async (input) => {
        try {
          return await verify(input);
        } catch (thrown) {
          failures += 1;
          if (failures === 2) startsAtBorder = restarted(world).length;
          throw thrown;
        }
      };
      const run = await startProof(world, { waves: '100%', budget: '1' }, 4);
      const { document, question } = await held(world, run.workflowId);
      const begun = restarted(world).length;
      assert.ok(begun - startsAtBorder < 4, `${String(begun)} - ${String(startsAtBorder)}`);
      assert.match(question.text, /2 failed \(ftd-10, ftd-20\); 1 failure of 60 devices is borne/);
      assert.ok(question.text.includes(`0 in flight, ${String(60 - begun)} not begun`), question.text);
      trouble.mend();
      for (const own of document.questions.filter(({ step }) => step !== 'prove'))
        await tell(world, own.workflowId, 'retry', { question: own.id });
      const end = await closed(world, run.workflowId);
      assert.equal(end.exitCode, 0, end.summary);
      assert.equal(new Set(restarted(world)).size, 60);
      assert.equal(restarted(world).length, 60, 'each once');
    });
  });
});
