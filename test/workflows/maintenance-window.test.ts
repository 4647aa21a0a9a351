import assert from 'node:assert/strict';
import { defineSearchAttributeKey } from '@temporalio/common';
import { memoKey, needsPerson, restsUntil, type RunMemo } from '../../workflows/contract.ts';
import { failWith, goodAnswers, withFakeWorld, type FakeAction } from '../support/fake-world.ts';
import { held, holding, restarted, startProof } from '../support/proof-run.ts';
import { closed, tell } from '../support/told.ts';
import { skipTime } from '../support/temporal.ts';

const attention = defineSearchAttributeKey('NeedsAttention', 'BOOL');

type Answers = ReturnType<typeof goodAnswers>;

describe('a maintenance window', function () {
  this.timeout(120_000);

  const hour = 3_600_000;
  const iso = (ms: number): string => new Date(ms).toISOString();
  const atOf = (input: Parameters<FakeAction>[0]): number =>
    Date.parse((input.params['look'] as { at: string }).at);

  /** Open for an hour, from the first look on plus `afterMs`; then again a day later. */
  function windows(answers: Answers, afterMs: number, openMs = hour): { looks: number } {
    const seen = { looks: 0 };
    let first: number | undefined;
    answers.maintenanceWindow = (input) => {
      seen.looks += 1;
      const at = atOf(input);
      first ??= at + afterMs;
      let opens = first;
      while (at > opens + openMs) opens += 24 * hour;
      const closes = opens + openMs;
      return {
        facts: {
          kind: 'window',
          opens: iso(Math.max(at, opens)),
          lastStart: iso(closes),
          closes: iso(closes),
        },
      };
    };
    return seen;
  }

  it('that is open holds nothing back, and is looked at once', async () => {
    const answers = goodAnswers(3);
    const seen = windows(answers, 0);
    await withFakeWorld(3, answers, async (world) => {
      const run = await startProof(world, { window: '* * * * * for 1h in UTC' });
      assert.equal((await closed(world, run.workflowId)).exitCode, 0);
      assert.equal(seen.looks, 1);
      const look = world.calls.find(({ action }) => action === 'maintenanceWindow');
      assert.deepEqual(
        { ...(look?.input.params['look'] as object), at: '' },
        { windows: '* * * * * for 1h in UTC', at: '', takesMs: 120_000 },
      );
    });
  });

  it('that is closed holds the restarts, never the deliveries, and goes on by itself when it opens', async () => {
    const answers = goodAnswers(3, [3]);
    windows(answers, 5 * hour);
    await withFakeWorld(3, answers, async (world) => {
      const run = await startProof(world, {});
      const { question } = await held(world, run.workflowId);
      assert.match(
        question.text,
        /Outside of the maintenance window, which opens at 20.* \+00:00 and closes at/,
      );
      assert.match(question.remedy, /goes on by itself/);
      const state = await world.state(run.workflowId);
      assert.equal(state.outcome, 'running', 'nobody is needed for it');
      assert.ok(state.devices.every(({ phase }) => phase === 'delivered' || phase === 'proven'));
      assert.equal(state.rollouts?.[0]?.heldBy, 'window');
      assert.equal(question.settlesAt, (state.rollouts[0].window as { opens: string }).opens);
      assert.equal(state.lockout?.devices, 0);
      // What a monitoring job looks for, with no worker to ask: nobody is needed.
      const described = await run.describe();
      assert.notEqual(described.typedSearchAttributes.get(attention), true);
      const memo = described.memo?.[memoKey] as RunMemo;
      assert.deepEqual([needsPerson(memo), restsUntil(memo)], [false, question.settlesAt]);
      assert.deepEqual(restarted(world), ['ftd-3'], 'the dead tunnel was restarted at its delivery');
      assert.equal(world.calls.filter(({ action }) => action === 'deliverCerts').length, 1);
      await skipTime(world.server, run.workflowId);
      const document = await closed(world, run.workflowId);
      assert.equal(document.exitCode, 0, document.summary);
      assert.deepEqual(document.questions, []);
      assert.equal(restarted(world).length, 3);
    });
  });

  it('that closes in the middle: what is in flight is finished, the rest waits for the next', async () => {
    const answers = goodAnswers(4);
    let lastStart = 0;
    let isOver = false;
    answers.maintenanceWindow = (input) => {
      const at = atOf(input);
      if (!isOver) lastStart = at + 3000;
      const later = lastStart + 5 * hour;
      return {
        facts:
          at <= lastStart || at >= later
            ? {
                kind: 'window',
                opens: iso(at),
                lastStart: iso(at <= lastStart ? lastStart : at + hour),
                closes: iso(at + hour),
              }
            : { kind: 'window', opens: iso(later), lastStart: iso(later + hour), closes: iso(later + hour) },
      };
    };
    const restart = answers.restartTunnel;
    answers.restartTunnel = async (input) => {
      // In flight when the window closes.
      if (!isOver) await new Promise((resolve) => setTimeout(resolve, lastStart - Date.now() + 200));
      isOver = true;
      return await restart(input);
    };
    await withFakeWorld(4, answers, async (world) => {
      const run = await startProof(world, { waves: '100%' });
      const { document, question } = await held(world, run.workflowId);
      assert.deepEqual(restarted(world), ['ftd-1']);
      assert.equal(
        document.devices.filter(({ proven }) => proven).length,
        1,
        'what was in flight is finished',
      );
      assert.match(question.text, /1 of 4 are through, 0 in flight, 3 not begun/);
      await skipTime(world.server, run.workflowId);
      assert.equal((await closed(world, run.workflowId)).exitCode, 0);
      assert.equal(restarted(world).length, 4);
    });
  });

  it('is set aside by an approval, with a reason that is recorded', async () => {
    const answers = goodAnswers(2);
    windows(answers, 5 * hour);
    await withFakeWorld(2, answers, async (world) => {
      const run = await startProof(world, {});
      const { question } = await held(world, run.workflowId);
      const refused = await tell(world, run.workflowId, 'approve', { question: question.id });
      assert.equal(refused.accepted, false);
      await tell(world, run.workflowId, 'approve', { question: question.id, reason: 'CHG0042 allows it' });
      const document = await closed(world, run.workflowId);
      assert.equal(document.exitCode, 0, document.summary);
      assert.ok(
        document.decisions.some(
          ({ by, verb, reason }) => by === 'ann' && verb === 'approve' && reason === 'CHG0042 allows it',
        ),
      );
    });
  });

  it('that never opens, or cannot be read, counts as closed; retry looks again', async () => {
    const answers = goodAnswers(2);
    let state: 'broken' | 'never' | 'always' = 'broken';
    answers.maintenanceWindow = () =>
      state === 'broken' ? failWith('INPUT_INVALID', 'no such zone') : { facts: { kind: state } };
    await withFakeWorld(2, answers, async (world) => {
      const run = await startProof(world, {});
      const first = await held(world, run.workflowId);
      assert.equal(
        (await run.describe()).typedSearchAttributes.get(attention),
        true,
        'nobody knows when it opens',
      );
      assert.match(first.question.text, /could not be read \(no such zone\), and count as closed/);
      state = 'never';
      await tell(world, run.workflowId, 'retry', { question: first.question.id });
      await world.until(
        run.workflowId,
        (one) => holding(one) !== undefined && holding(one)?.id !== first.question.id,
      );
      const second = await held(world, run.workflowId);
      assert.match(second.question.text, /No maintenance window opens any more/);
      state = 'always';
      await tell(world, run.workflowId, 'retry', { question: second.question.id });
      assert.equal((await closed(world, run.workflowId)).exitCode, 0);
    });
  });
});
