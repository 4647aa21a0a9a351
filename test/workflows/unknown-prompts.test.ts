/** Sessions that stand at unknown prompts, as the run sees them: whom an answer reaches, and what becomes of it. */
import assert from 'node:assert/strict';
import { defaultSettings, runSettings } from '../../loader/index.ts';
import type { ActionInput, DecisionAnswer, DecisionInput, RunDocument } from '../../workflows/contract.ts';
import { siteQueue } from '../../workflows/contract.ts';
import {
  deviceUuid,
  failWith,
  goodAnswers,
  withFakeWorld,
  type FakeAction,
  type FakeWorld,
} from '../support/fake-world.ts';
import { closed } from '../support/told.ts';

const settings = { ...runSettings(defaultSettings), siteWorkerMs: 700 };

describe('a step at a prompt that no profile knows', function () {
  this.timeout(60_000);

  /** The queue that `world.served('held', …)` polls: of the worker that holds the sessions. */
  let queue = '';
  const stands = (input: ActionInput, more: Record<string, unknown> = {}): never => {
    const name = input.target?.name ?? '';
    return failWith('SESSION_PROMPT_UNKNOWN', `${name}: shows something that the profile does not know`, {
      screen: `Accept (y/n): `,
      cause: 'prompt:12345678',
      standing: { id: `stands-${name}`, box: input.target?.address, screen: 'digest', queue, ...more },
    });
  };
  /** Stands at a prompt until somebody has answered, or begins anew. */
  const onceAtPrompt =
    (good: FakeAction, which: readonly number[], more?: Record<string, unknown>): FakeAction =>
    (input) =>
      which.some((n) => deviceUuid(n) === input.target?.uuid) &&
      input.standing === undefined &&
      input.askedFor !== true
        ? stands(input, more)
        : good(input);

  async function run(
    answers: ReturnType<typeof goodAnswers>,
    devices: number,
    use: (world: FakeWorld, run: string) => Promise<void>,
  ): Promise<void> {
    await withFakeWorld(devices, answers, async (world) => {
      queue = siteQueue(world.queue, 'held');
      const { workflowId } = await world.start(await world.plan({ settings }), { settings });
      await use(world, workflowId);
    });
  }
  /** As the Temporal UI does: nobody is named. */
  const tell = (
    world: FakeWorld,
    id: string,
    verb: string,
    input: Partial<DecisionInput>,
  ): Promise<DecisionAnswer> =>
    world.server.client.workflow
      .getHandle(id)
      .executeUpdate<DecisionAnswer, [unknown]>(verb, { args: [input] });
  const asks = (world: FakeWorld, id: string, count: number): Promise<RunDocument> =>
    world.until(id, ({ questions }) => questions.length === count);

  it('takes an answer as the Temporal UI sends it, and refuses what cannot be typed', async () => {
    const good = goodAnswers(2, [2]);
    const answers = { ...good, deliverCerts: onceAtPrompt(good.deliverCerts, [2]) };
    await run(answers, 2, async (world, id) => {
      const { questions } = await asks(world, id, 1);
      assert.deepEqual(questions[0]?.answers, ['retry', 'skip', 'answer']);
      for (const [input, why] of [
        [{}, /one of: "send"/],
        [{ send: 'a\nb' }, /one line without control characters/],
        [{ send: 'a', key: 'enter' }, /one of: "send"/],
        [{ key: 'f13' }, /no key "f13"; there are: enter, space/],
        [{ raw: '' }, /"key": "enter"/],
        [{ send: 'a'.repeat(1001) }, /more than 1000/],
        [{ sned: 'a' }, /no field of answer/],
      ] as const) {
        const answer = await tell(world, id, 'answer', { device: 'ftd-2', ...input });
        assert.equal(answer.accepted, false, JSON.stringify(input));
        assert.match(answer.text, why);
      }
      await world.served('held', async () => {
        const answer = await tell(world, id, 'answer', { device: 'ftd-2', key: 'ctrl-c', reason: 'stuck' });
        assert.equal(answer.accepted, true, answer.text);
        const document = await closed(world, id);
        assert.equal(document.exitCode, 0, document.summary);
        const [decision] = document.decisions.filter(({ verb }) => verb === 'answer');
        assert.deepEqual([decision?.box, decision?.key, decision?.reason], ['ftd-2', 'ctrl-c', 'stuck']);
      });
      const [, second, ...more] = world.calls.filter(
        ({ action, input }) => action === 'deliverCerts' && input.target?.uuid === deviceUuid(2),
      );
      assert.deepEqual(more, []);
      assert.equal(second?.queue, queue, 'the worker that holds the session');
      assert.deepEqual(second.input.standing?.answer, { key: 'ctrl-c' });
      assert.equal(second.input.standing.id, 'stands-ftd-2');
      assert.equal(second.input.mayStand, true);
    });
  });

  it('one answer for all devices that show the same; each brings its own session', async () => {
    const good = goodAnswers(3, [1, 2, 3]);
    const answers = { ...good, deliverCerts: onceAtPrompt(good.deliverCerts, [1, 2, 3]) };
    await run(answers, 3, async (world, id) => {
      await asks(world, id, 3);
      await world.served('held', async () => {
        const answer = await tell(world, id, 'answer', { cause: 'prompt:12345678', credential: 'token' });
        assert.equal(answer.accepted, true, answer.text);
        assert.equal(answer.boxes?.length, 3);
        assert.equal((await closed(world, id)).exitCode, 0);
      });
      const typed = world.calls.filter(({ input }) => input.standing?.answer !== undefined);
      assert.deepEqual(typed.map(({ input }) => input.standing?.id).sort(), [
        'stands-ftd-1',
        'stands-ftd-2',
        'stands-ftd-3',
      ]);
      for (const { input } of typed) assert.deepEqual(input.standing?.answer, { credential: 'token' });
    });
  });

  it('the worker that held it is gone: says so, types nothing, and a retry begins anew', async () => {
    const good = goodAnswers(2, [2]);
    const answers = { ...good, deliverCerts: onceAtPrompt(good.deliverCerts, [2]) };
    await run(answers, 2, async (world, id) => {
      const first = await asks(world, id, 1);
      assert.equal((await tell(world, id, 'answer', { device: 'ftd-2', send: 'y' })).accepted, true);
      const { questions } = await world.until(id, (document) =>
        document.questions.some((question) => question.id !== first.questions[0]?.id),
      );
      assert.equal(questions[0]?.code, 'SESSION_GONE');
      assert.match(questions[0].text, /Nothing was typed/);
      assert.deepEqual(questions[0].answers, ['retry', 'skip']);
      assert.equal((await tell(world, id, 'retry', { device: 'ftd-2' })).accepted, true);
      assert.equal((await closed(world, id)).exitCode, 0);
      assert.ok(world.calls.every(({ input }) => input.standing === undefined));
    });
  });

  it('a retry of it goes to the worker that holds it, and to any other when that is gone', async () => {
    const good = goodAnswers(2, [1, 2]);
    const answers = { ...good, deliverCerts: onceAtPrompt(good.deliverCerts, [1, 2]) };
    await run(answers, 2, async (world, id) => {
      await asks(world, id, 2);
      await world.served('held', async () => {
        await tell(world, id, 'retry', { device: 'ftd-1' });
        await asks(world, id, 1);
      });
      await tell(world, id, 'retry', { device: 'ftd-2' });
      assert.equal((await closed(world, id)).exitCode, 0);
      const again = world.calls.filter(
        ({ action, input }) => action === 'deliverCerts' && input.askedFor === true,
      );
      assert.deepEqual(
        again.map((call) => [call.input.target?.name, call.queue, call.input.standing?.answer]),
        [
          ['ftd-1', queue, undefined],
          ['ftd-2', world.queue, undefined],
        ],
      );
    });
  });

  for (const outcome of ['done', 'not-done'] as const)
    it(`in the middle of a change: after the answer the box is looked at, by the same worker (${outcome})`, async () => {
      const good = goodAnswers(1, [1]);
      let first = true;
      const answers = {
        ...good,
        deliverCerts: (input: ActionInput) => {
          if (!first) return good.deliverCerts(input);
          first = false;
          return stands(input, { inCommand: true });
        },
        probeDelivery: (input: ActionInput) => {
          if (input.standing === undefined) return good.probeDelivery(input);
          return {
            facts: { outcome, text: 'looked', facts: { state: 'new', rung: 'ssh', fresh: true } },
          };
        },
      };
      await run(answers, 1, async (world, id) => {
        await asks(world, id, 1);
        await world.served('held', async () => {
          assert.equal((await tell(world, id, 'answer', { send: 'y' })).accepted, true);
          assert.equal((await closed(world, id)).exitCode, 0);
        });
        const looked = world.calls.filter(({ input }) => input.standing?.answer !== undefined);
        assert.deepEqual(
          looked.map(({ action, queue: at }) => [action, at]),
          [['probeDelivery', queue]],
        );
        const done = world.calls.filter(({ action }) => action === 'deliverCerts').length;
        assert.equal(done, outcome === 'done' ? 1 : 2);
      });
    });

  for (const [what, action] of [
    ['a change, which is looked at before it is done again', 'deliverCerts'],
    ['a look', 'probeDelivery'],
  ] as const)
    it(`a command that ends after all settles its question itself: ${what}`, async () => {
      const good = goodAnswers(2, [1, 2]);
      const answers = {
        ...good,
        probeDelivery: (input: ActionInput) =>
          input.standing === undefined || action === 'probeDelivery'
            ? good.probeDelivery(input)
            : { facts: { outcome: 'not-done', text: 'looked' } },
        // Looks like a question each time, but for an attempt that has patience.
        [action]: (input: ActionInput) =>
          input.target?.uuid === deviceUuid(2) && input.patient !== true && input.standing === undefined
            ? stands(input, { inCommand: true, mayEnd: true })
            : good[action](input),
      };
      await run(answers, 2, async (world, id) => {
        await world.served('held', async () => {
          const { questions } = await asks(world, id, 1);
          assert.deepEqual(questions[0]?.answers, ['retry', 'skip', 'answer']);
          world.ended.add('stands-ftd-2');
          const document = await closed(world, id);
          assert.equal(document.exitCode, 0, document.summary);
          assert.ok(document.decisions.every(({ verb }) => verb === 'approve'));
          assert.ok(document.devices.every(({ phase }) => phase === 'proven'));
        });
        const next = world.calls.filter(({ input }) => input.standing !== undefined);
        assert.deepEqual(
          next.map((call) => [call.action, call.queue, call.input.patient, call.input.standing?.answer]),
          [['probeDelivery', queue, true, undefined]],
          'the same worker, in the same session, and nothing is typed',
        );
      });
    });

  /** A delivery that stands in the middle; looked at afterwards, it is done. */
  const inCommand = (): ReturnType<typeof goodAnswers> => {
    const good = goodAnswers(1, [1]);
    const facts = { outcome: 'done', text: 'looked', facts: { state: 'new', rung: 'ssh', fresh: true } };
    let stood = false;
    return {
      ...good,
      deliverCerts: (input) => {
        stood = true;
        return stands(input, { inCommand: true, mayEnd: true });
      },
      probeDelivery: (input) => (stood ? { facts } : good.probeDelivery(input)),
    };
  };

  it('a question of a command can be answered while its end is watched for', async () => {
    await run(inCommand(), 1, async (world, id) => {
      await world.served('held', async () => {
        await asks(world, id, 1);
        assert.equal((await tell(world, id, 'answer', { send: 'y' })).accepted, true);
        assert.equal((await closed(world, id)).exitCode, 0);
      });
      const typed = world.calls.filter(({ input }) => input.standing?.answer !== undefined);
      assert.deepEqual(
        typed.map(({ action }) => action),
        ['probeDelivery'],
      );
    });
  });

  it('a question of a command stays open when nobody can watch for its end', async () => {
    await run(inCommand(), 1, async (world, id) => {
      await asks(world, id, 1);
      // Longer than the worker that held the session is waited for.
      await new Promise((resolve) => setTimeout(resolve, 2 * settings.siteWorkerMs));
      assert.equal((await world.state(id)).questions.length, 1);
      assert.equal((await tell(world, id, 'retry', {})).accepted, true);
      assert.equal((await closed(world, id)).exitCode, 0);
    });
  });

  it('one answer reaches all devices of a shard that ask the same, each in its own session', async () => {
    const many = 60;
    const which = [3, 17, 29, 44, 60];
    const all = Array.from({ length: many }, (_, index) => index + 1);
    const good = goodAnswers(many, all);
    const answers = { ...good, deliverCerts: onceAtPrompt(good.deliverCerts, which) };
    await run(answers, many, async (world, id) => {
      const { questions } = await asks(world, id, which.length);
      assert.ok(questions.every(({ workflowId }) => workflowId.includes('/shard-')));
      await world.served('held', async () => {
        const refused = await tell(world, id, 'answer', { cause: 'prompt:12345678', send: 'a\nb' });
        assert.equal(refused.accepted, false);
        assert.match(refused.text, /one line without control characters/);
        const none = await tell(world, id, 'answer', { cause: 'prompt:87654321', send: 'y' });
        assert.equal(none.accepted, false, none.text);
        const given = { cause: 'prompt:12345678', send: 'agree', reason: 'ours' };
        const answer = await tell(world, id, 'answer', given);
        assert.equal(answer.accepted, true, answer.text);
        assert.deepEqual([...(answer.boxes ?? [])].sort(), which.map((n) => `ftd-${String(n)}`).sort());
        const document = await closed(world, id);
        assert.equal(document.exitCode, 0, document.summary);
        const said = document.decisions.filter(
          ({ verb, refused: no }) => verb === 'answer' && no === undefined,
        );
        assert.deepEqual(
          said.map(({ box, send, reason }) => [box, send, reason]).sort(),
          which.map((n) => [`ftd-${String(n)}`, 'agree', 'ours']).sort(),
        );
      });
      const typed = world.calls.filter(({ input }) => input.standing?.answer !== undefined);
      assert.deepEqual(
        typed.map(({ input, queue: at }) => [input.target?.name, input.standing?.id, at]).sort(),
        which.map((n) => [`ftd-${String(n)}`, `stands-ftd-${String(n)}`, queue]).sort(),
      );
      for (const { input } of typed) assert.deepEqual(input.standing?.answer, { send: 'agree' });
    });
  });

  it('is left standing by nobody in a plan', async () => {
    const good = goodAnswers(1);
    await withFakeWorld(1, good, async (world) => {
      await world.plan({ settings });
      assert.ok(world.calls.every(({ input }) => input.mayStand === undefined));
    });
  });
});
