import assert from 'node:assert/strict';
import type { Question, RunDocument } from '../../workflows/contract.ts';
import { failWith, goodAnswers, withFakeWorld, type FakeWorld } from '../support/fake-world.ts';
import { closed, tell } from '../support/told.ts';
import { skipTime } from '../support/temporal.ts';

/** A run on an FMC with Classic licences, up to the question for the bypass. */
async function classicRun(world: FakeWorld): Promise<string> {
  const plan = await world.plan();
  const handle = await world.start(plan, { inputs: { ...plan.inputs, licence: 'classic' } });
  return handle.workflowId;
}

async function asked(world: FakeWorld, run: string, step: string): Promise<Question> {
  const document = await world.until(run, ({ questions }) =>
    questions.some((question) => question.step === step),
  );
  assert.equal(document.outcome, 'waiting');
  return document.questions.find((question) => question.step === step) as Question;
}

const bypassOf = ({ managers }: RunDocument): string => JSON.stringify(managers[0]?.['tacBypass']);

const put = { case: 'SR 700000001', reason: 'classic licences only' };

describe('the gate of the TAC bypass and its undoing', function () {
  this.timeout(120_000);

  it('asks before the generation for case and reason, and at the end for the undoing', async () => {
    await withFakeWorld(1, goodAnswers(1), async (world) => {
      const run = await classicRun(world);
      const gate = await asked(world, run, 'gate/bypass');
      assert.deepEqual(gate.needs, ['case', 'reason'], 'a yes to the plan does not cover it');
      assert.deepEqual(await tell(world, run, 'approve', { question: gate.id, reason: 'x' }), {
        accepted: false,
        text: 'This approval needs the number of the support case (--case): they are recorded.',
      });
      assert.equal(world.calls.filter(({ action }) => action === 'launchGenerateCerts').length, 0);
      assert.equal((await tell(world, run, 'approve', { question: gate.id, ...put })).accepted, true);

      const undo = await asked(world, run, 'undo/bypassUndone');
      assert.match(undo.text, /by ann, case SR 700000001/);
      assert.match(bypassOf(await world.state(run)), /^"IN PLACE since .* by ann/);
      const again = await tell(world, run, 'cancel', { reason: 'home' });
      assert.equal(again.accepted, false);
      assert.match(again.text, /at its end already; it waits for an answer to bypassUndone#1/);
      assert.equal((await world.state(run)).outcome, 'waiting', 'a cancel settles nothing here');

      await tell(world, run, 'approve', { question: undo.id, reason: 'TAC showed it' });
      const document = await closed(world, run);
      assert.equal(document.exitCode, 0, document.summary);
      assert.match(bypassOf(document), /^"undone/);
      assert.deepEqual(
        document.decisions.filter(({ verb }) => verb === 'approve').map((one) => one.case ?? ''),
        ['', '', put.case, ''],
      );
    });
  });

  it('a cancelled run stays open until somebody says that the bypass is undone', async () => {
    const answers = goodAnswers(1);
    answers.awaitGenerateCerts = () => failWith('GENERATE_CRITICAL_TASK', 'a VDB update runs');
    await withFakeWorld(1, answers, async (world) => {
      const run = await classicRun(world);
      await tell(world, run, 'approve', { question: (await asked(world, run, 'gate/bypass')).id, ...put });
      await world.until(run, ({ steps }) =>
        steps.some(({ note }) => note?.startsWith('a VDB update runs') === true),
      );
      assert.equal((await tell(world, run, 'cancel', { reason: 'enough' })).accepted, true);

      const undo = await asked(world, run, 'undo/bypassUndone');
      const again = await tell(world, run, 'cancel', { reason: 'really' });
      assert.equal(again.accepted, false);
      assert.match(again.text, /already being cancelled; it waits for an answer to bypassUndone#1/);
      await tell(world, run, 'deny', { question: undo.id, reason: 'TAC calls back tomorrow' });

      const document = await closed(world, run);
      assert.equal(document.outcome, 'cancelled');
      assert.match(document.leftToDo.join('\n'), /bypass .* is still in place, since .*case SR 700000001/);
      assert.match(bypassOf(document), /^"IN PLACE/);
    });
  });

  it('a no to the bypass ends the run before anything was touched, and asks for no undoing', async () => {
    await withFakeWorld(1, goodAnswers(1), async (world) => {
      const run = await classicRun(world);
      const gate = await asked(world, run, 'gate/bypass');
      await tell(world, run, 'deny', { question: gate.id, reason: 'no case yet' });
      const document = await closed(world, run);
      assert.equal(document.exitCode, 3);
      assert.equal(world.calls.filter(({ action }) => action === 'launchGenerateCerts').length, 0);
      assert.match(document.leftToDo.join('\n'), /If Cisco TAC has put one in place meanwhile/);
    });
  });

  it('a run without such licences is not asked', async () => {
    await withFakeWorld(1, goodAnswers(1), async (world) => {
      const handle = await world.start(await world.plan());
      await skipTime(world.server, handle.workflowId);
      const document = await closed(world, handle.workflowId);
      assert.equal(document.exitCode, 0, document.summary);
      assert.deepEqual(
        document.decisions.map(({ question }) => question),
        ['gate/copied', 'gate/go'],
      );
    });
  });
});
