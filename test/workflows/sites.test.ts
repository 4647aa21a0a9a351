import assert from 'node:assert/strict';
import type { RunDocument } from '../../workflows/contract.ts';
import { defaultSettings, runSettings } from '../../loader/index.ts';
import { deviceUuid, goodAnswers, withFakeWorld, type FakeWorld } from '../support/fake-world.ts';
import { tell } from '../support/told.ts';

const settings = { ...runSettings(defaultSettings), siteWorkerMs: 500 };
const sites = { 'ftd-2': 'muc' };

describe('a device of a site', function () {
  this.timeout(120_000);

  const generated = (world: FakeWorld): Promise<void> => until(world, 'readFailedPush');
  const until = async (world: FakeWorld, action: string): Promise<void> => {
    while (!world.calls.some((call) => call.action === action))
      await new Promise((resolve) => setTimeout(resolve, 20));
  };
  /** A run whose site has lost its worker when the new CA is there. */
  const abandoned = async (world: FakeWorld): Promise<string> => {
    const plan = await world.served('muc', () => world.plan({ settings }));
    assert.equal(plan.runnable, true, JSON.stringify(plan.findings));
    return await world.served('muc', async () => {
      const { workflowId } = await world.start(plan, { settings });
      await generated(world);
      return workflowId;
    });
  };
  /** Kept from ending before its site has lost the worker. */
  const answers = (): ReturnType<typeof goodAnswers> => {
    const good = goodAnswers(2, [2]);
    return {
      ...good,
      readFailedPush: async (input) => {
        await new Promise((resolve) => setTimeout(resolve, 1500));
        return await good.readFailedPush(input);
      },
    };
  };

  it('is served by the worker of its site, the manager and the others by the one without', async () => {
    await withFakeWorld(
      2,
      goodAnswers(2, [2]),
      async (world) => {
        const document = await world.served('muc', async () => {
          const handle = await world.start(await world.plan({ settings }), { settings });
          return (await handle.result()) as RunDocument;
        });
        assert.equal(document.exitCode, 0, document.summary);
        const atSite = world.calls.filter(({ queue }) => queue === `${world.queue}-site-muc`);
        assert.ok(atSite.some(({ action }) => action === 'deliverCerts'));
        assert.ok(atSite.every(({ input }) => input.target?.entry === 'ftd-2'));
        assert.ok(
          world.calls.every(({ input, queue }) => input.target?.entry !== 'ftd-2' || queue !== world.queue),
        );
      },
      sites,
    );
  });

  it('is named in the plan when no worker serves its site, with the command that starts one', async () => {
    await withFakeWorld(
      2,
      goodAnswers(2),
      async (world) => {
        const plan = await world.plan({ settings });
        const found = plan.findings.filter(({ code }) => code === 'ENGINE_NO_SITE_WORKER');
        assert.ok(
          found.some(({ box, text }) => box === 'ftd-2' && text.includes('runbook worker --site muc')),
        );
        assert.equal(plan.runnable, false);
      },
      sites,
    );
  });

  it('waits with the others done when its site loses the worker, and goes on by itself when one comes', async () => {
    await withFakeWorld(
      2,
      answers(),
      async (world) => {
        const run = await abandoned(world);
        const waiting = await world.until(run, ({ outcome }) => outcome === 'waiting');
        const [question] = waiting.questions;
        assert.equal(question?.code, 'ENGINE_NO_SITE_WORKER');
        assert.equal(question.cause, 'site:muc');
        assert.match(question.remedy, /runbook worker --site muc/);
        assert.deepEqual(
          waiting.devices.map(({ status }) => status),
          ['done', 'parked'],
        );

        const document = (await world.served('muc', () =>
          world.server.client.workflow.getHandle(run).result(),
        )) as RunDocument;
        assert.equal(document.exitCode, 0, document.summary);
        assert.deepEqual(
          document.decisions.filter(({ verb }) => verb === 'retry'),
          [],
        );
        const delivered = world.calls.filter(({ action }) => action === 'deliverCerts');
        assert.deepEqual(
          delivered.map(({ input }) => input.target?.uuid),
          [deviceUuid(2)],
        );
      },
      sites,
    );
  });

  it('may be left out while its site has no worker', async () => {
    await withFakeWorld(
      2,
      answers(),
      async (world) => {
        const run = await abandoned(world);
        const { questions } = await world.until(run, ({ outcome }) => outcome === 'waiting');
        const [question] = questions;
        const skip = { by: 'me', question: question?.id ?? '', reason: 'the bastion burns' };
        const answer = await tell(world, question?.workflowId ?? '', 'skip', skip);
        assert.equal(answer.accepted, true, answer.text);
        const document = (await world.server.client.workflow.getHandle(run).result()) as RunDocument;
        assert.equal(document.devices[1]?.status, 'skipped');
        assert.equal(document.exitCode, 4);
      },
      sites,
    );
  });

  it('is looked at before it is gone on with, when the worker dies in the middle of a change', async () => {
    const good = answers();
    let die = (): void => undefined;
    const dead = new Promise<void>((resolve) => {
      die = resolve;
    });
    let attempts = 0;
    const withDeath: typeof good = {
      ...good,
      deliverCerts: async (input) => {
        attempts += 1;
        if (attempts > 1) return await good.deliverCerts(input);
        die();
        await new Promise((resolve) => setTimeout(resolve, 200));
        throw new Error('WORKER_SHUTDOWN');
      },
      probeDelivery: async (input) =>
        input.params['of'] === undefined
          ? await good.probeDelivery(input)
          : {
              facts: {
                outcome: 'done',
                text: 'the new set lies there',
                facts: { state: 'new', rung: 'ssh' },
              },
            },
    };
    await withFakeWorld(
      2,
      withDeath,
      async (world) => {
        const run = await world.served('muc', async () => {
          const { workflowId } = await world.start(await world.plan({ settings }), { settings });
          await dead;
          return workflowId;
        });
        const { questions } = await world.until(run, ({ outcome }) => outcome === 'waiting');
        assert.match(questions[0]?.text ?? '', /muc.*Before that: .*stopped in the middle/);
        const document = (await world.served('muc', () =>
          world.server.client.workflow.getHandle(run).result(),
        )) as RunDocument;
        assert.equal(document.exitCode, 0, document.summary);
        assert.equal(attempts, 1, 'its probe found it done');
      },
      sites,
    );
  });
});
