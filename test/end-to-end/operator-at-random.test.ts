import assert from 'node:assert/strict';
import type { RunDocument } from '../../workflows/contract.ts';
import { withSite } from '../support/renewal-site.ts';
import { assertGeneratedOnce, assertHoldsNewSet } from '../support/truth.ts';
import { followWhims, randomOf } from '../support/whims.ts';

/** More of them, or one that failed, once more: `WHIMS=50 WHIMS_SEED=12345 npx mocha …`. */
const rounds = Number(process.env['WHIMS'] ?? 2);
const firstSeed = Number(process.env['WHIMS_SEED'] ?? Date.now() % 1_000_000);

const ftds = [{}, {}, { tunnel: 'down' as const }, { tunnel: 'down' as const }];

describe('operators who pause, hold, retry, skip and cancel at any moment', function () {
  this.timeout(300_000);

  for (let seed = firstSeed; seed < firstSeed + rounds; seed += 1) {
    // Every other one is cancelled in between.
    const cancels = (seed - firstSeed) % 2 === 1;
    it(`break no promise (${cancels ? 'cancelled, ' : ''}WHIMS_SEED=${String(seed)})`, async () => {
      await withSite({ ftds }, async (site) => {
        const plan = await site.plan();
        const handshakes = (await site.truth()).devices.map(({ managers }) => managers[0]?.tunnel.handshakes);
        const run = await site.start(plan);
        const { client } = site.server;

        const whims = await followWhims(site, run, { random: randomOf(seed), turns: 12, cancels });

        const told = whims.said.join('\n');
        const document = (await client.workflow.getHandle(run).result()) as RunDocument;
        const isLeft = document.devices.some(({ status }) => status === 'skipped');
        const outcome = whims.isCancelled ? 'cancelled' : isLeft ? 'devices-left' : 'done';
        assert.equal(document.outcome, outcome, `${document.summary}\n${told}`);
        for (const device of document.devices) {
          const isNamed = device.status === 'done' || device.leftToDo.length > 0;
          assert.ok(
            isNamed,
            `${device.name} is ${device.status}, ${device.phase}, and nothing is said of it\n${told}`,
          );
        }
        if (!whims.isCancelled)
          for (const id of whims.seen)
            assert.ok(
              document.decisions.some(({ question }) => question === id),
              `nobody answered ${id}\n${told}`,
            );
        let open = 1;
        for (const until = Date.now() + 10_000; open > 0 && Date.now() < until;) {
          open = (await client.workflow.count(`ParentWorkflowId = '${run}' AND ExecutionStatus = 'Running'`))
            .count;
        }
        assert.equal(open, 0, 'no device run is left open');

        // Whatever was left, the next run takes over and finishes.
        if (outcome !== 'done') {
          const next = await site.closed(await site.start(await site.plan()));
          assert.equal(next.exitCode, 0, `${next.summary}\n${told}`);
        }
        const truth = await site.truth();
        assertGeneratedOnce(truth);
        assert.equal(truth.managers[0]?.sftunnel.restarts, 0);
        for (const [at, device] of truth.devices.entries()) {
          assertHoldsNewSet(truth, device);
          const [held] = device.managers;
          const wasUp = ftds[at]?.tunnel !== 'down';
          // A dead tunnel may have come up on the new set by itself, between the cancel and the next run.
          assert.ok(device.sftunnel.restarts <= (wasUp ? 0 : 1), `${device.name}\n${told}`);
          if (wasUp)
            assert.equal(
              held?.tunnel.handshakes,
              handshakes[at],
              `the tunnel of ${device.name} was cut\n${told}`,
            );
          assert.equal(held?.tunnel.up, true, device.name);
        }
      });
    });
  }
});
