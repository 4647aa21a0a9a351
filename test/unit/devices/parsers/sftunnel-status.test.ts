import assert from 'node:assert/strict';
import fc from 'fast-check';
import { parseSftunnelStatus, parseSftunnelStatusBrief } from '../../../../devices/index.ts';

/** Head of the output, from the command reference of the FTD; the tail is made up after the fields named there. */
const documented = `> sftunnel-status
SFTUNNEL Start Time: Tue Oct 11 21:44:44 2016
Both IPv4 and IPv6 connectivity is supported
Broadcast count = 2
Reserved SSL connections: 0
Management Interfaces: 1
br1 (control events) 10.83.57.37,2001:420:2710:2556:1:0:0:37
***********************
**RUN STATUS****10.83.57.41*************
Cipher used = AES256-GCM-SHA384 (strength:256 bits)
ChannelA Connected: Yes, Interface br1
Cipher used = AES256-GCM-SHA384 (strength:256 bits)
ChannelB Connected: Yes, Interface br1
Registration: Completed.
IPv4 Connection to peer '10.83.57.41' Start Time: Tue Oct 11 21:46:00 2016
PEER INFO:
sw_version 6.2.0
sw_build 2007
Management Interfaces: 1
eth0 (control events) 10.83.57.41,2001:420:2710:2556:1:0:0:41
Peer channel Channel-A is valid type (CONTROL), using 'br1', connected to '10.83.57.41' via '10.83.57.37'
Peer channel Channel-B is valid type (EVENT), using 'br1', connected to '10.83.57.41' via '10.83.57.37'
TOTAL TRANSMITTED MESSAGES <3> for Identity service
`;

/** Made up: an FMC with three peers, one of them dead, with the hash of the RPC block. */
const manager = `**RUN STATUS****198.51.100.10*************
\tKey File = /etc/sf/keys/sftunnel-key.pem
\tChannelA Connected: Yes, Interface eth0
\tChannelB Connected: Yes, Interface eth0
\tRegistration: Completed.
\tIPv4 Connection to peer '198.51.100.10' Start Time: Mon Jun 15 09:21:57 2020 UTC
PEER INFO:
\tsw_version 7.0.1
\tsw_build 84
\tHeartbeat Send Time:     Mon Jun 15 09:30:00 2020 UTC
\tHeartbeat Received Time: Mon Jun 15 09:30:04 2020 UTC
**RPC STATUS****198.51.100.10*************
'uuid' => 'F3E41AB6-1f45-11eb-a882-908013e15134',
'name' => 'Branch office 7',
'ip' => '198.51.100.10',
'active' => 1,
**RUN STATUS****198.51.100.11*************
\tChannelA Connected: No
\tChannelB Connected: No
\tRegistration: Completed.
**RUN STATUS****198.51.100.12*************
\tChannelA Connected: Yes, Interface eth0
\tChannelB Connected: Yes, Interface eth0
\tRegistration: In progress.
`;

