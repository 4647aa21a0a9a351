import assert from 'node:assert/strict';
import { PaceMeter, paceSoFar, paceText, runAdvance, type Advance } from '../../../cli/output/pace.ts';
import type { RunDocument } from '../../../workflows/contract.ts';
import * as documents from './documents.ts';

/** The run with a thousand devices when so many of them are done. */
function at(done: number): RunDocument {
  return {
    ...documents.thousand,
    questions: [],
    devices: documents.thousand.devices.map((device, n) => ({
      ...device,
      status: n < done ? ('done' as const) : n < 950 ? ('waiting' as const) : ('parked' as const),
    })),
  };
}
const seen = (done: number): Advance => runAdvance(at(done));
const start = Date.parse('2026-11-23T20:00:00Z');
const after = (seconds: number): Date => new Date(start + seconds * 1000);

describe('PaceMeter', () => {
  it('tells the rate of what it has seen, and the time for those that wait for nobody', () => {
    const meter = new PaceMeter();
    meter.see(seen(500), after(0));
    const pace = meter.see(seen(550), after(60));
    assert.equal(Math.round(pace?.perMinute ?? 0), 50);
    assert.equal(Math.round((pace?.leftMs ?? 0) / 60_000), 8, '400 are open');
    assert.match(pace === undefined ? '' : paceText(pace), /^50 devices a minute · about 8m left/);
  });

  it('forgets what was ten minutes ago, and an earlier stage', () => {
    const meter = new PaceMeter();
    meter.see(seen(0), after(0));
    meter.see(seen(600), after(60));
    meter.see(seen(600), after(600));
    assert.equal(Math.round(meter.see(seen(610), after(661))?.perMinute ?? 0), 10);
    meter.see(seen(10), after(700));
    assert.equal(Math.round(meter.see(seen(40), after(760))?.perMinute ?? 0), 30);
  });

  it('knows after one look what the running stage has made so far, and nothing of a paused run', () => {
    const begun = documents.thousand.steps.find(({ status }) => status === 'running')?.startedAt ?? '';
    const now = new Date(Date.parse(begun) + 600_000);
    assert.equal(Math.round(paceSoFar(seen(500), now)?.perMinute ?? 0), 50);
    const paused = { by: 'ann', since: begun, reason: '', inFlight: [] };
    assert.equal(paceSoFar(runAdvance({ ...at(500), paused }), now), undefined);
  });
});
