import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { FleetDocument, RunDocument } from '../../workflows/contract.ts';
import { anOperator, type LabSite, type Operator } from '../support/operator.ts';
import type { Typed } from '../support/processes.ts';
import { assertGeneratedOnce, assertHoldsNewSet, assertHoldsSetOf } from '../support/truth.ts';

const renewal = 'renew-sftunnel-ca';

// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- the caller says what it expects
function document<T>(typed: Typed): T {
  assert.doesNotThrow(() => JSON.parse(typed.stdout), `${typed.stdout}\n${typed.stderr}`);
  return JSON.parse(typed.stdout) as T;
}

// The tests build on one another: one night with three members, two of them pairs.
describe('a fleet as an operator types it', function () {
  this.timeout(300_000);
  let operator: Operator;
  let paris: LabSite;
  let lyon: LabSite;
  let nice: LabSite;
  let fleet: string;
  let plan: string;

  before(async () => {
    operator = await anOperator();
    await writeFile(
      path.join(operator.folder, 'settings.yaml'),
      `loginsPerSecond: 50
pollGenerateEvery: 200ms
readHaStatus: true
verify: { every: 300ms, parkAfter: 20s, secondLookAfter: 300ms }
`,
    );
    const briskly = { heartbeatMs: 500, reconnectMs: 1000, restartMs: 100, deadPeerMs: 100 };
    paris = await operator.lab('paris', { ...briskly, ftds: [{}, { tunnel: 'down' }] });
    lyon = await operator.lab('lyon', { ...briskly, pair: {}, ftds: [{}] });
    nice = await operator.lab('nice', { ...briskly, pair: {}, ftds: [{ tunnel: 'down' }] });
    fleet = path.join(operator.folder, 'fleet.yaml');
    await writeFile(
      fleet,
      `name: france
change: CHG0042
limits: { fmcs: 3, devices: 8 }
canary: { member: paris }
members:
  - { name: lyon, inventory: lyon/devices.csv, knownHosts: lyon/known_hosts }
  - { name: paris, inventory: paris/devices.csv, knownHosts: paris/known_hosts, change: CHG0043 }
  - { name: nice, inventory: nice/devices.csv, knownHosts: nice/known_hosts }
`,
    );
  });

  after(async () => {
    await operator.leave();
  });

  it('validate says how many members and boxes; a box in two inventories is a fault with its place', async () => {
    const good = await operator.type('validate', '--fleet', fleet);
    assert.equal(good.code, 0, good.stderr);
    assert.match(good.stdout, /fleet france: 3 members/);
    const bad = path.join(operator.folder, 'bad.yaml');
    await writeFile(bad, (await readFile(fleet, 'utf8')).replaceAll('paris/', 'lyon/'));
    const typed = await operator.type('plan', renewal, '--fleet', bad);
    assert.equal(typed.code, 2);
    assert.match(typed.stderr, /bad\.yaml:7:\d+: 3 boxes stand in the inventory of lyon too/);
  });

  it('plan looks at every member, changes nothing, and writes one file with the digest of each plan', async () => {
    const typed = await operator.type('plan', renewal, '--fleet', fleet);
    assert.equal(typed.code, 0, typed.stdout + typed.stderr);
    assert.match(typed.stdout, /^paris +fmc01 .* yes$/m);
    for (const name of ['lyon', 'nice'])
      assert.match(typed.stdout, new RegExp(`^${name} +fmc01 \\+ fmc02 .* yes$`, 'm'));
    plan = /^plan: (.*)$/m.exec(typed.stderr)?.[1] ?? '';
    assert.ok(existsSync(plan), typed.stderr);
    for (const site of [paris, lyon, nice])
      for (const manager of (await site.truth()).managers) assert.equal(manager.generateStarts, 0);
  });

  it('a member may be left out, a finding of a box be accepted: by name, with a reason, and both are in the plan', async () => {
    const words = ['plan', renewal, '--fleet', fleet, '--leave-out', 'lyon', 'nice'];
    const unsaid = await operator.type(...words);
    assert.equal(unsaid.code, 2);
    assert.match(unsaid.stderr, /--leave-out needs --reason/);
    const kept = path.join(operator.folder, 'accepted', 'fleet.json');
    const typed = await operator.type(
      ...words,
      ...['--accept', 'paris/ftd02', '--reason', 'no backup', '--out', kept, '-o', 'json'],
    );
    assert.equal(typed.code, 0, typed.stderr);
    const written = JSON.parse(await readFile(kept, 'utf8')) as {
      members: { name: string; accepted: string[]; acceptReason: string }[];
      leftOut: object[];
    };
    assert.deepEqual(
      written.members.map(({ name, accepted, acceptReason }) => [name, accepted, acceptReason]),
      [['paris', ['ftd02'], 'no backup']],
    );
    assert.deepEqual(
      written.leftOut,
      ['lyon', 'nice'].map((name) => ({ name, reason: 'no backup' })),
    );
  });

  it('a plan of a member that was edited is refused', async () => {
    const [name] = ['paris'];
    const own = path.join(path.dirname(plan), 'fleet.members', `${name}.json`);
    const text = await readFile(own, 'utf8');
    await writeFile(own, text.replace('"accepted"', '"accepted "').replace('fmc01', 'fmc99'));
    const typed = await operator.type('run', renewal, '--fleet', fleet, '--plan', plan, '--no-input');
    assert.equal(typed.code, 3, typed.stderr);
    assert.match(typed.stderr, /paris\.json is not the plan that was made for paris/);
    await writeFile(own, text);
  });

  it('run takes all through: HA order inside each of two pairs at once, the canary first, each CA made once', async () => {
    const typed = await operator.type(
      'run',
      renewal,
      '--fleet',
      fleet,
      '--plan',
      plan,
      '--no-input',
      '-o',
      'json',
    );
    assert.equal(typed.code, 0, typed.stdout + typed.stderr);
    const closed = document<FleetDocument>(typed);
    assert.equal(closed.run, 'fleet/france');
    assert.deepEqual(
      closed.members.map(({ name, status, changeId }) => [name, status, changeId]),
      [
        ['paris', 'done', 'CHG0043'],
        ['lyon', 'done', 'CHG0042'],
        ['nice', 'done', 'CHG0042'],
      ],
    );
    const [first, second] = closed.members;
    assert.ok(first?.endedAt !== null && second?.startedAt !== null);
    assert.ok(String(first?.endedAt) <= String(second?.startedAt), 'the canary alone');
    const alone = await paris.truth();
    assertGeneratedOnce(alone);
    for (const device of alone.devices) assertHoldsNewSet(alone, device);
    for (const pair of [await lyon.truth(), await nice.truth()]) {
      const [primary, secondary] = pair.managers;
      assert.ok(primary && secondary);
      for (const manager of [primary, secondary]) {
        assert.equal(manager.generations.length, 1, `${manager.name} made exactly one CA`);
        assert.equal(manager.sftunnel.restarts, 0, `sftunnel on ${manager.name} was not restarted`);
        for (const device of pair.devices) assertHoldsSetOf(manager, device);
      }
      assert.ok(
        String(primary.generations[0]?.at) < String(secondary.generations[0]?.at),
        'the primary first',
      );
    }
  });

  it('one report with links to those of the members; list shows the fleet, status of a member its run', async () => {
    const typed = await operator.type('report', 'fleet/france');
    assert.equal(typed.code, 0, typed.stderr);
    assert.match(typed.stdout, /Report of fleet\/france/);
    const file = /^report: (.*)$/m.exec(typed.stderr)?.[1] ?? '';
    const html = await readFile(file, 'utf8');
    const links = [...html.matchAll(/href="(\.\.\/[^"]+)"/g)].map(([, link = '']) => link);
    assert.equal(links.length, 3);
    for (const link of links)
      assert.ok(existsSync(path.resolve(path.dirname(file), decodeURIComponent(link))), link);
    const list = await operator.type('list');
    assert.match(list.stdout, /^fleet\/france +done +3 members +CHG0042/m);
    assert.doesNotMatch(list.stdout, /^renew\//m);
    const status = await operator.type('status', 'fleet/france', '-o', 'json');
    const [member] = document<FleetDocument>(status).members;
    const own = document<RunDocument>(await operator.type('status', member?.run ?? '', '-o', 'json'));
    assert.equal(own.kind, 'run');
    assert.equal(own.devices.length, 2);
  });
});
