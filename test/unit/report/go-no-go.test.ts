import assert from 'node:assert/strict';
import { goNoGo, goNoGoHtml, planChanges } from '../../../report/index.ts';
import type { Plan } from '../../../workflows/contract.ts';
import * as documents from '../cli/documents.ts';
import * as plans from '../cli/plans.ts';

const { now } = documents;
const { windowLook } = plans;

/** The night plan with a CA that expires then. */
function expiring(notAfter: string, tunnels: readonly string[] = []): Plan {
  const { nightPlan } = plans;
  return {
    ...nightPlan,
    manager: {
      ...nightPlan.manager,
      columns: { ...nightPlan.manager.columns, oldCa: { ...documents.oldCa, notAfter } },
    },
    devices: nightPlan.devices.map((device, at) => ({
      ...device,
      columns: { ...device.columns, tunnel: tunnels[at] ?? 'up' },
    })),
  };
}

describe('goNoGo', () => {
  it('is GO when nothing forbids it and nobody has to know anything', () => {
    assert.equal(goNoGo({ ...plans.nightPlan, findings: [] }, { now, windowLook }).verdict, 'go');
  });

  it('names what was accepted, and what only warns, as open points', () => {
    const page = goNoGo(plans.nightPlan, { now, windowLook });

    assert.equal(page.verdict, 'go-with-open-points');
    assert.deepEqual(
      page.open.map(({ boxes }) => boxes),
      [['ftd-8'], ['ftd-4']],
    );
    assert.match(page.open[0]?.text ?? '', /^Accepted: No connection/);
  });

  it('is NO-GO when the plan cannot be run, and says why', () => {
    const page = goNoGo({ ...plans.nightPlan, runnable: false }, { now, windowLook });

    assert.equal(page.verdict, 'no-go');
    assert.deepEqual(page.against, [{ text: 'No connection to it.', boxes: ['ftd-8'] }]);
  });

  it('says a text that holds for many boxes once', () => {
    const findings = plans.nightPlan.devices.map(({ name }) => ({
      code: 'DEVICE_CLOCK',
      severity: 'warn' as const,
      text: `The clock of ${name} is 40 s ahead.`,
      box: name,
    }));

    assert.equal(goNoGo({ ...plans.nightPlan, findings }, { now, windowLook }).open.length, 1);
  });

  it('leaves generation and delivery their time before the CA expires', () => {
    const page = goNoGo(expiring('2026-11-24T00:00:00Z'), { now, windowLook });

    // 220 s + 720 s + 100 s after the point of no return, 360 s before it.
    assert.equal(page.latest.generateBy, '2026-11-23T23:42:40.000Z');
    assert.equal(page.latest.startBy, '2026-11-23T23:36:40.000Z');
    assert.match(page.latest.text, /the CA expires at 2026-11-24 00:00:00/);
  });

  it('takes the end of the window where that is earlier', () => {
    const page = goNoGo(expiring('2026-12-24T00:00:00Z'), {
      now,
      windowLook,
      until: new Date('2026-11-23T22:00:00Z'),
    });

    assert.equal(page.latest.generateBy, '2026-11-23T21:42:40.000Z');
    assert.match(page.latest.text, /the window ends/);
  });

  it('says as soon as possible once the CA has expired, and who is out already', () => {
    const page = goNoGo(expiring('2026-11-20T00:00:00Z', ['up', 'down']), { now, windowLook });

    assert.match(page.latest.text, /^The CA has expired \(expired 3 days ago\): as soon as possible\.$/);
    assert.equal(page.latest.generateBy, null);
    assert.equal(page.verdict, 'go-with-open-points');
    assert.deepEqual(
      page.lockout.map(({ boxes }) => boxes.length),
      [7, 1],
    );
    assert.match(page.lockout[0]?.text ?? '', /No time is left/);
    assert.match(page.lockout[1]?.text ?? '', /Locked out already/);
  });

  it('is NO-GO when the window is too short for what comes after the generation', () => {
    const page = goNoGo(expiring('2026-12-24T00:00:00Z'), {
      now,
      windowLook,
      until: new Date(now.getTime() + 600_000),
    });

    assert.equal(page.verdict, 'no-go');
    assert.match(page.against[0]?.text ?? '', /Too late: the window ends/);
  });

  it('knows no point of no return in a plan that generates nothing', () => {
    const { pointOfNoReturn, ...outlook } = plans.nightPlan.outlook ?? assert.fail();
    assert.ok(pointOfNoReturn);
    const page = goNoGo({ ...plans.nightPlan, outlook }, { now, windowLook });

    assert.equal(page.pointOfNoReturn, null);
    assert.match(page.latest.text, /generates nothing/);
  });
});

