import assert from 'node:assert/strict';
import {
  finishesWell,
  impatient,
  manager,
  parked,
  runUntilHeld,
  startInto,
  when,
} from '../support/generation.ts';
import { describeOnLabs } from '../support/labs.ts';
import { deviceNamed } from '../support/truth.ts';

const ftds = [{}, { tunnel: 'down' as const }];

describeOnLabs('a generation whose session breaks', ({ rarely, withSite }) => {
  for (const phase of ['started', 'after-yes', 'after-ca', 'during-push'] as const) {
    rarely(`SSH is cut at "${phase}": the script goes on, the run comes back and follows it`, async () => {
      await withSite({ ftds }, async (site) => {
        await finishesWell(site, await startInto(site, 'cutSshAt', { phase }));
        assert.equal((await manager(site)).generateStarts, 1);
      });
    });
  }

  rarely('the FMC is out of reach for a while: nobody is asked, and it is followed again', async () => {
    await withSite({ ftds }, async (site) => {
      const run = await runUntilHeld(site, 'after-ca');
      await site.lab.fault('noRoute', { box: 'fmc01' });
      await site.lab.fault('dropSsh', { box: 'fmc01' });
      await site.lab.fault('releaseGenerate');
      await when(async () => (await manager(site)).generations[0]?.finished ?? false);
      assert.deepEqual((await site.state(run)).questions, []);
      await site.lab.fault('noRoute', { box: 'fmc01', on: false });
      await finishesWell(site, run);
      assert.equal((await manager(site)).generateStarts, 1);
    });
  });
});

describeOnLabs('an FMC that reboots in mid-generation', ({ rarely, withSite }) => {
  rarely('before the new CA: nothing has changed, and a retry generates once', async () => {
    await withSite({ ftds }, async (site) => {
      const run = await startInto(site, 'rebootAt', { phase: 'after-yes' });
      const question = await parked(site, run, 'GENERATE_FAILED');
      assert.match(question.state, /CA is unchanged/);
      assert.equal((await manager(site)).generations.length, 0);

      assert.equal((await site.decide(run, 'retry')).accepted, true);
      await finishesWell(site, run);
      assert.equal((await manager(site)).generateStarts, 2);
    });
  });

  rarely(
    'after the certificates were issued: each device gets what lies on the FMC, and nothing is generated again',
    async () => {
      await withSite({ ftds }, async (site) => {
        await finishesWell(site, await startInto(site, 'rebootAt', { phase: 'after-issue' }));
        const { generateStarts, failedPush } = await manager(site);
        assert.equal(generateStarts, 1);
        assert.deepEqual(failedPush, []);
      });
    },
  );

  rarely('between two pushes: the device that was not reached gets its set too', async () => {
    await withSite({ ftds: [{}, {}, {}] }, async (site) => {
      await finishesWell(site, await startInto(site, 'rebootAt', { phase: 'during-push', afterPushes: 1 }));
      assert.equal((await manager(site)).generations[0]?.pushed.length, 1);
    });
  });

  rarely(
    'between CA and certificates: every device is named as not issued, and nothing is generated again',
    async () => {
      await withSite({ ftds }, async (site) => {
        const run = await startInto(site, 'rebootAt', { phase: 'after-ca' });
        const waiting = await site.until(run, ({ outcome }) => outcome === 'waiting');
        assert.deepEqual(waiting.questions.map(({ code, box }) => `${box} ${code}`).sort(), [
          'ftd01 DELIVERY_NOT_ISSUED',
          'ftd02 DELIVERY_NOT_ISSUED',
        ]);
        for (const { remedy } of waiting.questions) assert.match(remedy, /Never generate again/);
        for (const box of ['ftd01', 'ftd02'])
          assert.equal((await site.decide(run, 'skip', box, { reason: 'TAC issues it' })).accepted, true);
        const document = await site.closed(run);
        assert.equal(document.exitCode, 4, document.summary);
        for (const { leftToDo } of document.devices) assert.notDeepEqual(leftToDo, []);
        const truth = await site.truth();
        assert.equal(truth.managers[0]?.generations.length, 1);
        assert.equal(deviceNamed(truth, 'ftd01').managers[0]?.fitsTogether, true, 'the old set is whole');
      });
    },
  );
});

describeOnLabs('critical tasks', ({ rarely, withSite }) => {
  for (const phase of ['started', 'after-yes'] as const) {
    rarely(
      `one that begins at "${phase}" is waited for by its name, and the script is started again after it`,
      async () => {
        await withSite(
          { ftds },
          async (site) => {
            const run = await startInto(site, 'beginTaskAt', { phase, name: 'SRU update' });
            const document = await site.until(run, ({ steps }) =>
              steps.some(({ status }) => status === 'waiting'),
            );
            assert.match(
              document.steps.find(({ status }) => status === 'waiting')?.note ?? '',
              /SRU update\): .*SRU update/,
            );
            await when(async () => (await manager(site)).generateStarts > 2);
            assert.equal((await manager(site)).generations.length, 0);
            await site.lab.fault('setTasks', { tasks: [] });
            await finishesWell(site, run);
          },
          { runbook: impatient },
        );
      },
    );
  }

  rarely('past the limit of the site the run asks, saying since when, and a retry goes on', async () => {
    await withSite(
      { ftds, fmc: { criticalTasks: [{ name: 'VDB update' }] } },
      async (site) => {
        const run = await site.start(await site.plan());
        const question = await parked(site, run, 'GENERATE_CRITICAL_TASK');
        assert.match(
          question.text,
          /^Waited 500ms, since \S+Z\. .*VDB update.* For at least 0 min, first seen \S+Z\./s,
        );
        assert.match(question.remedy, /Cisco TAC clears it; never delete rows/);
        assert.match(question.state, /CA is unchanged/);
        await site.lab.fault('setTasks', { tasks: [] });
        await site.decide(run, 'retry');
        await finishesWell(site, run);
      },
      { settings: 'criticalTasks: { every: 500ms, limit: 500ms }\n' },
    );
  });

  rarely('in the task table are seen in the plan and waited for before the script is started', async () => {
    await withSite(
      { ftds, fmc: { criticalTasks: [{ name: 'Backup' }] } },
      async (site) => {
        const plan = await site.plan();
        assert.ok(
          plan.findings.some(({ code, text }) => code === 'STEP_WAIT' && text.includes('backup or restore')),
          JSON.stringify(plan.findings),
        );
        assert.equal(plan.runnable, true);
        const run = await site.start(plan);
        await site.until(run, ({ steps }) =>
          steps.some((step) => step.path === 'ready/tasks' && step.status === 'waiting'),
        );
        const question = await parked(site, run, 'STEP_WAIT_LIMIT');
        assert.match(
          question.text,
          /backup or restore \(task [0-9A-F]{32}\), running for at least 0 min, first seen/,
        );
        assert.match(question.text, /stuck: Cisco TAC clears it/);
        assert.equal((await manager(site)).generateStarts, 0);
        await site.lab.fault('setTasks', { tasks: [] });
        await site.decide(run, 'retry');
        await finishesWell(site, run);
        assert.equal((await manager(site)).generateStarts, 1);
      },
      { settings: 'readTaskTable: true\ncriticalTasks: { every: 500ms, limit: 1s }\n' },
    );
  });
});
