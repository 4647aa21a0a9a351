import assert from 'node:assert/strict';
import { parseFailedPush } from '../../../../devices/index.ts';

const uuid = '5fbed1da-910c-4b24-8582-015ea34e6eea';
const manager = 'c8c5d04b-350c-45f2-a3b1-93e0039b4168';

describe('parseFailedPush', () => {
  it('reads names with blanks, files and folders, both families of addresses', () => {
    const text = [
      `${uuid} BSNS-1120-1 10.62.148.181 /var/tmp/certs/1728303362/BSNS-1120-1/sftunnel-cert.pem /var/sf/peers/${manager}/sftunnel-cert.pem`,
      `${uuid.toUpperCase()} Branch office 7 (old) 2001:db8::7 /var/tmp/certs/1728303362/${uuid} /var/sf/peers/${manager}`,
      `${uuid} ftd 3 10.0.0.4 10.0.0.5 /a/b /c/d`,
      '',
    ].join('\n');

    const { entries, unreadable } = parseFailedPush(text);

    assert.deepEqual(unreadable, []);
    assert.deepEqual(
      entries.map((one) => [one.deviceUuid, one.deviceName, one.deviceAddress]),
      [
        [uuid, 'BSNS-1120-1', '10.62.148.181'],
        [uuid, 'Branch office 7 (old)', '2001:db8::7'],
        [uuid, 'ftd 3 10.0.0.4', '10.0.0.5'],
      ],
    );
    assert.equal(entries[0]?.sourcePath, '/var/tmp/certs/1728303362/BSNS-1120-1/sftunnel-cert.pem');
    assert.equal(entries[1]?.destinationPath, `/var/sf/peers/${manager}`);
  });

  it('skips a heading and keeps every line that it cannot read', () => {
    const { entries, unreadable } = parseFailedPush(
      'FTD_UUID FTD_NAME FTD_IP SOURCE_PATH_ON_FMC DESTINATION_PATH_ON_FTD\nsomething else\n5fbed1da x\n',
    );

    assert.deepEqual(entries, []);
    assert.deepEqual(unreadable, ['something else', '5fbed1da x']);
  });
});