describe('parseSftunnelStatus', () => {
  it('reads the documented form', () => {
    const { startTime, peers } = parseSftunnelStatus(documented);

    assert.equal(startTime, '2016-10-11T21:44:44Z');
    assert.deepEqual(peers, [
      {
        peer: '10.83.57.41',
        channelA: true,
        channelAInterface: 'br1',
        channelB: true,
        channelBInterface: 'br1',
        registration: 'Completed',
        startTime: '2016-10-11T21:46:00Z',
        softwareVersion: '6.2.0',
        softwareBuild: '2007',
        connectedTo: '10.83.57.41',
        connectedVia: '10.83.57.37',
        rpcFailed: false,
        hasRunStatus: true,
        didNotReply: false,
        up: true,
      },
    ]);
  });

  it('tells the peers of a manager apart', () => {
    const { peers } = parseSftunnelStatus(manager);

    assert.deepEqual(
      peers.map((one) => [one.peer, one.up]),
      [
        ['198.51.100.10', true],
        ['198.51.100.11', false],
        ['198.51.100.12', false],
      ],
    );
    assert.equal(peers[0]?.uuid, 'f3e41ab6-1f45-11eb-a882-908013e15134');
    assert.equal(peers[0]?.name, 'Branch office 7');
    assert.equal(peers[0]?.heartbeatReceived, '2020-06-15T09:30:04Z');
  });

  it('never counts a completed registration alone as up', () => {
    assert.equal(
      parseSftunnelStatus('**RUN STATUS****a*****\nRegistration: Completed.\n').peers[0]?.up,
      false,
    );
    assert.equal(
      parseSftunnelStatus('**RUN STATUS****a*****\nChannelA Connected: Yes\nRegistration: Completed.\n')
        .peers[0]?.up,
      false,
    );
  });

  it('lets the last of two blocks count', () => {
    const up =
      '**RUN STATUS****a*****\nChannelA Connected: Yes\nChannelB Connected: Yes\nRegistration: Completed.\n';
    const down =
      '**RUN STATUS****a*****\nChannelA Connected: No\nChannelB Connected: No\nRegistration: Completed.\n';

    assert.deepEqual(
      parseSftunnelStatus(up + down).peers.map((one) => one.up),
      [false],
    );
    assert.deepEqual(
      parseSftunnelStatus(down + up).peers.map((one) => one.up),
      [true],
    );
  });

  it('names peers that did not reply', () => {
    const text = [
      'peer 5fbed1da-910c-4b24-8582-015ea34e6eea did not reply at /ngfw/usr/local/sf/bin/sftunnel_status.pl line 309.',
      'Retry rpc status poll at /ngfw/usr/local/sf/bin/sftunnel_status.pl line 315.',
      '70638bd8-cf32-49bc-a8cb-796c00f86c0d did not reply at line 1.',
      '**RPC STATUS****10.0.0.1*************',
      'RPC status :Failed',
      '**RPC STATUS****10.0.0.1*************',
      'RPC status :Failed',
    ].join('\n');

    const { peers, silent } = parseSftunnelStatus(text);

    assert.deepEqual(silent, [
      '5fbed1da-910c-4b24-8582-015ea34e6eea',
      '70638bd8-cf32-49bc-a8cb-796c00f86c0d',
    ]);
    assert.deepEqual(
      peers.map((one) => [one.peer, one.up, one.rpcFailed, one.hasRunStatus]),
      [['10.0.0.1', false, true, false]],
    );
  });

  it('never finds a peer up that the whole text does not show up, however it is cut short', () => {
    const up = new Set(
      parseSftunnelStatus(manager)
        .peers.filter((one) => one.up)
        .map((one) => one.peer),
    );
    fc.assert(
      fc.property(fc.nat(manager.length), (length) =>
        parseSftunnelStatus(manager.slice(0, length)).peers.every((one) => !one.up || up.has(one.peer)),
      ),
    );
  });

  it('reads any text without failing', () => {
    fc.assert(fc.property(fc.string(), (text) => Array.isArray(parseSftunnelStatus(text).peers)));
  });
});

describe('parseSftunnelStatusBrief', () => {
  const down = `PEER:10.10.17.202
Registration: Completed.
Connection to peer '10.10.17.202' Attempted at Mon Jun 15 09:21:57 2020 UTC
Last disconnect time : Mon Jun 15 09:19:09 2020 UTC
Last disconnect reason : Both control and event channel connections with peer went down
`;
  const up = `PEER:10.10.17.202
Peer channel Channel-A is valid type (CONTROL), using 'eth0', connected to '10.10.17.202' via '10.10.17.222'
Peer channel Channel-B is valid type (EVENT), using 'eth0', connected to '10.10.17.202' via '10.10.17.222'
Registration: Completed.
IPv4 Connection to peer '10.10.17.202' Start Time: Wed Jun 10 14:27:12 2020 UTC
Heartbeat Send Time: Mon Jun 15 09:02:08 2020 UTC
Heartbeat Received Time: Mon Jun 15 09:02:16 2020 UTC
`;

  it('reads a tunnel that is down', () => {
    assert.deepEqual(parseSftunnelStatusBrief(down), [
      {
        peer: '10.10.17.202',
        channelA: false,
        channelB: false,
        registration: 'Completed',
        lastDisconnectTime: '2020-06-15T09:19:09Z',
        lastDisconnectReason: 'Both control and event channel connections with peer went down',
        up: false,
      },
    ]);
  });

  it('reads a tunnel that is up', () => {
    const [peer] = parseSftunnelStatusBrief(up);

    assert.equal(peer?.up, true);
    assert.equal(peer?.startTime, '2020-06-10T14:27:12Z');
    assert.equal(peer?.heartbeatReceived, '2020-06-15T09:02:16Z');
  });

  it('keeps two managers apart', () => {
    assert.deepEqual(
      parseSftunnelStatusBrief(up + down.replaceAll('17.202', '17.203')).map((one) => [one.peer, one.up]),
      [
        ['10.10.17.202', true],
        ['10.10.17.203', false],
      ],
    );
  });
});
