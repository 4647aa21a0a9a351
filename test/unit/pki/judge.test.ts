import assert from 'node:assert/strict';
import fc from 'fast-check';
import { judgeSet, publicKeySha256OfKey, readCertificate, type SetParts } from '../../../pki/index.ts';
import { makeCertificate, type MadeCertificate } from './support/certificates.ts';

const now = new Date('2026-01-01T00:00:00Z');
const ca = makeCertificate();
const oldCa = makeCertificate();
const own = makeCertificate({ issuer: ca, name: 'ftd' });
const others = makeCertificate({ issuer: ca, name: 'another ftd' });
const old = makeCertificate({ issuer: oldCa, name: 'ftd' });
const weakCa = makeCertificate({ digest: 'sha1' });
const weak = makeCertificate({ issuer: weakCa, digest: 'sha1' });

const facts = (made: MadeCertificate) => readCertificate(made.pem);
const parts = (from: {
  ca: MadeCertificate;
  certificate: MadeCertificate;
  key: MadeCertificate;
}): SetParts => ({
  ca: facts(from.ca),
  certificate: facts(from.certificate),
  keyPublicSha256: publicKeySha256OfKey(from.key.key),
});
const measure = { presentCa: facts(ca).fingerprint256, issued: facts(own).fingerprint256, now };
const whole = parts({ ca, certificate: own, key: own });

describe('judgeSet', () => {
  it('calls new only the set that was issued to this device by the present CA', () => {
    assert.equal(judgeSet(whole, measure).state, 'new');
    assert.equal(judgeSet(parts({ ca, certificate: others, key: others }), measure).state, 'mixed');
    assert.match(
      judgeSet(parts({ ca, certificate: others, key: others }), measure).text,
      /not the one that was issued/,
    );
  });

  it('tells a whole old set from a mixture, and a mixture from damage', () => {
    assert.equal(judgeSet(parts({ ca: oldCa, certificate: old, key: old }), measure).state, 'old');
    assert.equal(judgeSet(parts({ ca, certificate: old, key: old }), measure).state, 'mixed');
    assert.equal(judgeSet(parts({ ca: oldCa, certificate: own, key: own }), measure).state, 'mixed');
    assert.equal(judgeSet(parts({ ca, certificate: own, key: others }), measure).state, 'mixed');
    for (const missing of ['ca', 'certificate', 'keyPublicSha256'] as const)
      assert.equal(judgeSet({ ...whole, [missing]: undefined }, measure).state, 'damaged');
  });

  it("asks the device's own clock", () => {
    const early = judgeSet(whole, { ...measure, now: new Date('2024-10-07T10:12:49Z') });
    assert.equal(early.state, 'not-yet-valid');
    assert.match(early.text, /valid only from 2024-10-07T10:12:50Z.*clock says 2024-10-07T10:12:49/);
    assert.equal(judgeSet(whole, { ...measure, now: new Date('2034-10-06T00:00:00Z') }).state, 'expired');
  });

  it('does not call an old set anything else because its time is over', () => {
    const later = { ...measure, now: new Date('2034-10-06T00:00:00Z') };
    assert.equal(judgeSet(parts({ ca: oldCa, certificate: old, key: old }), later).state, 'old');
  });

  it('names a digest that boxes refuse', () => {
    const judged = judgeSet(parts({ ca: weakCa, certificate: weak, key: weak }), {
      ...measure,
      presentCa: facts(weakCa).fingerprint256,
      issued: undefined,
    });
    assert.equal(judged.state, 'weak');
    assert.match(judged.text, /err 68.*sha1WithRSAEncryption/);
  });

  it('of all mixtures of three files, calls new exactly the issued set', () => {
    const sources = fc.constantFrom(own, others, old);
    const authorities = fc.constantFrom(ca, oldCa);
    fc.assert(
      fc.property(authorities, sources, sources, (authority, certificate, key) => {
        const { state } = judgeSet(parts({ ca: authority, certificate, key }), measure);
        const isIssued = authority === ca && certificate === own && key === own;
        const isOld = authority === oldCa && certificate === old && key === old;
        assert.equal(state, isIssued ? 'new' : isOld ? 'old' : 'mixed');
      }),
    );
  });
});
