import assert from 'node:assert/strict';
import type { RunDocument } from '../../workflows/contract.ts';
import { failWith, goodAnswers, withFakeWorld } from '../support/fake-world.ts';
import { called, deviceOf, door, isWaiting, tell } from '../support/told.ts';

const why = { reason: 'the window moves' };
const delivered = { facts: { state: 'new', rung: 'ssh' } };

describe('answers given to the run', function () {
  this.timeout(120_000);

  it('reach a device by its name, once, however often they are sent', async () => {
    const answers = goodAnswers(2, [1, 2]);
    let broken = true;
    answers.deliverCerts = (input) =>
      broken && input.target?.name === 'ftd-1' ? failWith('SESSION_SUDO_REFUSED', 'sudo said no') : delivered;
    await withFakeWorld(2, answers, async (world) => {
      const run = await world.start(await world.plan());
      const id = run.workflowId;
      await world.until(id, isWaiting);
      assert.match((await tell(world, id, 'retry', { device: 'ftd-9' })).text, /knows no device ftd-9/);
      assert.match((await tell(world, id, 'skip', { device: 'ftd-1' })).text, /skip needs a reason/);
      const wrong = await tell(world, id, 'retry', { device: 'ftd-1', from: 'verify' });
      assert.match(wrong.text, /cannot be gone on with from "verify". Steps to go on from: check/);

      const first = await tell(world, id, 'retry', { device: 'ftd-1', from: 'check' }, 'click');
      const twice = await tell(world, id, 'retry', { device: 'ftd-1', from: 'check' }, 'click');
      assert.deepEqual(twice, first);
      assert.deepEqual([first.accepted, first.boxes], [true, ['ftd-1']], first.text);
      const next = await world.until(id, ({ questions }) => questions[0]?.id.endsWith('deliver#2') === true);
      assert.equal(called(world, 'probeDelivery', 'ftd-1'), 2, 'it went on from the look');
      assert.equal(called(world, 'deliverCerts', 'ftd-1'), 2);

      broken = false;
      const question = next.questions[0]?.id ?? '';
      assert.equal((await tell(world, id, 'retry', { question })).accepted, true);
      const again = await tell(world, id, 'retry', { question });
      assert.deepEqual([again.accepted, /settled by ann/.test(again.text)], [true, true], again.text);
      const other = await tell(world, id, 'retry', { question, by: 'bob' });
      assert.equal(other.accepted, false, 'bob comes second');
      const document = (await run.result()) as RunDocument;
      assert.equal(document.exitCode, 0, document.summary);
      assert.equal(called(world, 'deliverCerts', 'ftd-1'), 3);
      assert.deepEqual(
        document.decisions.filter(({ verb }) => verb === 'retry').map(({ by, box, from }) => [by, box, from]),
        [
          ['ann', 'ftd-1', 'check'],
          ['ann', 'ftd-1', undefined],
        ],
      );
      assert.equal(document.refused?.length, 4);
    });
  });

  it('of one cause settle all who stand at it, and all that failed', async () => {
    const answers = goodAnswers(3, [1, 2, 3]);
    let broken = true;
    answers.deliverCerts = (input) => {
      if (!broken) return delivered;
      return input.target?.name === 'ftd-3'
        ? failWith('SESSION_SUDO_REFUSED', 'sudo said no')
        : failWith('SESSION_SUDO_REFUSED', 'refused', { cause: 'credential:fleet' });
    };
    await withFakeWorld(3, answers, async (world) => {
      const run = await world.start(await world.plan());
      const id = run.workflowId;
      await world.until(id, ({ questions }) => questions.length === 3);
      assert.match(
        (await tell(world, id, 'retry', { cause: 'credential:other' })).text,
        /no open question.*There are: credential:fleet/i,
      );
      const both = await tell(world, id, 'retry', { cause: 'credential:fleet' });
      assert.deepEqual(both.boxes, ['ftd-1', 'ftd-2'], both.text);
      await world.until(id, ({ questions }) => questions.filter((one) => one.id.endsWith('#2')).length === 2);
      assert.equal(called(world, 'deliverCerts', 'ftd-3'), 1);
      broken = false;
      const all = await tell(world, id, 'retry', { all: 'failed' });
      assert.deepEqual(all.boxes?.length, 3, all.text);
      assert.equal(((await run.result()) as RunDocument).exitCode, 0);
    });
  });

  it('never go back before a generation that has been started', async () => {
    const answers = goodAnswers(1);
    answers.awaitGenerateCerts = () => failWith('SESSION_LOST', 'cut');
    answers.probeGeneration = () => ({ facts: { outcome: 'unknown', text: 'nobody knows' } });
    await withFakeWorld(1, answers, async (world) => {
      const run = await world.start(await world.plan());
      const id = run.workflowId;
      await world.until(id, isWaiting);
      for (const from of ['quiet', 'launch'])
        assert.match(
          (await tell(world, id, 'retry', { from })).text,
          /no earlier step .*cannot be taken back/,
        );
      await tell(world, id, 'cancel', why);
      await run.result();
      assert.equal(called(world, 'launchGenerateCerts'), 1);
    });
  });
});

