import assert from 'node:assert/strict';
import { overlapsOf } from '../../../cli/client/fleet-overlap.ts';
import { addresseesOf } from '../../../cli/commands/flow/decide-fleet.ts';
import { canGo, fleetPlanPage } from '../../../cli/output/fleet-plan-page.ts';
import type { ShownFleet } from '../../../cli/output/fleet-page.ts';
import type { FleetQuestion } from '../../../workflows/contract.ts';
import * as fleets from './fleet-documents.ts';
import { viewAt } from './golden.ts';
import * as plans from './plans.ts';

const run = 'fleet/emea';
const question = (id: string, of: string, member?: string, verbs = ['retry', 'skip']): FleetQuestion => ({
  id,
  workflowId: of,
  run: of,
  ...(member === undefined ? {} : { member }),
  box: 'a box',
  code: 'APPROVAL',
  text: 'what now?',
  answers: verbs as FleetQuestion['answers'],
});
const budget = question('budget#1', run, undefined, ['approve', 'deny']);
const inParis = question('u-1/deliver#1', 'renew/paris', 'paris');
const inLyon = question('u-2/deliver#1', 'renew/lyon', 'lyon');
const approval = question('gate/go#1', 'renew/lyon', 'lyon', ['approve', 'deny']);

/** Paris asks, Lyon asks twice, Rome is at work and has a device that has failed, Oslo is closed. */
const members = (
  [
    ['paris', 'parked', 0],
    ['lyon', 'running', 0],
    ['rome', 'running', 2],
    ['oslo', 'needs-hands', 1],
  ] as const
).map(([name, status, failed]) => {
  const [some] = fleets.hundred.members;
  assert.ok(some);
  return { ...some, name, run: `renew/${name}`, status, score: { ...some.score, failed } };
});
const fleet: Pick<ShownFleet, 'questions' | 'members'> = {
  questions: [budget, inParis, inLyon, approval],
  members,
};
const goesTo = (
  ...[verb, options]: [Parameters<typeof addresseesOf>[1], Parameters<typeof addresseesOf>[3]]
) => addresseesOf(fleet, verb, run, options).map(({ run: to, input }) => [to, input]);

describe('an answer given at a fleet', () => {
  it('goes to the fleet where it asks, and to the run that asks where a question is named', () => {
    assert.deepEqual(goesTo('approve', {}), [[run, { question: 'budget#1' }]]);
    assert.deepEqual(goesTo('retry', { question: 'u-2/deliver#1' }), [
      ['renew/lyon', { question: 'u-2/deliver#1' }],
    ]);
    assert.deepEqual(goesTo('deny', { question: 'go#1' }), [['renew/lyon', { question: 'gate/go#1' }]]);
  });

  it('about a member is judged by the fleet', () => {
    assert.deepEqual(goesTo('skip', { device: 'oslo' }), [[run, { device: 'oslo' }]]);
  });

  it('about all that failed, or one cause, goes to each open run that has some of it', () => {
    const failed = { all: 'failed' };
    assert.deepEqual(goesTo('retry', { failed: true }), [
      ['renew/paris', failed],
      ['renew/lyon', failed],
      ['renew/rome', failed],
    ]);
    assert.deepEqual(goesTo('skip', { cause: 'credential:fleet' }), [
      ['renew/paris', { cause: 'credential:fleet' }],
      ['renew/lyon', { cause: 'credential:fleet' }],
    ]);
    assert.deepEqual(goesTo('approve', { all: true }), [
      [run, { all: 'open' }],
      ['renew/lyon', { all: 'open' }],
    ]);
  });

  it('that means none, or several, is refused with the command that shows them', () => {
    assert.throws(() => goesTo('retry', { question: 'deliver#1' }), /2 open questions fit/);
    assert.throws(() => goesTo('answer', { all: true }), /can be settled with answer/);
    assert.throws(() => goesTo('retry', { device: 'paris', failed: true }), /in one way/);
  });

  it('names a question by its whole id before all that end so', () => {
    const other = question('gate/budget#1', 'renew/lyon', 'lyon', ['approve']);
    assert.deepEqual(
      addresseesOf({ ...fleet, questions: [other, budget] }, 'approve', run, { question: 'budget#1' }),
      [{ run, input: { question: 'budget#1' } }],
    );
  });
});

describe('a box that two members would work on', () => {
  it('is refused by its UUID, with the place in the fleet file, whatever addresses say', () => {
    const { plan } = plans;
    const planned = ['paris', 'lyon'].map((name) => ({ name, plan }));
    const overlaps = overlapsOf(planned, (member) => `fleet.yaml:${member === 'lyon' ? '7' : '6'}:26`);
    assert.equal(overlaps.length, 1 + plan.devices.length);
    const subject = {
      ...{ name: 'emea', title: 'a renewal', planned, overlaps, unseen: [], leftOut: [] },
      windowLook: plans.eveningLook,
      limits: { fmcs: 2, devices: 8, budget: 0 },
    };
    assert.equal(canGo(subject), false);
    const page = fleetPlanPage(subject, viewAt(160), { leaveOut: ['plan', 'renew', '--leave-out', 'oslo'] });
    assert.match(
      page,
      /block FMC .* is in paris and lyon \(fleet\.yaml:7:26\): two runs must not work on it/,
    );
    assert.match(page, /runbook plan renew --leave-out oslo lyon --reason 'WHY'/);
  });
});

describe('the plan of a fleet', () => {
  it('shows what holds the devices of each member back: waves, failures that are borne, windows', () => {
    const rollouts = (plans.wavesPlan.rollouts ?? []).map((one) => ({ ...one, windows: '' }));
    const calm = { ...plans.nightPlan, rollouts };
    const subject = {
      ...{ name: 'emea', title: 'a renewal', overlaps: [], unseen: [], leftOut: [] },
      planned: [
        { name: 'paris', plan: plans.wavesPlan },
        { name: 'lyon', plan: plans.wavesPlan },
        { name: 'oslo', plan: calm },
        { name: 'bern', plan: plans.plan },
      ],
      windowLook: plans.eveningLook,
      limits: { fmcs: 2, devices: 8, budget: 0 },
    };
    const page = fleetPlanPage(subject, viewAt(80), { leaveOut: [] });
    assert.match(page, /^Prove tunnels on a fresh handshake\nMEMBERS/m);
    assert.match(page, /^paris, lyon, oslo +8 +2 × 1, then 6 +0$/m);
    assert.match(
      page.replaceAll(/\n {12}/g, ' '),
      /^window +paris, lyon: 0 22 \* \* 1-5 for 6h in Europe\/Berlin; closed, opens at 2026-11-23 21:00:00 \+00:00/m,
    );
    assert.match(page.replaceAll(/\n {12}/g, ' '), /^window +oslo: none is named here/m);
    assert.match(
      page.replaceAll(/\n {12}/g, ' '),
      /^set aside +paris, lyon: window: not those of the site, by ann/m,
    );
  });
});
