import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { forEachPath } from '../../../devices/index.ts';

const said = (paths: readonly string[]): string[] =>
  execFileSync('sh', ['-c', forEachPath(paths, (word) => `printf '%s\\0' ${word}`)])
    .toString()
    .split('\0')
    .slice(0, -1);

describe('many paths in one line for a shell', () => {
  it('come as they are and in their order, whatever stands in them', () => {
    const paths = [
      '/etc/sf/ca.pem',
      "/certs/it's one/sftunnel-cert.pem",
      '/certs/$two "*"/sftunnel-cert.pem',
      '/certs/two\nlines/sftunnel-cert.pem',
      '/certs/two\nlines/sftunnel-key.pem',
      'bare',
      '/top',
      '/top',
      '/one/file',
      '/two/file',
      '//file',
    ];
    assert.deepEqual(said(paths), paths);
    assert.deepEqual(said([]), []);
  });

  it('share what they have in common but for one folder', () => {
    const paths = Array.from(
      { length: 100 },
      (_, index) => `/var/tmp/certs/1795530333/device-${String(index)}/sftunnel-cert.pem`,
    );
    assert.deepEqual(said(paths), paths);
    const line = forEachPath(paths, (word) => `show ${word}`);
    assert.equal(line.split('/var/tmp/certs').length, 2, 'once');
    assert.ok(line.length < 100 * 12, String(line.length));
  });
});
