import assert from 'node:assert/strict';
import { isTooShort, lockoutText, plannedRolloutLines, rolloutLines } from '../../../report/index.ts';
import type { Lockout, PlannedRollout, RolloutState, WindowLook } from '../../../workflows/contract.ts';

const now = new Date('2026-11-23T20:00:00Z');

const lockout: Lockout = {
  devices: 20,
  atOnce: 0,
  first: { at: '2026-12-31T00:00:00Z', of: 'the CA of its FMC', box: 'ftd-1' },
  notKnown: 0,
  needsMs: 25 * 60_000,
  basis: 'runbook',
};

describe('lockoutText', () => {
  it('holds the days left against the time that the run needs', () => {
    assert.equal(
      lockoutText(lockout, now),
      '37 days left: the CA of its FMC (ftd-1) ends at 2026-12-31 00:00:00 +00:00; the run needs about 25m until the last one is safe (an estimate of the runbook, without the time people take)',
    );
    assert.equal(isTooShort(lockout, now), false);
    assert.match(lockoutText({ ...lockout, basis: 'pace' }, now), /at the rate of this run/);
  });

  it('says that it is not enough, from the minute on at which it is not', () => {
    const at = (minutes: number): Lockout => ({
      ...lockout,
      first: { at: new Date(now.getTime() + minutes * 60_000).toISOString(), of: 'the CA', box: 'x' },
    });
    assert.equal(isTooShort(at(25), now), false);
    assert.equal(isTooShort(at(24), now), true);
    assert.match(lockoutText(at(24), now), /^NOT ENOUGH TIME: 0 days left: the CA \(x\) ends/);
    assert.match(lockoutText(at(-60), now), /^NO TIME: the CA \(x\) expired today, at 2026-11-23 19:00/);
  });

  it('names the device where it ends for one alone', () => {
    const first = { at: '2026-12-31T00:00:00Z', of: 'the CA of its FMC', box: null };
    assert.match(lockoutText({ ...lockout, first }, now), /^37 days left: the CA of its FMC ends at/);
  });

  it('names what is lost at the next reconnect before all dates', () => {
    const some = { ...lockout, atOnce: 3 };
    assert.equal(isTooShort(some, now), true);
    assert.match(
      lockoutText(some, now),
      /^NO TIME: 3 of 20 devices are lost at the next reconnect, whenever/,
    );
    const one = { ...lockout, devices: 1, atOnce: 1 };
    assert.match(lockoutText(one, now), /^NO TIME: 1 device is lost .* until it is safe/);
  });

  it('invents nothing: what has no basis is not known', () => {
    assert.match(
      lockoutText({ ...lockout, needsMs: null }, now),
      /; how long the run still needs is not known$/,
    );
    assert.match(
      lockoutText({ ...lockout, first: null, notKnown: 20 }, now),
      /^Not known when 20 devices can be lost: no end could be read; the run needs about 25m/,
    );
    assert.match(lockoutText({ ...lockout, notKnown: 2 }, now), /; of 2 devices it is not known when; /);
    assert.doesNotMatch(lockoutText(lockout, now, true), /needs/, 'a closed run brings nothing any more');
  });

  it('says when nothing can be lost', () => {
    const safe = { ...lockout, devices: 0, first: null };
    assert.match(lockoutText(safe, now), /^No device can be lost any more/);
    assert.equal(isTooShort(safe, now), false);
  });
});

const texts = (lines: ReturnType<typeof rolloutLines>): Record<string, string> =>
  Object.fromEntries(lines.map(({ label, text }) => [label, text]));

describe('plannedRolloutLines', () => {
  const planned: PlannedRollout = {
    stage: 'prove',
    title: 'Prove tunnels',
    devices: 20,
    waves: [1, 2, 17],
    budget: 1,
    windows: '0 22 * * * for 6h in UTC',
    takesMs: 120_000,
  };
  const asked: unknown[] = [];
  const look = (windows: string, takesMs: number): WindowLook => {
    asked.push([windows, takesMs]);
    return {
      kind: 'window',
      opens: '2026-11-23T22:00:00Z',
      lastStart: '2026-11-24T03:58:00Z',
      closes: '2026-11-24T04:00:00Z',
    };
  };

  it('say sizes, budget, and when a window opens', () => {
    const lines = texts(plannedRolloutLines(planned, look, now));
    assert.deepEqual(asked, [['0 22 * * * for 6h in UTC', 120_000]]);
    assert.equal(lines['waves'], 'at most 20 devices, in 3 waves: 1, then 2, then 17');
    assert.match(lines['budget'] ?? '', /^1 failure is borne; with one more/);
    assert.equal(
      lines['window'],
      '0 22 * * * for 6h in UTC; closed, opens at 2026-11-23 22:00:00 +00:00, closes at 2026-11-24 04:00:00 +00:00',
    );
  });

  it('say what they do not know, and what there is none of', () => {
    const lines = texts(
      plannedRolloutLines({ ...planned, waves: [20], budget: null, windows: '' }, look, now),
    );
    assert.equal(lines['waves'], 'at most 20 devices, in one wave');
    assert.equal(lines['budget'], 'any number of failures is borne');
    assert.equal(lines['window'], 'none is named here: the settings of the worker count');
    assert.ok(!('window' in texts(plannedRolloutLines({ ...planned, windows: null }, look, now))));
    assert.match(
      texts(plannedRolloutLines({ ...planned, budget: 0 }, look, now))['budget'] ?? '',
      /^no failure/,
    );
  });
});

describe('rolloutLines', () => {
  const state: RolloutState = {
    stage: 'prove',
    title: 'Prove tunnels',
    wave: 2,
    waves: [1, 2, 17],
    devices: 20,
    through: 1,
    inFlight: 2,
    notBegun: 17,
    failed: 0,
    budget: 5,
    window: {
      kind: 'window',
      opens: '2026-11-23T19:00:00Z',
      lastStart: '2026-11-24T03:58:00Z',
      closes: '2026-11-24T04:00:00Z',
    },
  };

  it('say which wave, how much of the budget, and until when', () => {
    assert.deepEqual(texts(rolloutLines(state, now)), {
      waves: 'wave 2 of 3 (2 devices; all: 1, then 2, then 17): 1 of 20 through, 2 in flight, 17 not begun',
      budget: '0 of 5 used',
      window: 'open until 2026-11-24 04:00:00 +00:00, nothing is begun after 2026-11-24 03:58:00 +00:00',
    });
  });

  it('say what holds it, and what a person has set aside', () => {
    const held = texts(rolloutLines({ ...state, failed: 6, heldBy: 'budget' }, now));
    assert.match(held['waves'] ?? '', /; held: the budget is used up$/);
    assert.equal(held['budget'], '6 of 5 used, more than is borne');
    const aside = { ...state, setAsideUntil: '2026-11-24T22:00:00Z' };
    assert.equal(texts(rolloutLines(aside, now))['window'], 'set aside until 2026-11-24 22:00:00 +00:00');
    assert.equal(
      texts(rolloutLines({ ...state, setAsideUntil: null }, now))['window'],
      'set aside for the rest of the run',
    );
    const unread = { ...state, window: { kind: 'unread' as const, text: 'no such zone' } };
    assert.match(texts(rolloutLines(unread, now))['window'] ?? '', /could not be read \(no such zone\)/);
  });
});
