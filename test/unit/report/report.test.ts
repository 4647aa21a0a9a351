import assert from 'node:assert/strict';
import { faultsMet, htmlReport, textReport, type Audit } from '../../../report/index.ts';
import * as documents from '../cli/documents.ts';
import * as halted from '../cli/halted-documents.ts';

const audit: Audit = {
  readAt: '2026-11-23T20:00:00Z',
  namespace: 'default',
  entries: [
    {
      kind: 'activity',
      workflowId: documents.run,
      type: 'launchGenerateCerts',
      id: 'generate/launch#1',
      summary: 'Start generate_certs.pl on fmc-1, once',
      startedAt: '2026-11-23T19:41:05Z',
      endedAt: '2026-11-23T19:41:10Z',
      attempt: 1,
      outcome: 'done',
      box: 'fmc-1',
    },
    {
      kind: 'update',
      workflowId: documents.run,
      type: 'skip',
      id: 'skip-1',
      summary: 'ftd-3/deliver/deliver#1',
      startedAt: '2026-11-23T19:55:00Z',
      outcome: 'accepted',
      by: 'ann@jump-1 via runbook',
      reason: documents.hostileNames[0] ?? '',
    },
  ],
};

/** Everything that must be known at the end of a run. */
const told = [
  documents.oldCa.fingerprint,
  documents.newCa.fingerprint,
  documents.oldCa.subject,
  '2027-01-02 10:00:00 +00:00',
  'Generated once.',
  'AB:AB:AB',
  'CHG0012345',
  'ann@jump-1',
  'CAB said yes',
  'in storage',
  'delivered, not proven',
  'proven',
  'expert mode is locked',
  'Take a new backup of fmc-1 now.',
  'launchGenerateCerts',
];

/** Everything that must be known of a run that was handed over and is paused. */
const toldOfPause = [
  'paused since 2026-11-23 19:55:00 +00:00 by bob@jump-2: the window moves',
  'fmc-1: Follow generate_certs.pl',
  'ftd-3: deliver/deliver',
  `runbook resume ${documents.run}`,
  'bob@jump-2 since 2026-11-23 19:54:00 +00:00 (before: ann@jump-1)',
  'TAC case 12345',
  'rack 7, next door',
  'end of shift',
];

describe('textReport', () => {
  it('tells all that must be known at the end', () => {
    const text = textReport(documents.devicesLeft, audit, documents.phases);

    for (const part of told) assert.ok(text.includes(part), part);
  });

  it('tells of a pause, a take-over, notes, and of a cancel that is not through', () => {
    const text = textReport(halted.paused);

    for (const part of toldOfPause) assert.ok(text.includes(part), part);
    assert.match(
      textReport(halted.cancelling),
      /being cancelled since .* by ann@jump-1: the window is over\n.*\n {2}ftd-3: deliver/,
    );
  });

  it('gives no name power over a terminal', () => {
    assert.doesNotMatch(
      textReport(documents.hostile, audit),
      /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/,
    );
  });
});

describe('htmlReport', () => {
  const page = htmlReport(documents.devicesLeft, audit, documents.phases);

  it('tells all that must be known at the end', () => {
    // The library escapes more than it must.
    const shown = page.replaceAll('&#61;', '=');

    for (const part of told) assert.ok(shown.includes(part), part);
  });

  it('tells of a pause, a take-over, notes, and of a cancel that is not through', () => {
    const paused = htmlReport(halted.paused).replaceAll('&#61;', '=');

    for (const part of toldOfPause) assert.ok(paused.includes(part), part);
    assert.match(htmlReport(halted.cancelling), /being cancelled since [^]*ftd-3: deliver/);
  });

  it('needs nothing but itself', () => {
    assert.doesNotMatch(page, /<script|<link|<img|<iframe|@import|url\(|src=|href=/i);
    assert.match(page, /default-src 'none'/);
  });

  it('shows hostile names and does not obey them', () => {
    const hostile = htmlReport(documents.hostile, audit, documents.phases);

    assert.doesNotMatch(hostile, /<script|<img|onerror=alert\(1\)>(?!<)|<svg onload|<b>\uFFFD/i);
    assert.match(hostile, /&#60;script&#62;/);
    assert.doesNotMatch(hostile, /[\u0000-\u0008\u000b-\u001f\u202a-\u202e]/);
  });

  it('shows a thousand devices as one square each, in a page of reasonable size', () => {
    const thousand = htmlReport(documents.thousand, undefined, documents.phases);

    assert.equal(thousand.match(/<rect\s[^>]*rx="3"/g)?.length, 1000);
    assert.ok(thousand.length < 1_500_000, `${thousand.length} characters`);
  });

  it('says loudly when a CA was generated more than once', () => {
    const [manager] = documents.devicesLeft.managers;
    assert.ok(manager !== undefined);

    assert.match(
      htmlReport({ ...documents.devicesLeft, managers: [{ ...manager, generations: 2 }] }),
      /Generated 2 times/,
    );
  });
});

describe('known faults in the report', () => {
  const tac =
    'sftunnel of ftd-4 (6a1e7c1e-0000-11f0-8000-000000000004) fails with err 20, last seen 2026-11-23 19:51:00 +00:00. Line: ';

  it('names each fault once, with the newest line and the text for TAC filled in', () => {
    const text = textReport(documents.faulty);
    const page = htmlReport(documents.faulty).replaceAll('&#61;', '=');

    for (const shown of [text, page]) {
      assert.equal(shown.split('The device still holds the old CA').length, 2);
      assert.ok(shown.includes(tac), shown.slice(shown.indexOf('err 20'), 500));
      assert.ok(shown.includes('err 20:unable to get local issuer certificate'));
      assert.ok(!shown.includes('an older line'));
      assert.ok(shown.includes('Do not generate again.'));
    }
  });

  it('asks nobody to do anything about a fault whose device was proven since', () => {
    const findings = documents.faulty.findings.map((finding) => ({ ...finding, settled: true as const }));
    const settled = { ...documents.faulty, findings, questions: [] };
    const [first = ''] = documents.oldCaFault.do;
    assert.ok(textReport(documents.faulty).includes(first));
    for (const text of [textReport(settled), htmlReport(settled)]) {
      assert.ok(text.includes('every box that showed it has been proven since'));
      assert.ok(!text.includes(first));
    }
  });

  it('writes one text for TAC for many boxes', () => {
    const met = documents.faulty.findings[0]?.fault;
    assert.ok(met !== undefined);
    const findings = Array.from({ length: 1000 }, (_, at) => ({
      code: 'KNOWN_FAULT',
      severity: 'warn' as const,
      text: '',
      box: `ftd-${at}`,
      uuid: '',
      fault: met,
    }));

    const [fault, ...more] = faultsMet({ findings, faults: [documents.oldCaFault] });

    assert.deepEqual(more, []);
    assert.equal(fault?.boxes.length, 1000);
    assert.match(fault.tac, /ftd-9 and 990 more \(not known\)/);
  });

  it('shows a column that a runbook adds', () => {
    const [first] = documents.faulty.devices;
    assert.ok(first !== undefined);
    const document = { ...documents.faulty, devices: [{ ...first, bypassCase: 'SR 123' }] };

    assert.match(textReport(document), /BYPASS CASE/);
    assert.match(htmlReport(document), /bypass case[^]*SR 123/);
  });
});