describe('goNoGoHtml', () => {
  const page = (plan: Plan): string =>
    goNoGoHtml(goNoGo(plan, { now, windowLook }), { plan, changes: planChanges(plans.plan, plan) });

  it('says all that must be known before the night', () => {
    const shown = page(plans.nightPlan);

    for (const part of [
      'GO, with open points',
      'CHG0012345',
      'no way back to the old one',
      'Latest safe time to generate',
      'Network and firewall',
      'System &#62; Tools &#62; Scheduling',
      'the task table was not read',
      'Since the look of 2026-11-23 19:39:00',
      'For Cisco TAC',
      'as it should be',
    ])
      assert.ok(shown.includes(part), part);
  });

  it('needs nothing but itself, and obeys no name', () => {
    const hostile = documents.hostileNames.join(' ');
    const { outlook } = plans.nightPlan;
    assert.ok(outlook !== undefined);
    const shown = page({
      ...plans.nightPlan,
      manager: { ...plans.nightPlan.manager, name: hostile },
      findings: [{ code: 'X', severity: 'warn', text: hostile, box: hostile }],
      outlook: {
        ...outlook,
        changeId: hostile,
        assumed: [hostile],
        phases: outlook.phases.map((phase) => ({ ...phase, title: hostile })),
        awake: [{ who: hostile, for: hostile, from: hostile }],
      },
    });

    assert.doesNotMatch(shown, /<script|<link|<img|<iframe|@import|url\(|src=|href=/i);
    assert.doesNotMatch(shown, /[\u0000-\u0008\u000b-\u001f\u202a-\u202e]/);
  });
});

describe('planChanges', () => {
  it('tells nothing of two looks that saw the same', () => {
    const later = {
      ...plans.nightPlan,
      madeAt: '2026-11-24T19:39:00Z',
      devices: plans.nightPlan.devices.map((device) => ({
        ...device,
        columns: { ...device.columns, daysLeft: 39 },
      })),
      findings: plans.nightPlan.findings.map((finding) => ({
        ...finding,
        text: finding.text.replace('err 20', 'err 21'),
      })),
    };

    assert.deepEqual(planChanges(plans.nightPlan, later).lines, []);
  });

  it('names boxes that came, went or changed, and findings that are new or gone', () => {
    const [first, second, ...rest] = plans.nightPlan.devices;
    assert.ok(first && second);
    const later: Plan = {
      ...plans.nightPlan,
      runnable: false,
      devices: [{ ...first, columns: { ...first.columns, tunnel: 'down' } }, ...rest, plans.plannedDevice(9)],
      findings: [{ code: 'DEVICE_CLOCK', severity: 'warn', text: '40 s ahead.', box: 'ftd-1' }],
    };

    assert.deepEqual(planChanges(plans.nightPlan, later).lines, [
      'It cannot be run any more; it could.',
      'ftd-2 is not there any more.',
      'ftd-1: tunnel was up, is down',
      'ftd-9 is new.',
      'New: ftd-1 (warn): 40 s ahead.',
      `Gone: ftd-4 (warn): ${documents.oldCaFault.title}. ${documents.oldCaFault.cause}`,
      'Gone: ftd-8 (accept): No connection to it.',
    ]);
  });
});
