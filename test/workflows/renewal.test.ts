import assert from 'node:assert/strict';
import type { RunDocument } from '../../workflows/contract.ts';
import { skipTime } from '../support/temporal.ts';
import { deviceUuid, failWith, goodAnswers, withFakeWorld } from '../support/fake-world.ts';
import { tell } from '../support/told.ts';
import { oldCaFault } from '../unit/cli/documents.ts';

describe('runRunbook', function () {
  this.timeout(120_000);

  it('plans without changing anything, then carries the plan out', async () => {
    await withFakeWorld(3, goodAnswers(3, [2]), async (world) => {
      const plan = await world.plan();
      assert.equal(plan.runnable, true, JSON.stringify(plan.findings));
      assert.deepEqual(
        world.calls.filter(({ action }) =>
          ['launchGenerateCerts', 'deliverCerts', 'restartTunnel'].includes(action),
        ),
        [],
      );
      assert.equal(plan.devices.length, 3);
      assert.equal(plan.devices[1]?.columns['tunnel'], 'down');

      const handle = await world.start(plan);
      const document = (await handle.result()) as RunDocument;

      assert.equal(document.outcome, 'done', document.summary);
      assert.equal(document.exitCode, 0);
      assert.equal(world.calls.filter(({ action }) => action === 'launchGenerateCerts').length, 1);
      assert.deepEqual(
        world.calls.filter(({ action }) => action === 'restartTunnel').map(({ input }) => input.target?.uuid),
        [deviceUuid(2)],
      );
      assert.deepEqual(
        document.devices.map((device) => device.phase),
        ['delivered', 'proven', 'delivered'],
      );
      assert.equal(document.decisions[0]?.reason, 'unattended, pre-approved by tester');
    });
  });

  it('settles what a known fault of the first look asks for, once its device is proven', async () => {
    const answers = goodAnswers(2, [2]);
    const look = answers.inspectDevice;
    answers.inspectDevice = async (input) => ({
      ...(await look(input)),
      findings: [
        {
          code: 'KNOWN_FAULT',
          severity: 'warn',
          text: `${oldCaFault.title}. To do: deliver it.`,
          box: input.target?.name ?? '',
          uuid: input.target?.uuid ?? '',
          fault: { id: oldCaFault.id, line: '', at: null },
        },
      ],
      faults: [oldCaFault],
    });
    await withFakeWorld(2, answers, async (world) => {
      const handle = await world.start(await world.plan());
      const { findings } = (await handle.result()) as RunDocument;
      assert.deepEqual(findings.map(({ box, settled, text }) => [box, settled, text]).sort(), [
        ['ftd-1', undefined, `${oldCaFault.title}. To do: deliver it.`],
        ['ftd-2', true, `${oldCaFault.title}. It was seen before; the device has been proven since.`],
      ]);
    });
  });

  it('parks one device and finishes the others; a retry goes on', async () => {
    const answers = goodAnswers(3, [2]);
    let broken = true;
    answers.deliverCerts = () =>
      broken ? failWith('SESSION_SUDO_REFUSED', 'sudo said no') : { facts: { state: 'new', rung: 'ssh' } };
    await withFakeWorld(3, answers, async (world) => {
      const handle = await world.start(await world.plan());
      const waiting = await world.until(handle.workflowId, (document) => document.outcome === 'waiting');
      assert.deepEqual(
        waiting.devices.map((device) => device.status),
        ['done', 'parked', 'done'],
      );
      const question = waiting.questions[0];
      assert.equal(question?.code, 'SESSION_SUDO_REFUSED');

      const [owner, mine] = [question.workflowId, { by: 'me', question: question.id }];
      const refused = await tell(world, owner, 'skip', mine);
      assert.equal(refused.accepted, false, 'a skip without a reason is refused');
      broken = false;
      const accepted = await tell(world, owner, 'retry', mine);
      assert.equal(accepted.accepted, true);

      const document = (await handle.result()) as RunDocument;
      assert.equal(document.exitCode, 0);
      assert.ok(document.decisions.some((decision) => decision.verb === 'retry' && decision.by === 'me'));
    });
  });

  it('waits durably while the script refuses, and starts it again only after a look', async () => {
    const answers = goodAnswers(1);
    let refusals = 0;
    answers.awaitGenerateCerts = () => {
      if (refusals < 3) {
        refusals += 1;
        failWith('GENERATE_CRITICAL_TASK', 'SRU update in progress');
      }
      return { facts: { fingerprint: 'NEW' } };
    };
    await withFakeWorld(1, answers, async (world) => {
      const handle = await world.start(await world.plan());
      await skipTime(world.server, handle.workflowId);
      const document = (await handle.result()) as RunDocument;
      assert.equal(document.exitCode, 0);
      assert.equal(world.calls.filter(({ action }) => action === 'launchGenerateCerts').length, 4);
    });
  });

  it('never starts the generation again after an unknown outcome that the box shows as started', async () => {
    const answers = goodAnswers(1);
    answers.launchGenerateCerts = () => failWith('SESSION_LOST', 'cut');
    answers.probeGeneration = () => ({
      facts: {
        outcome: 'done',
        text: 'it runs',
        facts: { folder: '/l', session: 's', keepAlive: 'screen', startedAt: '', knownFolders: [] },
      },
    });
    await withFakeWorld(1, answers, async (world) => {
      const handle = await world.start(await world.plan());
      const document = (await handle.result()) as RunDocument;
      assert.equal(document.exitCode, 0);
      assert.equal(world.calls.filter(({ action }) => action === 'launchGenerateCerts').length, 1);
    });
  });

  it('asks a person when nobody can tell whether it generated', async () => {
    const answers = goodAnswers(1);
    answers.awaitGenerateCerts = () => failWith('SESSION_LOST', 'cut');
    answers.probeGeneration = () => ({ facts: { outcome: 'unknown', text: 'somebody else generated' } });
    await withFakeWorld(1, answers, async (world) => {
      const handle = await world.start(await world.plan());
      const waiting = await world.until(handle.workflowId, (document) => document.outcome === 'waiting');
      assert.equal(waiting.questions[0]?.kind, 'unknown-outcome');
      assert.equal(world.calls.filter(({ action }) => action === 'launchGenerateCerts').length, 1);
      await tell(world, handle.workflowId, 'cancel', { by: 'me', reason: 'enough' });
      const document = (await handle.result()) as RunDocument;
      assert.equal(document.outcome, 'cancelled');
      assert.equal(document.exitCode, 4);
    });
  });

  it('refuses on drift before anything is touched', async () => {
    const answers = goodAnswers(1);
    await withFakeWorld(1, answers, async (world) => {
      const plan = await world.plan();
      const handle = await world.start({ ...plan, drift: ['other', ...plan.drift.slice(1)] });
      const document = (await handle.result()) as RunDocument;
      assert.equal(document.outcome, 'refused');
      assert.equal(document.exitCode, 3);
      assert.equal(world.calls.filter(({ action }) => action === 'launchGenerateCerts').length, 0);
    });
  });

  it('stops at a finding that is not accepted, and goes on when it is', async () => {
    const answers = goodAnswers(2, [1]);
    const look = answers.inspectDevice;
    answers.inspectDevice = async (input) => {
      const seen = await look(input);
      return input.target?.uuid === deviceUuid(1)
        ? {
            ...seen,
            findings: [
              {
                code: 'DEVICE_AUTH_FAILED',
                severity: 'accept',
                box: 'ftd-1',
                uuid: deviceUuid(1),
                text: 'no login',
              },
            ],
          }
        : seen;
    };
    await withFakeWorld(2, answers, async (world) => {
      const plan = await world.plan();
      assert.equal(plan.runnable, false);
      const refused = (await (await world.start(plan)).result()) as RunDocument;
      assert.equal(refused.exitCode, 3);
      const accepted = (await (await world.start(plan, { accepted: ['ftd-1'] })).result()) as RunDocument;
      assert.equal(accepted.exitCode, 0, accepted.summary);
    });
  });

  it('reads a closed run without a worker from its memo', async () => {
    await withFakeWorld(1, goodAnswers(1), async (world) => {
      const handle = await world.start(await world.plan());
      await handle.result();
      const described = await handle.describe();
      assert.equal((described.memo?.['run'] as { outcome: string }).outcome, 'done');
    });
  });

  it('asks for a missing backup at once, and goes on by itself when there is one', async () => {
    const answers = goodAnswers(1);
    let fresh = false;
    answers.proveBackup = () => ({
      facts: {
        fresh,
        text: 'no backup',
        summary: { path: '', sizeBytes: 0, sha256: '', modifiedAt: '', ageHours: 0 },
      },
      note: 'no backup',
    });
    await withFakeWorld(1, answers, async (world) => {
      const plan = await world.plan();
      assert.equal(plan.runnable, true);
      const handle = await world.start(plan);
      const waiting = await world.until(handle.workflowId, ({ outcome }) => outcome === 'waiting');
      assert.equal(waiting.questions[0]?.code, 'MANUAL');
      assert.equal(waiting.exitCode, 5);

      fresh = true;
      await skipTime(world.server, handle.workflowId);

      const document = (await handle.result()) as RunDocument;
      assert.equal(document.exitCode, 0, document.summary);
      assert.deepEqual(document.questions, []);
      assert.deepEqual(
        document.decisions.map(({ verb }) => verb),
        ['approve', 'approve'],
        'nobody had to answer',
      );
    });
  });

  for (const later of [true, false]) {
    it(`a backup ${later ? 'taken since the generation is not left to do' : 'of the new CA is left to do'}`, async () => {
      const answers = goodAnswers(1);
      const backup = answers.proveBackup;
      answers.proveBackup = async (input) => {
        const { facts } = await backup(input);
        const isLater = input.params['after'] === '2026-11-23T00:00:00Z';
        return { facts: { ...(facts as object), fresh: !isLater || later } };
      };
      await withFakeWorld(1, answers, async (world) => {
        const handle = await world.start(await world.plan());
        const document = (await handle.result()) as RunDocument;
        assert.equal(document.exitCode, 0, document.summary);
        assert.equal(/Take a new backup/.test(document.leftToDo.join()), !later);
      });
    });
  }
});
