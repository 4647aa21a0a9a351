import assert from 'node:assert/strict';
import { held } from '../support/devices-in-trouble.ts';
import { manager, runUntilHeld, when } from '../support/generation.ts';
import { anOperator, type Operator } from '../support/operator.ts';
import { describeOnLabs } from '../support/labs.ts';
import type { Site } from '../support/renewal-site.ts';
import { deviceOf } from '../support/told.ts';
import { assertGeneratedOnce, assertHoldsNewSet, deviceNamed } from '../support/truth.ts';

/** On both labs when everything is asked for. */
const complete = { complete: true };
const ftds = [{}, { tunnel: 'down' as const }, { tunnel: 'down' as const }];

/** Ann and Bob at shells of their own, both clients of the site's server. */
async function withPeople(site: Site, use: (ann: Operator, bob: Operator) => Promise<void>): Promise<void> {
  const env = { TEMPORAL_ADDRESS: site.server.address, TEMPORAL_NAMESPACE: site.server.namespace };
  const ann = await anOperator({ ...env, RUNBOOK_USER: 'ann' });
  const bob = await anOperator({ ...env, RUNBOOK_USER: 'bob' });
  try {
    await use(ann, bob);
  } finally {
    await ann.leave();
    await bob.leave();
  }
}

/**
 * What a person does after the document: the three files from the FMC's work folder into the device's folder. The tunnel comes up
 * on them by itself, later than in the second that the files bear: only so can anybody see that it is on the new set.
 */
async function deliverByHand(site: Site, name: string): Promise<void> {
  const device = deviceNamed(await site.truth(), name);
  await site.lab.fault('cutTunnel', { box: name });
  const work = (await manager(site)).generations[0]?.folder ?? '';
  const { folder } = await held(site, name);
  for (const file of ['cacert.pem', 'sftunnel-cert.pem', 'sftunnel-key.pem']) {
    const text = await site.lab.file('fmc01', `${work}/${device.uuid}/${file}`);
    await site.lab.fault('putFile', { box: name, path: `${folder}/${file}`, text });
  }
  const delivered = Date.parse((await site.truth()).now);
  await when(async () => Date.parse((await site.truth()).now) > delivered + 2000);
  await site.lab.fault('cutTunnel', { box: name, on: false });
  await when(async () => (await held(site, name)).tunnel.up);
}

/** Holds the generation at its end, and pauses the run there. */
async function pausedInGeneration(site: Site, ann: Operator): Promise<string> {
  const run = await runUntilHeld(site, 'done');
  const pause = await ann.type('pause', run, '--reason', 'the window moves');
  assert.equal(pause.code, 0, pause.stderr);
  assert.match(pause.stdout, /in flight is finished: fmc01: .*generate_certs/);
  assert.match(pause.stdout, /Go on with: .*resume /);
  return run;
}

describeOnLabs('a run that is handed over', ({ it, withSite }) => {
  it(
    'paused in the generation: it is finished, nothing else is begun; what a person delivers meanwhile is taken over',
    async () => {
      await withSite({ ftds }, async (site) => {
        await withPeople(site, async (ann, bob) => {
          const before = await held(site, 'ftd03');
          const run = await pausedInGeneration(site, ann);
          const status = await bob.type('status', run);
          assert.equal(status.code, 5, status.stderr);
          assert.match(status.stdout, /paused since .* by ann: the window moves\n {2}1 in flight/);

          await deliverByHand(site, 'ftd02');
          const byHand = await held(site, 'ftd02');
          assert.equal((await bob.type('note', run, 'brought by hand', '--device', 'ftd02')).code, 0);
          assert.equal((await bob.type('note', run, 'x', '--device', 'nobody')).code, 3);
          assert.equal((await bob.type('takeover', run, '--reason', 'end of shift')).code, 0);
          await site.lab.fault('releaseGenerate');

          const watch = await bob.type('watch', run);

          assert.equal(watch.code, 5, watch.stderr);
          assert.match(watch.stdout, /in charge: bob since .* \(before: test\)/);
          assert.match(watch.stdout, /nothing is in flight/);
          assert.match(watch.stdout, /bob: ftd02 brought by hand/);
          assertGeneratedOnce(await site.truth());
          assert.equal((await manager(site)).generations[0]?.finished, true);
          assert.deepEqual((await held(site, 'ftd03')).files, before.files, 'no delivery was begun');

          const resume = /go on with: (.+)/.exec(watch.stdout)?.[1] ?? '';
          assert.equal((await bob.typeLine(resume)).code, 0);
          const document = await site.closed(run);

          assert.equal(document.exitCode, 0, document.summary);
          const truth = await site.truth();
          assertGeneratedOnce(truth);
          for (const device of truth.devices) assertHoldsNewSet(truth, device);
          const taken = await held(site, 'ftd02');
          assert.deepEqual(taken.files, byHand.files);
          assert.deepEqual(taken.backups, [], 'nothing was written over what lay there');
          assert.equal((await held(site, 'ftd03')).backups.length, 3, 'the engine delivers so');
          assert.equal(taken.tunnel.restarts, 0, 'nor was its tunnel cut again');
          for (const name of ['ftd02', 'ftd03'])
            assert.equal(deviceOf(document, name).phase, 'proven', `${name} is proven`);
          assert.deepEqual([document.inCharge?.by, document.inCharge?.before], ['bob', ['test']]);
          assert.deepEqual(
            document.decisions
              .filter(({ verb }) => verb !== 'approve')
              .map(({ verb, by, box, reason }) => [verb, by, box, reason]),
            [
              ['pause', 'ann', undefined, 'the window moves'],
              ['note', 'bob', 'ftd02', 'brought by hand'],
              ['takeover', 'bob', undefined, 'end of shift'],
              ['resume', 'bob', undefined, undefined],
            ],
          );

          const late = await ann.type('pause', run, '--reason', 'too late');
          assert.equal(late.code, 3);
          assert.match(late.stdout, /is closed since .*; nothing was changed/);
        });
      });
    },
    complete,
  );

  it(
    'cancelled while paused: nothing is begun any more, and every device is listed with what holds for it',
    async () => {
      await withSite({ ftds }, async (site) => {
        await withPeople(site, async (ann) => {
          const before = await held(site, 'ftd02');
          const run = await pausedInGeneration(site, ann);
          await site.lab.fault('releaseGenerate');
          await site.until(run, ({ outcome }) => outcome === 'waiting');

          assert.equal((await ann.type('cancel', run, '--reason', 'the window is over')).code, 0);
          const document = await site.closed(run);

          assert.equal(document.outcome, 'cancelled');
          assert.equal((await ann.type('status', run)).code, 4);
          assert.deepEqual([document.paused, document.cancelling], [undefined, undefined]);
          assertGeneratedOnce(await site.truth());
          for (const device of document.devices)
            assert.match(device.leftToDo.join(' '), /new CA/, device.name);
          const now = await held(site, 'ftd02');
          assert.deepEqual([now.files, now.backups], [before.files, []]);
          assert.equal(now.tunnel.restarts, 0);
        });
      });
    },
    complete,
  );
});
