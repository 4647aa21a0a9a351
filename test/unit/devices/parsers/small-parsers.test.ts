import assert from 'node:assert/strict';
import {
  parseImsConf,
  parseOmniQuery,
  parseOpensslDates,
  parsePmtoolStatus,
  parseShowManagers,
  parseShowVersion,
  readTimestamp,
} from '../../../../devices/index.ts';

describe('readTimestamp', () => {
  it('reads the forms that boxes and openssl print', () => {
    assert.equal(readTimestamp('Mon Jun 15 09:21:57 2020 UTC'), '2020-06-15T09:21:57Z');
    assert.equal(readTimestamp('Tue Oct 11 21:44:44 2016'), '2016-10-11T21:44:44Z');
    assert.equal(readTimestamp('Oct  5 10:12:50 2034 GMT'), '2034-10-05T10:12:50Z');
    assert.equal(readTimestamp('Mon Jun 15 09:21:57 UTC 2020'), '2020-06-15T09:21:57Z');
  });

  it('reads no time that it could get wrong', () => {
    for (const text of [
      'Mon Jun 15 09:21:57 2020 CEST',
      'Feb 31 10:00:00 2020',
      'soon',
      '',
      'Foo 1 10:00:00 2020',
    ]) {
      assert.equal(readTimestamp(text), undefined, text);
    }
  });
});

describe('parseShowManagers', () => {
  it('reads the layout of 6.x', () => {
    const text =
      'Type                      : Manager\nHost                      : 150.1.41.254\nRegistration              : Completed\n';

    assert.deepEqual(parseShowManagers(text), {
      managers: [{ type: 'Manager', host: '150.1.41.254', registration: 'Completed' }],
      isReadable: true,
    });
  });

  it('reads two managers in the layout of 7.6 (the second is made up)', () => {
    const block = (host: string, id: string): string =>
      `Type              : Manager\nHost              : ${host}\nDisplay name      : ${host}\nIdentifier        : ${id}\nRegistration      : In progress\nManagement type   : Configuration\n\n`;

    const { managers } = parseShowManagers(
      block('a.example', '632bce0c-ca99-4003-868a-d47bbeb535c7') + block('b.example', 'x'),
    );

    assert.deepEqual(
      managers.map((one) => [one.host, one.identifier, one.registration]),
      [
        ['a.example', '632bce0c-ca99-4003-868a-d47bbeb535c7', 'In progress'],
        ['b.example', 'x', 'In progress'],
      ],
    );
  });

  it('tells "none" from no answer', () => {
    assert.deepEqual(parseShowManagers('No managers configured.\n'), { managers: [], isReadable: true });
    assert.deepEqual(parseShowManagers('Syntax error: Illegal command line\n'), {
      managers: [],
      isReadable: false,
    });
  });
});

describe('parseShowVersion', () => {
  it('reads the documented block', () => {
    const text = `--------------------[ fp2110 ]---------------------
Model                     : Cisco Firepower 2110 Threat Defense (77) Version 6.8.0 (Build 1751)
UUID                      : F3e41ab6-1f45-11eb-a882-908013e15134
Rules update version      : 2020-08-18-001-vrt
VDB version               : 338
----------------------------------------------------`;

    assert.deepEqual(parseShowVersion(text), {
      hostname: 'fp2110',
      model: 'Cisco Firepower 2110 Threat Defense',
      version: '6.8.0',
      build: '1751',
      uuid: 'f3e41ab6-1f45-11eb-a882-908013e15134',
      rulesVersion: '2020-08-18-001-vrt',
      vdbVersion: '338',
    });
    assert.deepEqual(parseShowVersion('nothing of it'), {});
  });
});

describe('parsePmtoolStatus', () => {
  it('reads running and disabled programs and skips the details', () => {
    const text = `Received status (0):
sftunnel (normal) - Running 6209
Command: /usr/local/sf/bin/sftunnel -d -f /etc/sf/sftunnel.conf
PID File: /var/sf/run/sftunnel.pid
Requires: mysqld
adi (normal) - User Disabled
`;

    assert.deepEqual(parsePmtoolStatus(text), [
      { id: 'sftunnel', type: 'normal', state: 'Running', pid: 6209 },
      { id: 'adi', type: 'normal', state: 'User Disabled' },
    ]);
  });
});

describe('parseOpensslDates', () => {
  it('reads both dates or nothing', () => {
    assert.deepEqual(
      parseOpensslDates('notBefore=Oct  7 10:12:50 2024 GMT\nnotAfter=Oct  5 10:12:50 2034 GMT\n'),
      {
        notBefore: '2024-10-07T10:12:50Z',
        notAfter: '2034-10-05T10:12:50Z',
      },
    );
    assert.equal(parseOpensslDates('notAfter=Oct  5 10:12:50 2034 GMT\n'), undefined);
    assert.equal(parseOpensslDates("Can't open /etc/sf/ca_root/cacert.pem for reading"), undefined);
  });
});

describe('parseOmniQuery', () => {
  it('reads a table whose count fits', () => {
    const text =
      '+--------+----------+\n| status | category |\n+--------+----------+\n| 7      | NULL     |\n+--------+----------+\n1 rows in set (0.00 sec)\n';

    assert.deepEqual(parseOmniQuery(text), { rows: [{ status: '7' }], isReadable: true });
  });

  it('reads the empty set', () => {
    assert.deepEqual(parseOmniQuery('Empty set (0.001 sec)\n'), { rows: [], isReadable: true });
  });

  it('concludes nothing from half a table or from an error', () => {
    assert.equal(parseOmniQuery('').isReadable, false);
    assert.equal(parseOmniQuery('ERROR 2002: cannot connect').isReadable, false);
    assert.equal(parseOmniQuery('| a | b |\n| 1 | 2 |\n2 rows in set').isReadable, false);
    assert.equal(parseOmniQuery('| a | b |\n| 1 |').isReadable, false);
  });
});

describe('parseImsConf', () => {
  it('reads values with and without quotes', () => {
    const text =
      'MODEL="Secure Firewall Management Center for VMware"\nSWVERSION=7.2.5\nSWBUILD=208\nAPPLIANCE_UUID=C8C5d04b-350c-45f2-a3b1-93e0039b4168\nOTHER=1\n';

    assert.deepEqual(parseImsConf(text), {
      model: 'Secure Firewall Management Center for VMware',
      version: '7.2.5',
      build: '208',
      uuid: 'c8c5d04b-350c-45f2-a3b1-93e0039b4168',
    });
  });
});
