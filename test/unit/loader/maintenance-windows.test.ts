import assert from 'node:assert/strict';
import fc from 'fast-check';
import { nextWindow, readWindows, windowsText, type MaintenanceWindow } from '../../../loader/index.ts';

const hour = 3_600_000;

function windows(text: string): readonly MaintenanceWindow[] {
  const read = readWindows(text);
  if (typeof read === 'string') throw new Error(read);
  return read;
}

function faultOf(text: string): string {
  const read = readWindows(text);
  return typeof read === 'string' ? read : 'none';
}

/** `opens → closes` as seen at `at`, for something that takes no time. */
function seen(text: string, at: string, takesMs = 0): string {
  const next = nextWindow(windows(text), new Date(at), takesMs);
  const short = (iso: string): string => iso.replace(':00.000Z', 'Z');
  return next === null ? 'never' : `${short(next.opens)} → ${short(next.closes)}`;
}

const nightly = '0 22 * * * for 6h in Europe/Berlin';

describe('maintenance windows', () => {
  it('are open from a time in a zone for a duration', () => {
    assert.equal(seen(nightly, '2026-11-24T12:00:00Z'), '2026-11-24T21:00Z → 2026-11-25T03:00Z');
    assert.equal(
      seen(nightly, '2026-11-24T23:30:00Z'),
      '2026-11-24T23:30Z → 2026-11-25T03:00Z',
      'it is open already',
    );
    assert.equal(
      seen(nightly, '2026-11-25T03:00:00Z'),
      '2026-11-25T21:00Z → 2026-11-26T03:00Z',
      'at its end it is closed',
    );
    assert.equal(
      seen('30 1 * * SAT for 90m in America/New_York', '2026-11-24T12:00:00Z'),
      '2026-11-28T06:30Z → 2026-11-28T08:00Z',
    );
    assert.equal(
      seen('0 22 * * * for 2h in Asia/Kolkata', '2026-11-24T12:00:00Z'),
      '2026-11-24T16:30Z → 2026-11-24T18:30Z',
    );
  });

  it('follow the change to summer time and back', () => {
    // 2026-03-29, 02:00 becomes 03:00: what opens at 02:30 opens when that time would have come.
    assert.equal(
      seen('30 2 * * * for 1h in Europe/Berlin', '2026-03-28T12:00:00Z'),
      '2026-03-29T01:00Z → 2026-03-29T02:00Z',
    );
    // Six hours are six hours: until 05:00 summer time.
    assert.equal(seen(nightly, '2026-03-28T12:00:00Z'), '2026-03-28T21:00Z → 2026-03-29T03:00Z');
    assert.equal(seen(nightly, '2026-03-29T12:00:00Z'), '2026-03-29T20:00Z → 2026-03-30T02:00Z');
    // 2026-10-25, 03:00 becomes 02:00: 02:30 comes twice, and the window opens once.
    assert.equal(
      seen('30 2 * * * for 30m in Europe/Berlin', '2026-10-24T12:00:00Z'),
      '2026-10-25T00:30Z → 2026-10-25T01:00Z',
    );
    assert.equal(
      seen('30 2 * * * for 30m in Europe/Berlin', '2026-10-25T01:10:00Z'),
      '2026-10-26T01:30Z → 2026-10-26T02:00Z',
    );
  });

  it('are one where they overlap or touch', () => {
    const two = '0 22 * * * for 2h in UTC; 0 0 * * * for 3h in UTC; 0 2 * * * for 30m in UTC';
    assert.equal(seen(two, '2026-11-24T12:00:00Z'), '2026-11-24T22:00Z → 2026-11-25T03:00Z');
    assert.match(seen('* * * * * for 1h in UTC', '2026-11-24T12:00:00Z'), /^2026-11-24T12:00Z → 2026-12/);
  });

  it('begin nothing that would not be done when they close', () => {
    assert.equal(seen(nightly, '2026-11-25T02:57:00Z', 2 * 60_000), '2026-11-25T02:57Z → 2026-11-25T03:00Z');
    assert.equal(seen(nightly, '2026-11-25T02:59:00Z', 2 * 60_000), '2026-11-25T21:00Z → 2026-11-26T03:00Z');
    assert.equal(seen(nightly, '2026-11-24T12:00:00Z', 7 * hour), 'never', 'none is long enough');
  });

  it('say what is wrong with them', () => {
    for (const [text, message] of [
      ['22:00', /is not written as CRON for DURATION in ZONE/],
      ['0 22 * * * for 6 hours in UTC', /not written as/],
      ['0 22 * * * for 0h in UTC', /not a duration/],
      ['0 22 * * * for 8d in UTC', /7 days at most/],
      ['0 22 * * for 6h in UTC', /"0 22 \* \*": five fields/],
      ['0 0 22 * * * for 6h in UTC', /five fields/],
      ['@daily for 6h in UTC', /five fields/],
      ['61 22 * * * for 6h in UTC', /minute/],
      ['0 22 30 2 * for 6h in UTC', /never opens/],
      ['0 22 * * * for 6h in Europe/Berlon', /no time zone/],
      [`${nightly};`, /not written/],
    ] as const)
      assert.match(faultOf(text), message, text);
    assert.deepEqual(readWindows(''), []);
    assert.equal(
      windowsText(windows(`${nightly} ;0 1 * * 0 for 1h in UTC`)),
      `${nightly}; 0 1 * * 0 for 1h in UTC`,
    );
  });

  it('are never answered with a time that lies outside of them', () => {
    const zones = ['UTC', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kolkata'];
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 59 }),
        fc.integer({ min: 0, max: 23 }),
        fc.integer({ min: 1, max: 30 }),
        fc.constantFrom(...zones),
        fc.integer({ min: Date.UTC(2026, 0, 1), max: Date.UTC(2027, 11, 31) }),
        fc.integer({ min: 0, max: hour / 2 }),
        (minute, hours, length, zone, at, takesMs) => {
          const one = { cron: `${String(minute)} ${String(hours)} * * *`, for: `${String(length)}h`, zone };
          const next = nextWindow([one], new Date(at), takesMs);
          assert.ok(next !== null);
          const [opens, lastStart, closes] = [next.opens, next.lastStart, next.closes].map(Date.parse) as [
            number,
            number,
            number,
          ];
          assert.ok(at <= opens && opens <= lastStart && lastStart === closes - takesMs);
          assert.ok(opens - at < 25 * hour, 'one that opens every day opens within a day');
          if (opens > at && length < 20) {
            const local = new Intl.DateTimeFormat('en-GB', {
              timeZone: zone,
              hour: '2-digit',
              minute: '2-digit',
            }).format(opens);
            const wanted = `${String(hours).padStart(2, '0')}:${String(minute).padStart(2, '0')}`;
            // But for the one hour that summer time leaves out.
            if (local !== wanted) assert.ok(local > wanted && hours <= 3, `${local} instead of ${wanted}`);
          }
        },
      ),
      { numRuns: 150 },
    );
  });
});
