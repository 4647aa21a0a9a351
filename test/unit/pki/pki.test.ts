import assert from 'node:assert/strict';
import { X509Certificate, generateKeyPairSync } from 'node:crypto';
import { RunbookError } from '../../../errors/index.ts';
import {
  checkSet,
  daysLeft,
  isIssuedBy,
  keyFits,
  publicKeySha256OfKey,
  readCertificate,
} from '../../../pki/index.ts';
import { makeCertificate } from './support/certificates.ts';

const now = new Date('2026-01-01T00:00:00Z');
const ca = makeCertificate();
const other = makeCertificate();
const device = makeCertificate({ issuer: ca, name: 'ftd', title: 'sftunnel' });

const unreadable = (error: unknown): boolean =>
  error instanceof RunbookError && error.code === 'PKI_UNREADABLE';

describe('readCertificate', () => {
  it('says what a certificate says', () => {
    const x509 = new X509Certificate(ca.pem);
    const name =
      '/title=InternalCA/OU=Intrusion Management System/CN=c8c5d04b-350c-45f2-a3b1-93e0039b4168/O=Sourcefire, Inc.';

    const facts = readCertificate(ca.pem);

    assert.deepEqual(
      { ...facts, pem: '' },
      {
        subject: name,
        issuer: name,
        commonName: 'c8c5d04b-350c-45f2-a3b1-93e0039b4168',
        title: 'InternalCA',
        serial: '0A1B2C',
        fingerprint256: x509.fingerprint256,
        notBefore: '2024-10-07T10:12:50Z',
        notAfter: '2034-10-05T10:12:50Z',
        isCa: true,
        publicKeySha256: publicKeySha256OfKey(ca.key),
        keyType: 'rsa-2048',
        signatureAlgorithm: 'sha256WithRSAEncryption',
        pem: '',
      },
    );
    assert.deepEqual(readCertificate(facts.pem), facts);
  });

  it('reads past the text that openssl prints around it, and CR LF', () => {
    const text = `Certificate:\n    Data:\n        Version: 3 (0x2)\n${ca.pem}`.replaceAll('\n', '\r\n');

    assert.equal(readCertificate(text).fingerprint256, readCertificate(ca.pem).fingerprint256);
  });

  it('refuses what is not exactly one whole certificate', () => {
    for (const text of [
      '',
      'x',
      ca.pem + device.pem,
      ca.pem.slice(0, 400),
      ca.pem.slice(0, 400) + '\n-----END CERTIFICATE-----\n',
      ca.key,
    ]) {
      assert.throws(() => readCertificate(text), unreadable);
    }
  });
});

describe('isIssuedBy', () => {
  it('asks for the name and the signature', () => {
    assert.equal(isIssuedBy(device.pem, ca.pem), true);
    assert.equal(isIssuedBy(readCertificate(device.pem), readCertificate(ca.pem)), true);
    assert.equal(isIssuedBy(ca.pem, ca.pem), true);
    assert.equal(isIssuedBy(ca.pem, device.pem), false);
  });

  it('is not taken in by a CA made anew under the same name', () => {
    assert.equal(readCertificate(other.pem).subject, readCertificate(ca.pem).subject);
    assert.equal(isIssuedBy(device.pem, other.pem), false);
  });
});

describe('keyFits', () => {
  it('tells the key of a certificate from another, in both PEM forms', () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });

    assert.equal(keyFits(device.key, device.pem), true);
    assert.equal(keyFits(ca.key, device.pem), false);
    assert.equal(keyFits(privateKey.export({ type: 'pkcs1', format: 'pem' }).toString(), device.pem), false);
  });

  it('never shows a key that it cannot read', () => {
    const broken = device.key.replace(/[A-Z]{3}/, '???');

    assert.throws(
      () => publicKeySha256OfKey(broken),
      (error) =>
        unreadable(error) &&
        !JSON.stringify([(error as Error).message, (error as Error).cause, (error as Error).stack]).includes(
          broken.slice(40, 80),
        ),
    );
  });
});

describe('daysLeft', () => {
  it('rounds down, and counts on below zero', () => {
    assert.equal(daysLeft('2026-01-31T00:00:00Z', now), 30);
    assert.equal(daysLeft('2026-01-30T23:59:59Z', now), 29);
    assert.equal(daysLeft('2026-01-01T00:00:00Z', now), 0);
    assert.equal(daysLeft('2025-12-31T23:59:59Z', now), -1);
  });
});

describe('checkSet', () => {
  const codes = (set: Partial<Parameters<typeof checkSet>[0]>): string[] =>
    checkSet({ cacert: ca.pem, cert: device.pem, key: device.key, now, ...set }).problems.map(
      (one) => one.code,
    );

  it('finds nothing wrong with a good set', () => {
    assert.deepEqual(codes({}), []);
  });

  it('names every problem of a bad one', () => {
    assert.deepEqual(codes({ key: ca.key }), ['key-does-not-fit']);
    assert.deepEqual(codes({ cacert: other.pem }), ['not-signed-by-ca']);
    assert.deepEqual(codes({ cacert: 'x' }), ['unreadable']);
    assert.deepEqual(codes({ cert: 'x', key: 'x' }), ['unreadable', 'unreadable']);
    assert.deepEqual(codes({ now: new Date('2034-10-06T00:00:00Z') }), ['expired', 'expired']);
    assert.deepEqual(codes({ now: new Date('2024-10-07T10:12:49Z') }), ['not-yet-valid', 'not-yet-valid']);
    assert.deepEqual(codes({ cacert: device.pem }), ['not-a-ca', 'not-signed-by-ca']);
  });

  it('names a digest that boxes refuse', () => {
    const root = makeCertificate({ digest: 'sha1' });
    const weak = makeCertificate({ issuer: root, digest: 'sha1' });

    assert.ok(codes({ cacert: root.pem, cert: weak.pem }).includes('weak-digest'));
    // OpenSSL never looks at what a root has signed itself with.
    const good = makeCertificate({ issuer: root });
    assert.ok(!codes({ cacert: root.pem, cert: good.pem }).includes('weak-digest'));
  });
});
