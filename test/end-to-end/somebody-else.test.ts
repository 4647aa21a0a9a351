import assert from 'node:assert/strict';
import {
  finishesWell,
  impatient,
  manager,
  parked,
  runUntilHeld,
  startInto,
  terminals,
  when,
} from '../support/generation.ts';
import { withSite } from '../support/renewal-site.ts';
import { assertGeneratedOnce, assertHoldsNewSet } from '../support/truth.ts';

const ftds = [{}, { tunnel: 'down' as const }];

describe('somebody else generates', function () {
  this.timeout(300_000);

  it('between plan and run: the run refuses, and a new plan takes the new CA over', async () => {
    await withSite({ ftds }, async (site) => {
      const plan = await site.plan();
      await site.lab.fault('generateByHand');
      const document = await site.closed(await site.start(plan));
      assert.equal(document.exitCode, 3);
      assert.match(document.summary, /not as the plan saw them: manager\.ca\.fingerprint/);
      assert.equal((await manager(site)).generateStarts, 1, 'nothing was started');

      const adopted = await site.closed(await site.start(await site.plan()));
      assert.equal(adopted.exitCode, 0, adopted.summary);
      assert.equal(adopted.managers[0]?.['generatedBy'], 'taken over');
      const truth = await site.truth();
      assertGeneratedOnce(truth);
      for (const device of truth.devices) assertHoldsNewSet(truth, device);
    });
  });

  it("after the run's own second look: nothing is started, and the way on is told", async () => {
    await withSite(
      { ftds, fmc: { variant: { backup: 'none' } } },
      async (site) => {
        const run = await site.start(await site.plan());
        await site.until(run, ({ steps }) => steps.some(({ path }) => path === 'ready/backup'));
        await site.lab.fault('generateByHand');
        await site.lab.fault('putFile', { box: 'fmc01', path: '/var/sf/backup/new.tgz', text: 'backup' });
        const document = await site.until(
          run,
          ({ questions, outcome }) =>
            outcome !== 'running' && !questions.some(({ step }) => step === 'ready/backup'),
        );
        const [question] = document.questions;
        assert.equal(question?.code, 'GENERATE_CA_CHANGED', document.summary);
        assert.match(question.remedy, /Cancel this run and make a new plan/);
        assert.equal((await manager(site)).generateStarts, 1, 'only the one by hand');
      },
      { runbook: impatient },
    );
  });

  it('while the script waits at its prompt: no yes is sent, and cancel tells what waits there', async () => {
    await withSite({ ftds }, async (site) => {
      const run = await runUntilHeld(site, 'started');
      // Nobody sees the prompt before the CA has changed.
      await site.lab.fault('noRoute', { box: 'fmc01' });
      await site.lab.fault('dropSsh', { box: 'fmc01' });
      await site.lab.fault('releaseGenerate');
      await when(async () => (await terminals(site)).includes('[yes/no]: '));
      await site.lab.fault('generateByHand');
      await site.lab.fault('noRoute', { box: 'fmc01', on: false });

      const question = await parked(site, run, 'GENERATE_PROMPT_UNFIT');
      assert.match(question.text, /somebody has renewed it/);
      assert.match(question.screen ?? '', /\[yes\/no\]: $/);
      assert.ok(!(await terminals(site)).includes('[yes/no]: y'), 'no yes was sent');
      assert.equal((await manager(site)).generations.length, 1);

      await site.decide(run, 'cancel', undefined, { reason: 'somebody was faster' });
      const document = await site.closed(run);
      assert.equal(document.exitCode, 4);
      assert.match(document.leftToDo[0] ?? '', /fmc01: .*waits at this question; nothing was sent/);
    });
  });

  it('while the run waits for a critical task: the script is not started again', async () => {
    await withSite(
      { ftds },
      async (site) => {
        const run = await startInto(site, 'beginTaskAt', { phase: 'after-yes', name: 'Restore' });
        await site.until(run, ({ steps }) => steps.some(({ status }) => status === 'waiting'));
        // The run must not look before the new CA is there.
        await site.lab.fault('noRoute', { box: 'fmc01' });
        await site.lab.fault('dropSsh', { box: 'fmc01' });
        await when(async () => (await manager(site)).screens.length === 0);
        await site.lab.fault('setTasks', { tasks: [] });
        await site.lab.fault('generateByHand');
        await site.lab.fault('noRoute', { box: 'fmc01', on: false });
        const document = await site.until(run, ({ outcome }) => outcome !== 'running');
        assert.equal((await manager(site)).generations.length, 1);
        assert.equal(document.questions[0]?.code, 'GENERATE_CA_CHANGED', JSON.stringify(document.questions));
      },
      {
        runbook: (text) => text.replace('notYet: { every: 30s', 'notYet: { every: 3s'),
      },
    );
  });
});

describe('an FMC that is not ready', function () {
  this.timeout(300_000);

  for (const backup of ['none', 'old'] as const) {
    it(`backup ${backup}: the plan says so, the run waits and goes on by itself when there is one`, async () => {
      await withSite(
        { ftds, fmc: { variant: { backup } } },
        async (site) => {
          const plan = await site.plan();
          assert.match(
            plan.findings.find(({ code }) => code === 'STEP_WAIT')?.text ?? '',
            /A backup of fmc01 that is younger than 7d must lie/,
          );
          const run = await site.start(plan);
          await site.until(run, ({ steps }) =>
            steps.some(({ path, status }) => path === 'ready/backup' && status !== 'running'),
          );
          assert.equal((await manager(site)).generateStarts, 0);
          await site.lab.fault('putFile', { box: 'fmc01', path: '/var/sf/backup/new.tgz', text: 'backup' });
          await site.until(run, ({ questions }) => questions.length === 0);
          const document = await finishesWell(site, run);
          assert.equal((document.managers[0]?.['backup'] as { path: string }).path, '/var/sf/backup/new.tgz');
          assert.match(JSON.stringify(document.managers[0]?.['backupCopy']), /confirmed by test at/);
          assert.match(document.leftToDo.join(), /Take a new backup of fmc01/, 'this one holds the old CA');
        },
        { runbook: impatient },
      );
    });
  }

  it('hotfix missing: the plan names it, the run waits and goes on by itself when it is installed', async () => {
    await withSite(
      { ftds, fmc: { variant: { hasGenerateCerts: false } } },
      async (site) => {
        const plan = await site.plan();
        assert.match(
          plan.findings.find(({ code }) => code === 'STEP_WAIT')?.text ?? '',
          /generate_certs\.pl is missing\. fmc01 runs 7\.2\.5\S*: install the hotfix of the 7\.2 train .*Cisco TAC knows a manual way/s,
        );
        const run = await site.start(plan);
        await site.until(run, ({ steps }) =>
          steps.some(({ path, status }) => path === 'ready/generator' && status !== 'running'),
        );
        const path = '/usr/local/sf/bin/generate_certs.pl';
        await site.lab.fault('putFile', { box: 'fmc01', path, text: '#!/usr/bin/perl\n', mode: '755' });
        await site.until(run, ({ questions }) => questions.length === 0);
        await finishesWell(site, run);
      },
      { runbook: impatient },
    );
  });
});
