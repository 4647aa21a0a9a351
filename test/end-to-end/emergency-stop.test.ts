import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { isGoneWithin, signal } from '../../supervisor/index.ts';
import { anOperator, type LabSite, type Operator } from '../support/operator.ts';
import { assertGeneratedOnce, assertHoldsNewSet } from '../support/truth.ts';

describe('an emergency stop in the middle of the generation', function () {
  this.timeout(300_000);
  let operator: Operator;
  let site: LabSite;

  before(async () => {
    operator = await anOperator();
    site = await operator.lab('site', { ftds: [{}, { tunnel: 'down' }] });
  });

  after(async () => {
    await operator.leave();
  });

  it('ends what is left without a server, says what goes on, and the run is carried on afterwards', async () => {
    await site.control.fault('holdGenerateAt', { phase: 'after-ca' });
    const typing = operator.type('run', 'renew-sftunnel-ca', ...site.files, '--yes', '--no-input');
    while ((await site.truth()).managers[0]?.heldPhases.includes('after-ca') !== true) await sleep(50);
    const run = `renew/${(await site.truth()).managers[0]?.uuid ?? ''}`;
    const { supervisor, server, worker } = operator.processes() ?? {};
    if (supervisor === undefined || server?.process === undefined || worker?.process === undefined)
      assert.fail(JSON.stringify(operator.processes()));

    // A worker that hangs does not end by itself when its supervisor is gone.
    signal(worker.process, 'SIGSTOP');
    signal(supervisor, 'SIGKILL');
    signal(server.process, 'SIGKILL');
    assert.ok(await isGoneWithin(server.process, 10_000));
    const doctor = await operator.type('doctor');
    const down = await operator.type('down', '--now');

    assert.match(doctor.stdout, /begun, no end seen[^]*fmc01[^]*generate_certs\.pl goes on/);
    assert.equal(down.code, 0, down.stderr);
    assert.match(down.stderr, new RegExp(`Stopped: worker \\(pid ${worker.process.pid}\\)`));
    assert.ok(await isGoneWithin(worker.process, 0));
    assert.match(down.stdout, /^fmc01 \(127\.[\d.]+:\d+\) {2}/m);
    assert.match(down.stdout, /generate_certs\.pl goes on.*Do not\s+start it again/);
    assert.ok(down.stdout.includes(`next: runbook up, then runbook watch ${run}`), down.stdout);
    const document = JSON.parse((await operator.type('down', '--now', '-o', 'json')).stdout) as {
      processes: unknown[];
      boxes: { box: string; state: string; run: string }[];
    };
    assert.deepEqual(document.processes, []);
    assert.deepEqual(
      document.boxes.map((one) => [one.box, one.state, one.run]),
      [['fmc01', 'cut-off', run]],
    );

    await site.control.fault('releaseGenerate');
    assert.equal((await operator.type('up')).code, 0);
    const watch = await operator.type('watch', run, '--no-input');
    assert.equal(watch.code, 0, watch.stdout + watch.stderr);
    assert.equal((await typing).code, 0, 'who followed the run from its start sees its end too');
    const truth = await site.truth();
    assertGeneratedOnce(truth);
    assert.equal(truth.managers[0]?.generateStarts, 1);
    for (const device of truth.devices) assertHoldsNewSet(truth, device);
    const after = await operator.type('down', '-o', 'json');
    assert.deepEqual((JSON.parse(after.stdout) as { boxes: unknown[] }).boxes, [], 'every end was seen');
  });
});
