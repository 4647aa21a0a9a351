import assert from 'node:assert/strict';
import type { Plan, RunDocument } from '../../workflows/contract.ts';
import { withDurableServer } from '../support/durable-server.ts';
import { finishesWell, impatient, manager, runUntilHeld, terminals, when } from '../support/generation.ts';
import { describeOnLabs, type OnLab } from '../support/labs.ts';
import type { Site } from '../support/renewal-site.ts';
import { assertGeneratedOnce, assertHoldsNewSet, deviceNamed } from '../support/truth.ts';

const ftds = [{}, { tunnel: 'down' as const }];
const lock = '/var/sf/.runbook/generate.lock';

function warning(plan: Plan, code: string): string {
  const findings = plan.findings.filter((finding) => finding.code === code);
  assert.ok(
    findings.every(({ severity }) => severity === 'warn'),
    JSON.stringify(findings),
  );
  return findings.map(({ text }) => text).join('\n');
}

/** The run closes well and has generated nothing itself; every device holds what it was issued. */
async function takesOver(site: Site, run: string): Promise<RunDocument> {
  const document = await site.closed(run);
  assert.equal(document.exitCode, 0, document.summary);
  assert.equal(document.managers[0]?.['generatedBy'], 'taken over');
  const truth = await site.truth();
  assertGeneratedOnce(truth);
  assert.equal(truth.managers[0]?.generateStarts, 1);
  for (const device of truth.devices) assertHoldsNewSet(truth, device);
  assert.deepEqual(truth.managers[0]?.leftovers, []);
  await assert.rejects(site.lab.file('fmc01', `${lock}/owner`), 'the lock is gone');
  return document;
}

async function waitsForTheScript(site: Site, run: string): Promise<void> {
  await site.until(run, ({ steps }) =>
    steps.some(({ path, status }) => path === 'generate/quiet' && status === 'waiting'),
  );
}

/** A generation that a run has begun stands at `phase`; its worker and the database of its server are lost. */
async function withLostDatabase(
  withSite: OnLab['withSite'],
  phase: string,
  use: (site: Site, lostRun: string) => Promise<void>,
): Promise<void> {
  await withSite(
    { ftds },
    async (site) => {
      const run = await runUntilHeld(site, phase);
      await site.worker.kill();
      // No other test's worker may find it.
      await site.server.client.workflow.getHandle(run).terminate('the database is lost');
      await withDurableServer(async ({ server }) => {
        await site.elsewhere(server, async (there) => {
          await use(there, run);
        });
      });
    },
    { workerProcess: true, runbook: impatient },
  );
}

describeOnLabs('a Temporal database that is lost', ({ rarely, withSite }) => {
  for (const phase of ['after-ca', 'during-push']) {
    rarely(
      `while the script is at "${phase}": its end is waited for, and what it made is taken over`,
      async () => {
        await withLostDatabase(withSite, phase, async (site, lostRun) => {
          await site.lab.fault('clockSkew', { box: 'fmc01', ms: -2 * 86_400_000 });
          const stale = '/var/tmp/.runbook-0123456789ab-0123456789ab/0';
          await site.lab.fault('putFile', { box: 'fmc01', path: stale, text: 'of a session that died' });
          await site.lab.fault('clockSkew', { box: 'fmc01', ms: 0 });

          const plan = await site.plan();
          assert.match(
            warning(plan, 'GENERATE_CA_CHANGED'),
            /made on .* and not by this run: it is taken over/,
          );
          const running = warning(plan, 'GENERATE_ALREADY_RUNNING');
          assert.ok(running.includes(`started by the run ${lostRun} `), running);
          assert.match(warning(plan, 'DELIVERY_LOCKED'), /older than a day: \/var\/tmp\/\.runbook-0123/);

          const run = await site.start(plan);
          assert.equal(run, lostRun, 'the same id, since it is the same FMC');
          await waitsForTheScript(site, run);
          assert.equal((await manager(site)).generations[0]?.finished, false);
          await site.lab.fault('releaseGenerate');
          await takesOver(site, run);
        });
      },
    );
  }

  rarely('while the script waits at its question: the new run follows it and answers once', async () => {
    await withLostDatabase(withSite, 'asked', async (site, lostRun) => {
      await site.lab.fault('releaseGenerate');
      await when(async () => (await terminals(site)).includes('[yes/no]: '));
      const plan = await site.plan();
      assert.match(warning(plan, 'GENERATE_ALREADY_RUNNING'), /the next one of its id takes the lock over/);
      const run = await site.start(plan);
      assert.equal(run, lostRun);
      await finishesWell(site, run);
      assert.equal((await manager(site)).generateStarts, 1);
      await assert.rejects(site.lab.file('fmc01', `${lock}/owner`), 'the lock is gone');
    });
  });
});

describeOnLabs('what a person has begun by hand', ({ rarely, withSite }) => {
  rarely('a set that was copied by half: repaired forward', async () => {
    await withSite({ ftds }, async (site) => {
      await site.lab.fault('generateByHand');
      const { uuid } = await manager(site);
      const ca = await site.lab.file('fmc01', '/etc/sf/ca_root/cacert.pem');
      const path = `/var/sf/peers/${uuid}/cacert.pem`;
      await site.lab.fault('putFile', { box: 'ftd02', path, text: ca });
      const mixed = deviceNamed(await site.truth(), 'ftd02').managers[0];
      assert.equal(mixed?.fitsTogether, false);
      assert.equal(mixed.caFingerprint, (await manager(site)).caFingerprint);

      const document = await takesOver(site, await site.start(await site.plan()));
      assert.equal(document.devices.find(({ name }) => name === 'ftd02')?.proven, true);
    });
  });

  rarely(
    'a generation that still runs with the old CA: the run waits for its end, and a new plan takes it over',
    async () => {
      await withSite(
        { ftds },
        async (site) => {
          await site.lab.fault('holdGenerateAt', { phase: 'asked' });
          const byHand = site.lab.fault('generateByHand');
          await when(async () => (await manager(site)).heldPhases.includes('asked'));
          const plan = await site.plan();
          assert.match(
            warning(plan, 'GENERATE_ALREADY_RUNNING'),
            /no run of this product has started it: \d+ .*generate_certs\.pl.*The run waits for its end/,
          );
          const run = await site.start(plan);
          await waitsForTheScript(site, run);
          await site.lab.fault('releaseGenerate');
          await byHand;
          const { questions } = await site.until(run, ({ outcome }) => outcome === 'waiting');
          assert.equal(questions[0]?.code, 'GENERATE_CA_CHANGED', JSON.stringify(questions));
          await site.decide(run, 'cancel', undefined, { reason: 'somebody was faster' });
          await site.closed(run);
          await takesOver(site, await site.start(await site.plan()));
        },
        { runbook: impatient },
      );
    },
  );
});
