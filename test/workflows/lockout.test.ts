import assert from 'node:assert/strict';
import { failWith, goodAnswers, withFakeWorld } from '../support/fake-world.ts';
import { closed, tell } from '../support/told.ts';

/** As the made-up boxes have them. */
const caEnds = '2026-12-31T00:00:00Z';
const certificatesEnd = '2026-12-30T00:00:00Z';

describe('the time until devices are lost', function () {
  this.timeout(60_000);

  it('a plan holds the first end against the stages up to the last delivery', async () => {
    const answers = goodAnswers(20, [3]);
    const look = answers.inspectDevice;
    answers.inspectDevice = async (input) => {
      const { facts } = await look(input);
      const notAfter = input.target?.name === 'ftd-7' ? '2026-12-01T00:00:00Z' : certificatesEnd;
      return { facts: { ...(facts as object), notAfter } };
    };
    await withFakeWorld(20, answers, async (world) => {
      const { lockout, outlook, rollouts } = await world.plan();
      assert.ok(lockout !== undefined);
      assert.equal(lockout.devices, 20);
      assert.equal(lockout.atOnce, 0);
      assert.deepEqual(lockout.first, {
        at: '2026-12-01T00:00:00Z',
        of: 'its own certificate',
        box: 'ftd-7',
      });
      assert.equal(lockout.notKnown, 0);
      assert.equal(lockout.basis, 'runbook');
      const phases = outlook?.phases ?? [];
      const upTo = phases.slice(0, phases.findIndex(({ stage }) => stage === 'deliver') + 1);
      assert.ok(upTo.length > 1 && upTo.length < phases.length);
      assert.equal(
        lockout.needsMs,
        upTo.reduce((sum, { ms }) => sum + ms, 0),
      );
      assert.deepEqual(rollouts, [
        {
          stage: 'prove',
          title: 'Prove tunnels on a fresh handshake',
          devices: 20,
          waves: [1, 2, 17],
          budget: 1,
          windows: '',
          takesMs: 120_000,
        },
      ]);
      // Three waves, each of which waits for the one before; 17 of eight at once take three rounds.
      assert.equal(phases.find(({ stage }) => stage === 'prove')?.ms, (1 + 1 + 3) * 120_000);
    });
  });

  it('what could not be read is not known, and the CA counts alone', async () => {
    const answers = goodAnswers(2);
    const look = answers.inspectDevice;
    answers.inspectDevice = async (input) => ({
      facts: { ...((await look(input)).facts as object), notAfter: null },
    });
    const ca = answers.readInternalCa;
    await withFakeWorld(2, answers, async (world) => {
      const byCa = (await world.plan()).lockout;
      assert.deepEqual(byCa?.first, { at: caEnds, of: 'the CA of its FMC', box: null });
      answers.readInternalCa = async (input) => ({
        facts: { ...((await ca(input)).facts as object), notAfter: '?' },
      });
      const unknown = (await world.plan()).lockout;
      assert.equal(unknown?.first, null);
      assert.equal(unknown.notKnown, 2);
    });
  });

  it('after the generation no date counts; a question carries that of its device; delivered is safe', async () => {
    const answers = goodAnswers(3, [2]);
    let isBroken = true;
    answers.deliverCerts = () =>
      isBroken ? failWith('SESSION_SUDO_REFUSED', 'sudo said no') : { facts: { state: 'new', rung: 'ssh' } };
    await withFakeWorld(3, answers, async (world) => {
      const run = await world.start(await world.plan());
      const waiting = await world.until(run.workflowId, ({ outcome }) => outcome === 'waiting');
      const { lockout } = waiting;
      assert.equal(lockout?.devices, 1);
      assert.equal(lockout.atOnce, 1, 'the FMC presents its new CA');
      const [question] = waiting.questions;
      assert.deepEqual(
        [question?.lockout?.devices, question?.lockout?.atOnce, question?.lockout?.needsMs],
        [1, 1, 150_000],
        'and what its own delivery takes by the runbook',
      );
      isBroken = false;
      await tell(world, run.workflowId, 'retry', { device: 'ftd-2' });
      const end = await closed(world, run.workflowId);
      assert.equal(end.exitCode, 0, end.summary);
      assert.deepEqual([end.lockout?.devices, end.lockout?.first, end.lockout?.needsMs], [0, null, null]);
    });
  });
});
