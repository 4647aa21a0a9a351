import assert from 'node:assert/strict';
import { certsPage } from '../../../cli/output/certs-page.ts';
import { goNoGoPage } from '../../../cli/output/go-no-go-page.ts';
import { faultsMet, goNoGo, planChanges } from '../../../report/index.ts';
import { displayWidth } from '../../../cli/output/layout.ts';
import { liveFrame } from '../../../cli/output/live-frame.ts';
import { consentPage, planPage } from '../../../cli/output/plan-page.ts';
import { recordPage } from '../../../cli/output/record-page.ts';
import { runListPage } from '../../../cli/output/run-list-page.ts';
import { statusPage } from '../../../cli/output/status-page.ts';
import * as documents from './documents.ts';
import * as halted from './halted-documents.ts';
import * as plans from './plans.ts';
import { assertGolden, viewAt } from './golden.ts';

const { phases } = documents;

/** Commands and fingerprints are copied whole, so they are the only lines that may be wider than the terminal. */
function assertFits(text: string, width: number): void {
  for (const line of text.split('\n')) {
    if (!line.includes('runbook '))
      assert.ok(displayWidth(line) <= width, `${displayWidth(line)} columns: ${line}`);
  }
}

describe('pages', () => {
  it('leave open in a plan what no box has said', () => {
    const [first] = plans.blockedPlan.steps;
    assert.ok(first !== undefined);
    const title = 'A copy for ${manager.name} is there: ${manager.backup.fresh ? "yes" : "no"}';
    const steps = (['planned', 'not-needed'] as const).map((status) => ({ ...first, title, status }));
    const page = planPage({ ...plans.blockedPlan, steps }, viewAt(200));
    assert.equal(page.split('A copy for … is there: …').length, 3, page);
    assert.ok(!page.includes('${'), page);
  });

  const pages: Record<string, (width: number) => string> = {
    plan: (width) =>
      planPage(plans.plan, viewAt(width), {
        title: 'Renew',
        next: ['run', 'renew-sftunnel-ca', '--plan', '/srv/plan 1.json'],
      }),
    'plan-blocked': (width) => planPage(plans.blockedPlan, viewAt(width)),
    'plan-night': (width) =>
      planPage(plans.nightPlan, viewAt(width), {
        title: 'Renew',
        night: goNoGo(plans.nightPlan, { now: documents.now, windowLook: plans.windowLook }),
      }),
    check: (width) =>
      goNoGoPage(
        goNoGo(plans.nightPlan, { now: documents.now, windowLook: plans.windowLook }),
        viewAt(width),
        {
          title: 'Renew',
          changes: planChanges(plans.plan, plans.nightPlan),
          faults: faultsMet(plans.nightPlan),
          next: ['run', 'renew-sftunnel-ca'],
        },
      ),
    'check-no-go': (width) =>
      goNoGoPage(
        goNoGo({ ...plans.nightPlan, runnable: false }, { now: documents.now, windowLook: plans.windowLook }),
        viewAt(width),
        {
          title: 'Renew',
        },
      ),
    'plan-waves': (width) =>
      planPage(plans.wavesPlan, viewAt(width), {
        title: 'Renew',
        night: goNoGo(plans.wavesPlan, { now: documents.now, windowLook: plans.eveningLook }),
      }),
    'check-waves': (width) =>
      goNoGoPage(
        goNoGo(plans.wavesPlan, { now: documents.now, windowLook: plans.eveningLook }),
        viewAt(width),
        { title: 'Renew' },
      ),
    'status-waves': (width) => statusPage(halted.inWaves, viewAt(width), { phases, deviceLimit: 6 }),
    'live-waves': (width) => liveFrame(halted.inWaves, phases, viewAt(width), 30),
    consent: (width) => consentPage(plans.plan, viewAt(width)),
    certs: (width) =>
      certsPage(plans.plan, viewAt(width), ['plan', 'renew-sftunnel-ca', '--inventory', 'devices.csv']),
    'status-running': (width) => statusPage(documents.eightRunning, viewAt(width), { phases }),
    'status-waiting': (width) => statusPage(documents.waiting, viewAt(width), { phases }),
    'status-known-fault': (width) => statusPage(documents.faulty, viewAt(width), { phases }),
    'status-window': (width) => statusPage(halted.beforeWindow, viewAt(width), { phases, deviceLimit: 6 }),
    'live-window': (width) => liveFrame(halted.beforeWindow, phases, viewAt(width), 30),
    'status-paused': (width) => statusPage(halted.paused, viewAt(width), { phases }),
    'status-cancelling': (width) => statusPage(halted.cancelling, viewAt(width), { phases }),
    'status-devices-left': (width) => statusPage(documents.devicesLeft, viewAt(width), { phases }),
    'status-one-cause': (width) => statusPage(halted.oneCause, viewAt(width), { phases, deviceLimit: 6 }),
    'live-one-cause': (width) => liveFrame(halted.oneCause, phases, viewAt(width), 30),
    'status-thousand': (width) => statusPage(documents.thousand, viewAt(width), { phases, deviceLimit: 12 }),
    'status-hostile': (width) => statusPage(documents.hostile, viewAt(width), { phases }),
    'live-running': (width) => liveFrame(documents.eightRunning, phases, viewAt(width), 30),
    'live-paused': (width) => liveFrame(halted.paused, phases, viewAt(width), 30),
    'live-thousand': (width) =>
      liveFrame(documents.thousand, phases, viewAt(width), 24, {
        pace: { perMinute: 38.2, leftMs: 550_000 },
      }),
    record: (width) => recordPage(plans.record, viewAt(width)),
    'record-paused': (width) => recordPage(plans.pausedRecord, viewAt(width)),
    list: (width) =>
      runListPage(
        [plans.record, plans.pausedRecord].map((record) => ({
          ...record,
          runbook: 'renew-sftunnel-ca',
          manager: 'fmc-1',
          change: 'CHG1',
        })),
        viewAt(width),
      ),
  };
  for (const [name, page] of Object.entries(pages)) {
    it(`${name} is as looked at, at 80 columns`, () => {
      assertGolden(name, page(80));
    });
    it(`${name} fits terminals of 60, 80 and 140 columns`, () => {
      for (const width of [60, 80, 140]) assertFits(page(width), width);
    });
    it(`${name} gives no name power over the terminal`, () => {
      assert.doesNotMatch(page(80), /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/);
    });
  }
});

