import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  packFiles,
  packIndex,
  packOfPlan,
  writePackFiles,
  type PackDevice,
  type PackManager,
} from '../../../report/index.ts';
import { plan } from '../cli/plans.ts';

const manager: PackManager = {
  name: 'fmc01',
  uuid: 'aaaaaaaa-0000-0000-0000-000000000001',
  caFingerprint: 'AA:BB',
  generated: true,
  failedPush: '/var/tmp/certs/1/FAILED_PUSH',
};
const device: PackDevice = {
  name: 'ftd01',
  uuid: 'bbbbbbbb-0000-0000-0000-000000000001',
  host: '192.0.2.2',
  tunnel: 'up',
  issued: {
    files: ['cacert.pem', 'sftunnel-cert.pem', 'sftunnel-key.pem'].map((name, at) => ({
      name,
      path: `/var/tmp/certs/1/ftd/${name}`,
      sha256: String(at).repeat(64),
    })),
    certificateFingerprint: 'CC:DD',
    notBefore: '2026-01-01T00:00:00Z',
    notAfter: '2036-01-01T00:00:00Z',
  },
};
const madeAt = '2026-11-24T00:00:00Z';

describe('the offline pack', () => {
  it('says of a device its paths, checksums, what must not be done, and the rule of the restart', () => {
    const [ofManager, ofDevice] = packFiles(manager, [device], madeAt);
    for (const { path: file, sha256 } of device.issued?.files ?? [])
      assert.ok(ofDevice?.text.includes(`${sha256}  ${file}`));
    assert.match(ofDevice?.text ?? '', /Meanwhile: no reboot/);
    assert.match(ofDevice?.text ?? '', /Its tunnel is up: do not restart sftunnel/);
    assert.match(ofDevice?.text ?? '', /Rule of the restart: Where its tunnel is down: pmtool/);
    assert.match(ofManager?.text ?? '', /Do not run generate_certs\.pl again/);
    assert.ok(ofManager?.text.includes(ofDevice?.name ?? '?'));
  });

  it('without checksums says how they are found, and compares with none that it has not', () => {
    const { name, uuid, host, tunnel } = device;
    const unread = { name, uuid, host, tunnel, problem: 'there is no set' };
    const text = packFiles(manager, [unread], madeAt)[1]?.text ?? '';
    assert.match(text, /not known: there is no set/);
    assert.match(text, /find \/var\/tmp\/certs -path '\*bbbbbbbb-.*\*' -name sftunnel-cert\.pem/);
    assert.match(text, /scp \$SET\/sftunnel-key\.pem/);
    assert.doesNotMatch(text, /sha256sum -c/);
  });

  it('no name leads out of the folder, steers a terminal or adds a command', () => {
    const hostile = `../../etc/\u001B[2J\nrm -rf /\n$(reboot)`;
    const files = packFiles(
      { ...manager, name: hostile, uuid: hostile, failedPush: hostile },
      [
        {
          ...device,
          name: hostile,
          uuid: hostile,
          host: hostile,
          issued: {
            files: [{ name: 'cacert.pem', path: hostile, sha256: '0' }],
            certificateFingerprint: '',
            notBefore: '',
            notAfter: '',
          },
        },
        { name: hostile, uuid: hostile, host: hostile, tunnel: 'unknown', problem: hostile },
      ],
      madeAt,
    );
    for (const { name, text } of [...files, { name: 'index.txt', text: packIndex([hostile], madeAt) }]) {
      assert.match(name, /^[\w-]+\.txt$/);
      assert.ok(name.length < 250);
      assert.doesNotMatch(text, /[^\P{Cc}\n]/u);
      assert.doesNotMatch(text, /^\s*rm -rf \/$/m);
      for (const line of text.split('\n').filter((one) => /^ {5}(?:sha256sum|scp|find|cd|ls) /.test(one)))
        assert.doesNotMatch(line.replace(/'[^']*'/g, ''), /reboot/, line);
    }
  });

  it('of a plan holds a text for its FMC and each of its devices', () => {
    const files = packOfPlan(plan);
    assert.equal(files.length, plan.devices.length + 1);
    assert.equal(new Set(files.map(({ name }) => name)).size, files.length);
    assert.match(files[0]?.text ?? '', /before the run did anything/);
  });

  it('lies in a folder for its owner alone; newer texts replace older ones', () => {
    const folder = path.join(mkdtempSync(path.join(tmpdir(), 'pack-')), 'pack');
    try {
      const files = packFiles(manager, [device], madeAt);
      writePackFiles(folder, files, madeAt);
      const [first] = files;
      assert.ok(first);
      writeFileSync(path.join(folder, first.name), 'old', { mode: 0o644 });
      writePackFiles(folder, files, madeAt);
      assert.equal(statSync(folder).mode & 0o777, 0o700);
      assert.deepEqual(readdirSync(folder).sort(), [...files.map(({ name }) => name), 'index.txt'].sort());
      for (const name of readdirSync(folder))
        assert.equal(statSync(path.join(folder, name)).mode & 0o777, 0o600, name);
      assert.equal(readFileSync(path.join(folder, first.name), 'utf8'), first.text);
    } finally {
      rmSync(path.dirname(folder), { recursive: true });
    }
  });
});
