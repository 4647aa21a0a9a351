import assert from 'node:assert/strict';
import { handDeliveryText, handRestartText, type HandDelivery } from '../../../report/index.ts';

const delivery: HandDelivery = {
  device: 'ftd02',
  host: '192.0.2.2',
  manager: 'fmc01',
  managerUuid: 'aaaaaaaa-0000-0000-0000-000000000001',
  folder: '/var/sf/peers/aaaaaaaa-0000-0000-0000-000000000001',
  issued: {
    files: ['cacert.pem', 'sftunnel-cert.pem', 'sftunnel-key.pem'].map((name, at) => ({
      name,
      path: `/var/tmp/certs/1/ftd/${name}`,
      sha256: String(at).repeat(64),
    })),
    certificateFingerprint: 'AA:BB',
    notBefore: '2026-01-01T00:00:00Z',
    notAfter: '2036-01-01T00:00:00Z',
  },
  tunnel: 'down',
};

describe('instructions for a delivery by hand', () => {
  const text = handDeliveryText(delivery);

  it('name every file with its path, its checksum and the check of it on the device', () => {
    for (const { name, path, sha256 } of delivery.issued.files) {
      assert.ok(text.includes(`${sha256}  ${path}`), path);
      assert.ok(text.includes(`echo '${sha256}  /home/admin/sftunnel-new/${name}' | sha256sum -c`), name);
    }
    assert.match(text, /openssl verify -CAfile/);
    assert.match(text, /-noout -pubkey \| sha256sum; openssl pkey/);
  });

  it('never overwrite a backup, and end with 644 root:root in the folder of this FMC', () => {
    assert.match(text, /cp -np \$f \$b && cmp \$f \$b/);
    assert.match(text, /chown root:root .*chmod 644/);
    assert.ok(text.includes(`cd ${delivery.folder}\n`));
    assert.doesNotMatch(text, /^\s*cp (?!-np)\S* \S+\.backup/m);
  });

  it('allow a restart only where the tunnel is down', () => {
    assert.match(text, /Its tunnel is down: pmtool restartbyid sftunnel, once/);
    const living = handDeliveryText({ ...delivery, tunnel: 'up' });
    assert.match(living, /do not restart sftunnel/);
    assert.doesNotMatch(living, /pmtool restartbyid/);
  });

  it('say after a delivery that is only reported what to compare before the restart', () => {
    const restart = handRestartText(delivery);
    assert.ok(restart.indexOf('sha256sum') < restart.indexOf('pmtool restartbyid sftunnel'));
    for (const { sha256 } of delivery.issued.files) assert.ok(restart.includes(sha256));
  });
});
