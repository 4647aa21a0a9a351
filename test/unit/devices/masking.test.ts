import assert from 'node:assert/strict';
import { createMask } from '../../../devices/index.ts';

describe('createMask', () => {
  it('hides each secret wherever it stands, also one that holds another', () => {
    const mask = createMask(['pass.word', 'pass.word-long']);

    assert.equal(mask('a pass.word b pass.word-long passXword'), 'a ******** b ******** passXword');
  });

  it('hides a very short secret only where it stands alone', () => {
    assert.equal(createMask(['ab'])('ab cab ab.'), '******** cab ********.');
  });

  it('hides private keys, also cut off', () => {
    const mask = createMask([]);

    assert.doesNotMatch(
      mask('x\n-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----\ny'),
      /MIIE/,
    );
    assert.doesNotMatch(mask('-----BEGIN PRIVATE KEY-----\nMIIE'), /MIIE/);
    assert.match(
      mask('x\n-----BEGIN EC PRIVATE KEY-----\nMIIE\n-----END EC PRIVATE KEY-----\ny'),
      /^x\n[^]*\ny$/,
    );
  });

  it('leaves certificates and empty secrets alone', () => {
    assert.equal(createMask([''])('-----BEGIN CERTIFICATE-----'), '-----BEGIN CERTIFICATE-----');
  });
});