describe('planPage', () => {
  it('makes what cannot be undone stand out', () => {
    assert.match(
      planPage(plans.plan, viewAt(80)),
      /Start generate_certs\.pl on fmc-1, once ◀ CANNOT BE UNDONE/,
    );
  });

  it('puts what forbids the run before what can be accepted and what only warns', () => {
    const text = planPage(plans.blockedPlan, viewAt(80));

    assert.ok(text.indexOf('HOST_KEY_CHANGED') < text.indexOf('DEVICE_UNREACHABLE'));
    assert.ok(text.indexOf('DEVICE_UNREACHABLE') < text.indexOf('DEVICE_CLOCK'));
  });
});

describe('certsPage', () => {
  const page = (notAfter: string, tunnel: string): string => {
    const { plan } = plans;
    const oldCa = { ...documents.oldCa, notAfter };
    return certsPage(
      {
        ...plan,
        manager: { ...plan.manager, columns: { ...plan.manager.columns, oldCa } },
        devices: plan.devices.map((device) => ({ ...device, columns: { ...device.columns, tunnel } })),
      },
      viewAt(80),
      ['plan', 'x'],
    );
  };

  it('says to act at once when the CA has expired and tunnels live', () => {
    const text = page('2026-11-20T20:00:00Z', 'up').replace(/\s+/g, ' ');

    assert.match(text, /expired 2 days ago/);
    assert.match(text, /Act at once, and until then no reboot, no upgrade, no restart of sftunnel/);
  });

  it('does not speak of living tunnels when none lives', () => {
    assert.match(
      page('2026-11-20T20:00:00Z', 'down').replace(/\s+/g, ' '),
      /0 of 8 tunnels are up: the devices are cut off/,
    );
  });

  it('says as soon as possible from 30 days on, and no hurry before', () => {
    assert.match(page('2026-12-23T20:00:00Z', 'up'), /Renew as soon as possible/);
    assert.match(page('2026-12-25T20:00:00Z', 'up'), /No hurry: 32 days left/);
  });
});

describe('liveFrame', () => {
  it('never needs more lines than the terminal has', () => {
    for (const document of [
      documents.eightRunning,
      documents.thousand,
      halted.paused,
      documents.waiting,
      documents.hostile,
    ]) {
      for (const rows of [10, 24, 50]) {
        const lines = liveFrame(document, phases, viewAt(80), rows).split('\n').length;
        assert.ok(lines < rows, `${lines} lines in ${rows} rows`);
      }
    }
  });

  it('has no line that the terminal would wrap', () => {
    const lines = liveFrame(documents.thousand, phases, viewAt(80), 24).split('\n');
    assert.deepEqual(
      lines.filter((line) => line.length > 80),
      [],
    );
  });

  it('shows those that need a person first', () => {
    const text = liveFrame(documents.thousand, phases, viewAt(80), 30);

    assert.match(text, /ftd-3 +\? waits/);
    assert.match(text, /ftd-0 +✗ needs hands/);
    assert.match(text, /ftd-43 +› running/);
    assert.match(text, /and 9\d\d more devices/);
  });
});
