import assert from 'node:assert/strict';
import { finishesWell, manager, parked, runUntilHeld, startInto, when } from '../support/generation.ts';
import { withSite } from '../support/renewal-site.ts';
import { tell } from '../support/told.ts';
import { assertGeneratedOnce, deviceNamed } from '../support/truth.ts';

const ftds = [{}, { tunnel: 'down' as const }];
const lock = '/var/sf/.runbook/generate.lock/owner';
const why = { reason: 'the window is over' };

describe('a second start of the same FMC', function () {
  this.timeout(300_000);

  it('attaches to the run and changes nothing', async () => {
    await withSite({ ftds }, async (site) => {
      const plan = await site.plan();
      await site.lab.fault('holdGenerateAt', { phase: 'after-ca' });
      const first = await site.startOrAttach(plan);
      assert.equal(first.attached, false);
      await when(async () => (await manager(site)).heldPhases.length > 0);
      const second = await site.startOrAttach(plan);
      assert.deepEqual(second, { workflowId: first.workflowId, attached: true });
      await site.lab.fault('releaseGenerate');
      await finishesWell(site, first.workflowId);
      assert.equal((await manager(site)).generateStarts, 1);
    });
  });
});

describe('an approval that the yes to the plan does not cover', function () {
  this.timeout(300_000);
  const runbook = (text: string): string => text.replace(/(- id: go\n.*\n)/, '$1        covers: extra\n');

  it('is asked for; denied with a reason, nothing was touched', async () => {
    await withSite(
      { ftds },
      async (site) => {
        const run = await site.start(await site.plan());
        const question = await parked(site, run, 'APPROVAL');
        assert.match(question.text, /Make a new InternalCA on fmc01.*cannot be taken back/);
        assert.equal((await site.decide(run, 'deny')).accepted, false, 'a no needs its reason');
        assert.equal((await site.decide(run, 'deny', undefined, why)).accepted, true);
        const document = await site.closed(run);
        assert.equal(document.exitCode, 3);
        assert.match(document.summary, /denied by test: the window is over/);
        assert.equal((await manager(site)).generateStarts, 0);
      },
      { runbook },
    );
  });
});

describe('cancel', function () {
  this.timeout(300_000);

  it('before the generation touches nothing', async () => {
    await withSite({ ftds, fmc: { variant: { backup: 'none' } } }, async (site) => {
      const run = await site.start(await site.plan());
      await site.until(run, ({ steps }) => steps.some(({ path }) => path === 'ready/backup'));
      assert.equal((await site.decide(run, 'cancel', undefined, why)).accepted, true);
      const document = await site.closed(run);
      assert.equal(document.outcome, 'cancelled');
      assert.equal(document.exitCode, 3);
      assert.match(document.summary, /before anything was touched/);
      assert.equal((await manager(site)).generateStarts, 0);
    });
  });

  for (const how of ['command', 'request of Temporal'] as const) {
    it(`while generate_certs.pl works (by ${how}): it is followed to its end, and every device is listed as left`, async () => {
      await withSite({ ftds }, async (site) => {
        const run = await runUntilHeld(site, 'after-ca');
        if (how === 'command') await site.decide(run, 'cancel', undefined, why);
        else await site.server.client.workflow.getHandle(run).cancel();
        await site.until(run, ({ decisions }) => decisions.some(({ verb }) => verb === 'cancel'));
        await site.lab.fault('releaseGenerate');

        const document = await site.closed(run);

        assert.equal(document.outcome, 'cancelled');
        assert.equal(document.exitCode, 4);
        const truth = await site.truth();
        assertGeneratedOnce(truth);
        assert.equal(truth.managers[0]?.generations[0]?.finished, true, 'it was not killed');
        assert.equal(document.managers[0]?.['generations'], 1, 'the run has seen its end');
        for (const device of document.devices) {
          assert.equal(device.phase, 'issued', device.name);
          assert.match(device.leftToDo.join(' '), /new CA.*Do not restart sftunnel/);
        }
        assert.equal(deviceNamed(truth, 'ftd02').managers[0]?.tunnel.restarts, 0, 'no delivery was begun');
        await assert.rejects(site.lab.file('fmc01', lock), 'the lock is given back');

        const next = await site.start(await site.plan());
        assert.equal((await site.closed(next)).exitCode, 0, 'the next run takes the new CA over');
        assertGeneratedOnce(await site.truth());
      });
    });
  }

  it('while generate_certs.pl has not asked yet: no yes is sent any more, and what waits there is told', async () => {
    await withSite({ ftds }, async (site) => {
      const run = await runUntilHeld(site, 'asked');
      await site.decide(run, 'cancel', undefined, why);
      await site.until(run, ({ steps }) =>
        steps.some(({ path, attempt }) => path === 'generate/generated' && attempt === 2),
      );
      await site.lab.fault('releaseGenerate');
      const document = await site.closed(run);
      assert.equal(document.outcome, 'cancelled');
      assert.match(document.leftToDo[0] ?? '', /fmc01: .*waits at this question.*CA is unchanged.*Answer no/);
      // What has started it is alive: its lock stays, and how it is removed is said.
      assert.ok((await site.lab.file('fmc01', lock)).length > 0);
      assert.match(document.leftToDo.join('\n'), /rm -rf \/var\/sf\/\.runbook\/generate\.lock/);
      const { generations, screens } = await manager(site);
      assert.deepEqual(generations, []);
      assert.equal(screens.length, 1, 'the program is alive');
    });
  });

  it('while a device is parked: what holds for it is listed', async () => {
    await withSite({ ftds }, async (site) => {
      const run = await startInto(site, 'holdGenerateAt', { phase: 'done' });
      await when(async () => (await manager(site)).heldPhases.length > 0);
      await site.lab.fault('freeBytes', { box: 'ftd02', mount: '/ngfw', bytes: 0 });
      await site.lab.fault('freeBytes', { box: 'ftd02', mount: '/', bytes: 0 });
      await site.lab.fault('releaseGenerate');
      await parked(site, run, 'SESSION_NO_SPACE');
      await tell(site, run, 'cancel', { by: 'test', ...why });
      const document = await site.closed(run);
      assert.equal(document.exitCode, 4);
      const left = document.devices.find(({ name }) => name === 'ftd02');
      assert.equal(left?.status, 'needs-hands');
      assert.match(left?.leftToDo.join(' ') ?? '', /no room/);
      assert.equal(
        deviceNamed(await site.truth(), 'ftd02').managers[0]?.fitsTogether,
        true,
        'the old set is whole',
      );
    });
  });
});
