import assert from 'node:assert/strict';
import { loadProfiles, matchFailure, matchFaults, type FaultEntry } from '../../../../devices/index.ts';

const now = Date.parse('2026-11-23T20:00:00Z');
const { profiles } = loadProfiles();
const fmc = profiles.get('cisco-fmc')?.faults ?? [];
const ftd = profiles.get('cisco-ftd')?.faults ?? [];

const tagged = (text: string, at = 'Nov 23 19:39:00'): string =>
  `${at} ftd-1 SF-IMS[2448]: [14519] sftunneld:sf_ssl [WARN] ${text}`;
const idsOf = (text: string, faults: readonly FaultEntry[] = ftd): string[] =>
  matchFaults(text, faults, now).map(({ fault }) => fault.id);

/** Lines as boxes, field notices and the community show them; those without a public sample are OpenSSL's own words. */
const samples: readonly (readonly [string, string, readonly FaultEntry[]])[] = [
  ['certificate-not-yet-valid', '  err 9:certificate is not yet valid', ftd],
  ['certificate-expired', '  err 10:certificate has expired', ftd],
  ['certificate-expired', 'SSL Verification status: certificate has expired', ftd],
  [
    'certificate-expired',
    'establishConnectionUtil: SSL handshake failed: error:14094415:SSL routines:ssl3_read_bytes:sslv3 alert certificate expired',
    fmc,
  ],
  ['certificate-expired', 'error:0A000415:SSL routines::sslv3 alert certificate expired', fmc],
  ['self-signed-certificate', 'err 18:self signed certificate', ftd],
  ['self-signed-certificate', 'err 19:self-signed certificate in certificate chain', ftd],
  ['old-ca-on-device', 'err 20:unable to get local issuer certificate', ftd],
  ['old-ca-on-device', 'SSL routines:ssl3_read_bytes:tlsv1 alert unknown ca', fmc],
  ['signature-failure', 'err 7:certificate signature failure', ftd],
  ['weak-digest', 'err 68:CA signature digest algorithm too weak', ftd],
  [
    'post-handshake-authentication',
    'Unable to set Post Handshake Auth SSL context: SSL_verify_client_post_handshake:extension not received',
    fmc,
  ],
  ['key-mismatch', 'Failed to reload credentials', fmc],
  ['disk-full', 'write: No space left on device', ftd],
  ['wrong-interface', "Unable to connect to peer '10.1.1.1': Connection refused", fmc],
  ['talos-client-certificate', '/var/sf/beaker3/beaker.pem: certificate has expired', fmc],
];

describe('matchFaults', () => {
  for (const [id, text, faults] of samples) {
    it(`knows ${id} by: ${text.trim().slice(0, 60)}`, () => {
      assert.deepEqual(idsOf(tagged(text), faults), [id]);
    });
  }

  it('tells nothing from a healthy log', () => {
    const healthy = [
      tagged('SSL Verification status: ok'),
      tagged('VERIFY ssl_verify_callback_initial ok!'),
      tagged('Initiated fstream task pushing /a to 632bce0c-ca99-4003-868a-d47bbeb535c7, task_id 7'),
      tagged('rval[40] Too many levels of symbolic links'),
      'Nov 23 19:39:00 ftd-1 sshd[20]: Accepted password for admin from 192.0.2.9',
    ].join('\n');

    assert.deepEqual(idsOf(healthy, fmc), []);
    assert.deepEqual(idsOf(healthy, ftd), []);
  });

  it('gives each fault once, with its newest line and that time', () => {
    const log = [
      tagged('err 20:unable to get local issuer certificate (1)', 'Nov 23 19:00:00'),
      tagged('err 20:unable to get local issuer certificate (2)', 'Nov 23 19:50:00'),
      tagged('err 20:unable to get local issuer certificate (3)', 'Nov 23 19:10:00'),
    ].join('\r\n');

    const [match, ...more] = matchFaults(log, ftd, now);

    assert.deepEqual(more, []);
    assert.match(match?.line ?? '', /\(2\)$/);
    assert.equal(match?.at, Date.parse('2026-11-23T19:50:00Z'));
  });

  it('takes a line of December, read in January, for last year', () => {
    const [match] = matchFaults(
      tagged('err 10:certificate has expired', 'Dec 31 23:59:00'),
      ftd,
      Date.parse('2027-01-01T00:10:00Z'),
    );

    assert.equal(match?.at, Date.parse('2026-12-31T23:59:00Z'));
  });

  it('takes a line of 1 January for the new year where the clock of the box still stands in the old one', () => {
    const [match] = matchFaults(
      tagged('err 10:certificate has expired', 'Jan  1 00:01:00'),
      ftd,
      Date.parse('2026-12-31T23:59:30Z'),
    );

    assert.equal(match?.at, Date.parse('2027-01-01T00:01:00Z'));
  });

  it('makes hostile lines harmless: bounded, without control characters, without what looks like a secret', () => {
    const [match] = matchFaults(
      tagged(
        `\u001b]0;x\u0007err 20:unable to get local issuer certificate password=hunter2 \u202e${'x'.repeat(5000)}`,
      ),
      ftd,
      now,
    );

    assert.ok(match !== undefined);
    assert.ok(match.line.length <= 400);
    assert.doesNotMatch(match.line, /[\p{Cc}\u202e]|hunter2/u);
  });

  it('does not depend on the order of the lines', () => {
    const lines = samples.map(([, text], at) =>
      tagged(text, `Nov 23 ${String(10 + Math.floor(at / 6))}:${String((at % 6) * 10).padStart(2, '0')}:00`),
    );
    const expected = matchFaults(lines.join('\n'), fmc, now);
    for (let turn = 1; turn < lines.length; turn += 1) {
      const shuffled = [...lines.slice(turn), ...lines.slice(0, turn)].sort(
        (a, b) => a.charCodeAt(a.length - 1 - (turn % 5)) - b.charCodeAt(b.length - 1 - (turn % 5)),
      );

      assert.deepEqual(matchFaults(shuffled.join('\n'), fmc, now), expected);
    }
  });

  it('finds in a log that is cut anywhere nothing that the whole log does not show', () => {
    const log = samples.map(([, text]) => tagged(text)).join('\n');
    const whole = new Set(idsOf(log, fmc));
    for (let end = 0; end <= log.length; end += 7) {
      for (const part of [log.slice(0, end), log.slice(end)])
        for (const id of idsOf(part, fmc)) assert.ok(whole.has(id), `${id} in a part cut at ${end}`);
    }
  });
});

describe('matchFailure', () => {
  it('goes by what the box said before the code', () => {
    const match = matchFailure(
      { code: 'GENERATE_CRITICAL_TASK', message: 'it refuses: Smart Agent is not registered' },
      fmc,
    );

    assert.equal(match?.fault.id, 'smart-agent');
  });

  it('goes by the code where the box said nothing known', () => {
    const match = matchFailure({ code: 'GENERATE_CRITICAL_TASK', message: 'it refuses: VDB update' }, fmc);

    assert.equal(match?.fault.id, 'stuck-task');
    assert.equal(match.line, '');
  });

  it('reads the screen too', () => {
    const match = matchFailure(
      { code: 'SESSION_COMMAND_FAILED', message: 'cp failed', screen: 'cp: No space left on device\r\n#' },
      ftd,
    );

    assert.equal(match?.fault.id, 'disk-full');
    assert.equal(match.line, 'cp: No space left on device');
  });

  it('names no fault where none is known', () => {
    assert.equal(matchFailure({ code: 'PKI_MISMATCH', message: 'the key does not fit' }, ftd), undefined);
  });
});