describe('the details that the Temporal UI shows', function () {
  this.timeout(60_000);

  it('hold for each answer the input that is accepted, what is held, and what was refused last', async () => {
    const answers = goodAnswers(2, [1, 2]);
    answers.deliverCerts = () => failWith('SESSION_SUDO_REFUSED', 'sudo said no');
    await withFakeWorld(2, answers, async (world) => {
      const run = await world.start(await world.plan());
      const id = run.workflowId;
      const details = async (): Promise<string> => {
        const { currentDetails } = await run.query<{ currentDetails: string }>(
          '__temporal_workflow_metadata',
        );
        return currentDetails;
      };
      await world.until(id, isWaiting);
      await tell(world, id, 'hold', { device: 'ftd-2' });
      assert.match(await details(), /Refused last: hold by ann at .*: hold needs a reason\./);
      await tell(world, id, 'hold', { device: 'ftd-2', ...why });
      const given = [...(await details()).matchAll(/(\w+) `(\{[^`]*\})`/g)].map(
        ([, verb = '', input = '']) => ({
          verb: verb as 'retry',
          input: JSON.parse(input) as { device: string },
        }),
      );
      assert.deepEqual(
        given.map(({ verb }) => verb),
        ['retry', 'skip', 'retry', 'skip', 'release'],
      );
      for (const { verb, input } of given.filter((one) => one.verb !== 'retry')) {
        const answer = await tell(world, id, verb, input);
        assert.equal(answer.accepted, true, `${verb}: ${answer.text}`);
      }
      const document = (await run.result()) as RunDocument;
      assert.deepEqual(
        document.devices.map(({ status, note }) => [status, note]),
        [
          ['skipped', 'SESSION_SUDO_REFUSED: WHY'],
          ['skipped', 'SESSION_SUDO_REFUSED: WHY'],
        ],
      );
    });
  });
});

describe('a device that has ended', function () {
  this.timeout(120_000);

  it('is taken through its stage again while the run is open, and through those that came since', async () => {
    const answers = goodAnswers(2, [1]);
    let broken = true;
    answers.deliverCerts = () => (broken ? failWith('SESSION_SUDO_REFUSED', 'sudo said no') : delivered);
    const finish = door();
    answers.tidyManager = async () => {
      await finish.opened;
      return { facts: {} };
    };
    await withFakeWorld(2, answers, async (world) => {
      const run = await world.start(await world.plan());
      const id = run.workflowId;
      await world.until(id, isWaiting);
      const skipped = await tell(world, id, 'skip', { device: 'ftd-1', ...why });
      assert.equal(skipped.accepted, true, skipped.text);
      await world.until(id, ({ steps }) =>
        steps.some(({ path, status }) => path === 'finish/tidied' && status === 'running'),
      );
      assert.match((await tell(world, id, 'retry', { device: 'ftd-2' })).text, /ftd-2 is done/);
      broken = false;
      const again = await tell(world, id, 'retry', { device: 'ftd-1' });
      assert.deepEqual([again.accepted, again.boxes], [true, ['ftd-1']], again.text);
      const twice = await tell(world, id, 'retry', { device: 'ftd-1' });
      assert.equal(twice.accepted, true, twice.text);
      await world.until(id, (document) => deviceOf(document, 'ftd-1').status === 'done');
      finish.open();
      const document = (await run.result()) as RunDocument;
      assert.equal(document.exitCode, 0, document.summary);
      assert.equal(called(world, 'deliverCerts', 'ftd-1'), 2);
      assert.equal(called(world, 'tidyManager'), 2, 'the last look is done again');
      const ids = world.calls
        .filter(({ action }) => action === 'deliverCerts')
        .map(({ input }) => input.attempt);
      assert.deepEqual(ids, [1, 2], 'attempts go on counting');
    });
  });
});

describe('a device whose turn has not come', function () {
  this.timeout(60_000);

  it('left out and begun again meanwhile, is gone through once', async () => {
    const answers = goodAnswers(4, [1, 2, 3, 4]);
    const first = door();
    answers.deliverCerts = async (input) => {
      if (input.target?.name === 'ftd-1') await first.opened;
      return delivered;
    };
    await withFakeWorld(4, answers, async (world) => {
      const run = await world.start(await world.plan(), { lanes: 1 });
      const id = run.workflowId;
      await world.until(id, ({ devices }) => devices[0]?.['step'] === 'deliver/deliver');
      for (const device of ['ftd-2', 'ftd-3'])
        assert.equal((await tell(world, id, 'skip', { device, reason: 'in storage' })).accepted, true);
      assert.equal((await tell(world, id, 'retry', { device: 'ftd-2' })).accepted, true);
      await world.until(id, (document) => deviceOf(document, 'ftd-2').status === 'done');
      first.open();
      await world.until(id, (document) => deviceOf(document, 'ftd-1').status === 'done');
      const document = (await run.result()) as RunDocument;
      assert.deepEqual(
        document.devices.map(({ status }) => status),
        ['done', 'done', 'skipped', 'done'],
      );
      assert.equal(called(world, 'deliverCerts', 'ftd-2'), 1);
    });
  });

  it('left out for good, stays so when the run is cancelled', async () => {
    const answers = goodAnswers(3, [1, 2, 3]);
    const first = door();
    answers.deliverCerts = async () => {
      await first.opened;
      return delivered;
    };
    await withFakeWorld(3, answers, async (world) => {
      const run = await world.start(await world.plan(), { lanes: 1 });
      const id = run.workflowId;
      await world.until(id, ({ devices }) => devices[0]?.['step'] === 'deliver/deliver');
      await tell(world, id, 'skip', { device: 'ftd-2', reason: 'in storage' });
      await tell(world, id, 'cancel', why);
      first.open();
      const { devices } = (await run.result()) as RunDocument;
      assert.deepEqual(devices.map(({ status, note }) => [status, note]).slice(1), [
        ['skipped', 'in storage'],
        ['needs-hands', 'The run was cancelled before this device was begun.'],
      ]);
    });
  });
});

describe('a held device', function () {
  this.timeout(120_000);

  it('before it is begun: others go on, the run waits for it alone, and it goes on when it is released', async () => {
    const answers = goodAnswers(3, [1, 2, 3]);
    const first = door();
    answers.probeDelivery = ((base) => async (input) => {
      if (input.target?.name === 'ftd-1') await first.opened;
      return await base(input);
    })(answers.probeDelivery);
    await withFakeWorld(3, answers, async (world) => {
      const run = await world.start(await world.plan(), { lanes: 1 });
      const id = run.workflowId;
      await world.until(id, ({ devices }) => devices[0]?.['step'] === 'deliver/check');
      assert.equal((await tell(world, id, 'hold', { device: 'ftd-2' })).accepted, false, 'it needs a reason');
      const held = await tell(world, id, 'hold', { device: 'ftd-2', ...why });
      assert.match(held.text, /^Held: nothing that changes ftd-2 .*Nothing is in flight on it\.\nRisk /);
      assert.match((await tell(world, id, 'hold', { device: 'ftd-2', ...why })).text, /held already/);
      first.open();
      const document = await world.until(id, isWaiting);
      assert.deepEqual(
        document.devices.map(({ status, hold }) => [status, hold?.by]),
        [
          ['done', undefined],
          ['waiting', 'ann'],
          ['done', undefined],
        ],
      );
      assert.equal(called(world, 'probeDelivery', 'ftd-2'), 0, 'not begun');
      assert.equal((await tell(world, id, 'release', { device: 'ftd-2', by: 'bob' })).accepted, true);
      assert.equal(((await run.result()) as RunDocument).exitCode, 0);
    });
  });

  it('in a step: that is finished, the next change is not begun; it can be skipped, or cancelled with the run', async () => {
    const answers = goodAnswers(2, [1, 2]);
    const delivery = door();
    answers.deliverCerts = async (input) => {
      if (input.target?.name === 'ftd-1') await delivery.opened;
      return delivered;
    };
    await withFakeWorld(2, answers, async (world) => {
      const run = await world.start(await world.plan());
      const id = run.workflowId;
      await world.until(id, ({ devices }) => devices[0]?.['step'] === 'deliver/deliver');
      const held = await tell(world, id, 'hold', { device: 'ftd-1', ...why });
      assert.match(held.text, /in flight is finished: deliver\/deliver/);
      delivery.open();
      const document = await world.until(id, isWaiting);
      assert.deepEqual([deviceOf(document, 'ftd-2').status, document.devices[0]?.['held']], ['done', true]);
      assert.equal(called(world, 'restartTunnel', 'ftd-1'), 0);
      assert.equal((await tell(world, id, 'cancel', why)).accepted, true);
      const end = (await run.result()) as RunDocument;
      assert.equal(end.outcome, 'cancelled');
      assert.equal(called(world, 'restartTunnel', 'ftd-1'), 0);
      assert.match(end.leftToDo.join(), /ftd-1/);
    });
  });

  it('that is not begun can be left out', async () => {
    await withFakeWorld(2, goodAnswers(2, [1, 2]), async (world) => {
      const run = await world.start(await world.plan());
      const id = run.workflowId;
      await tell(world, id, 'pause', why);
      await world.until(id, ({ devices }) => devices.length === 2);
      await tell(world, id, 'hold', { device: 'ftd-1', ...why });
      await tell(world, id, 'resume');
      await world.until(id, isWaiting);
      assert.equal((await tell(world, id, 'skip', { device: 'ftd-1', reason: 'in storage' })).accepted, true);
      const document = (await run.result()) as RunDocument;
      assert.deepEqual([document.exitCode, deviceOf(document, 'ftd-1').status], [4, 'skipped']);
      assert.equal(called(world, 'deliverCerts', 'ftd-1'), 0);
    });
  });
});
