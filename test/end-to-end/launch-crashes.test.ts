import assert from 'node:assert/strict';
import { finishesWell, impatient, manager, when } from '../support/generation.ts';
import { withSite, type Site } from '../support/renewal-site.ts';
import { withDurableServer } from '../support/durable-server.ts';

const ftds = [{}, { tunnel: 'down' as const }];
const lock = '/var/sf/.runbook/generate.lock';

async function hasFile(site: Site, path: string): Promise<boolean> {
  return await site.lab.file('fmc01', path).then(
    () => true,
    () => false,
  );
}

/** Moments of the launch, by what the FMC shows. */
const moments: Record<string, (site: Site) => Promise<boolean>> = {
  'when it has taken the lock': (site) => hasFile(site, `${lock}/owner`),
  'when everything is prepared and nothing started': (site) => hasFile(site, `${lock}/attempt-1/launch.json`),
  'when the terminal has just been made': async (site) => (await manager(site)).screens.length > 0,
};

describe('a worker that is killed while it launches generate_certs.pl', function () {
  this.timeout(300_000);

  for (const [name, reached] of Object.entries(moments)) {
    it(`${name}: generated once`, async () => {
      await withSite(
        { ftds, fmc: { variant: { backup: 'none' } } },
        async (site) => {
          const run = await site.start(await site.plan());
          await site.until(run, ({ outcome }) => outcome === 'waiting');
          // Slow enough from here on that each moment lasts.
          await site.lab.fault('slow', { box: 'fmc01', ms: 150 });
          await site.lab.fault('putFile', { box: 'fmc01', path: '/var/sf/backup/new.tgz', text: 'backup' });
          await when(() => reached(site));
          await site.worker.kill();
          await site.lab.fault('slow', { box: 'fmc01', ms: 0 });
          await site.worker.start();
          await site.until(run, ({ questions }) => questions.length === 0);
          await finishesWell(site, run);
          assert.equal((await manager(site)).generateStarts, 1);
        },
        { workerProcess: true, runbook: impatient },
      );
    });
  }
});

describe('a Temporal server that is killed', function () {
  this.timeout(300_000);

  it('while the run waits for a critical task: it goes on, generated once', async () => {
    await withDurableServer(async (durable) => {
      await withSite(
        { ftds, fmc: { criticalTasks: [{ name: 'Domain operation' }] } },
        async (site) => {
          const run = await site.start(await site.plan());
          await site.until(run, ({ steps }) => steps.some(({ status }) => status === 'waiting'));
          await durable.kill();
          await site.lab.fault('setTasks', { tasks: [] });
          await durable.start();
          await finishesWell(site, run);
        },
        { workerProcess: true, server: durable.server, runbook: impatient },
      );
    });
  });
});
