import assert from 'node:assert/strict';
import type { HeldSet } from '../../../activities/box/certificate-set.ts';
import { judgeRollback, type RollbackCase } from '../../../activities/renewal/rollback-judgement.ts';
import type { CertificateFacts } from '../../../pki/index.ts';

const facts = (fingerprint256: string, notBefore = '2020-01-01', notAfter = '2030-01-01'): CertificateFacts =>
  ({
    fingerprint256,
    notBefore: `${notBefore}T00:00:00Z`,
    notAfter: `${notAfter}T00:00:00Z`,
  }) as CertificateFacts;

const set = (ca: CertificateFacts, problems: readonly string[] = []): HeldSet => ({
  ca,
  certificate: facts('leaf'),
  keyPublicSha256: 'k',
  fits: problems.length === 0,
  problems,
});

const [a, b] = [facts('CA-A'), facts('CA-B')];
const judge = (more: Partial<RollbackCase>): ReturnType<typeof judgeRollback> =>
  judgeRollback({ present: set(b), backup: set(a), ca: a, clock: Date.parse('2026-11-24'), ...more });

describe('whether a roll-back helps a device', () => {
  it('helps where the present set does not verify and the backup does', () => {
    assert.equal(judge({}).helps, true);
    assert.equal(judge({ present: set(a, ['cacert.pem is missing']) }).helps, true);
    assert.match(judge({ present: set(a, ['a mixture']) }).why, /a mixture/);
    const expired = { ...set(a), certificate: facts('leaf', '2020-01-01', '2025-01-01') };
    assert.equal(judge({ present: expired }).helps, true);
  });

  const refused: [string, Partial<RollbackCase>, RegExp][] = [
    [
      'after a generation',
      { present: set(a), ca: b },
      /presents the CA CA-B since 2020.*backup set is of the CA CA-A: .*cut the device for good/,
    ],
    [
      'with a backup that is missing',
      { backup: set(a, ['cacert.pem.backup is missing']) },
      /not whole: cacert.pem.backup is missing/,
    ],
    ['where the present set is good', { present: set(a) }, /nothing can be won/],
    [
      'with a CA that has expired',
      {
        ca: facts('CA-A', '2010-01-01', '2020-01-01'),
        backup: set(facts('CA-A', '2010-01-01', '2020-01-01')),
      },
      /its CA is valid from .* and the clock of the device says 2026/,
    ],
    ['by a clock that is behind', { clock: Date.parse('2019-01-01') }, /the clock of the device says 2019/],
  ];
  for (const [name, more, why] of refused) {
    it(`is refused ${name}`, () => {
      const judged = judge(more);
      assert.equal(judged.helps, false);
      assert.match(judged.why, why);
    });
  }
});
