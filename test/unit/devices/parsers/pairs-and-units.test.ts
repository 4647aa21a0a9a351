import assert from 'node:assert/strict';
import fc from 'fast-check';
import { loadProfiles, parseHaStatus, parseUnitStatus } from '../../../../devices/index.ts';

describe('parseHaStatus', () => {
  const patterns = () => {
    const { haEnabled, haRole, haTrouble } = loadProfiles().profiles.get('cisco-fmc')?.patterns ?? {};
    return { enabled: haEnabled ?? '', role: haRole ?? '', trouble: haTrouble ?? '' };
  };
  // The first lines are a public capture; what says something about synchronisation is made up after another tool's.
  const whole = `HA Enabled: Yes
This FMC Role In HA: Active - Primary
Status out put: vmsDbEngine (system,gui) - Running 29061
Sybase Role: Active
STATUS:
  Active HA DC: 1
  degraded: 0
  mirroring: 1
  peer_connected: 1
Sync status :Synchronization Completed
`;

  it('reads role and state, and no trouble in a pair that is whole', () => {
    assert.deepEqual(parseHaStatus(whole, patterns()), {
      enabled: true,
      role: 'primary',
      state: 'active',
      troubles: [],
    });
  });

  it('takes each sign of a pair that is not whole for trouble', () => {
    for (const [from, to] of [
      ['Active HA DC: 1', 'Active HA DC: 2'],
      ['degraded: 0', 'degraded: 1'],
      ['mirroring: 1', 'mirroring: 0'],
      ['peer_connected: 1', 'peer_connected: 0'],
      ['Synchronization Completed', 'Synchronization Task In-progress'],
      ['Synchronization Completed', 'Synchronization Failed'],
      ['Synchronization Completed', 'Split Brain'],
    ] as const)
      assert.equal(parseHaStatus(whole.replace(from, to), patterns()).troubles.length, 1, to);
  });

  it('knows nothing where nothing is said', () => {
    assert.deepEqual(parseHaStatus('no such file', patterns()), {
      enabled: undefined,
      role: 'unknown',
      state: 'unknown',
      troubles: [],
    });
    assert.equal(parseHaStatus('HA Enabled: No\n', patterns()).enabled, false);
  });
});

// Layouts of the ASA, written down from its documentation.
const failover = (own: string, other: string): string => `Failover On 
Failover unit Primary
Failover LAN Interface: folink GigabitEthernet0/2 (up)
Unit Poll frequency 1 seconds, holdtime 15 seconds
Version: Ours 9.18(3)39, Mate 9.18(3)39
Serial Number: Ours JAD2, Mate JAD1
Last Failover at: 20:15:45 UTC Oct 10 2024
	This host: Primary - ${own} 
		Active time: 12345 (sec)
	Other host: Secondary - ${other} 
		Active time: 0 (sec)
`;
const cluster = (own: string, other: string): string => `Cluster berlin: On
    Interface mode: spanned
    This is "unit-1-1" in state ${own}
        ID        : 0
        Serial No.: FCH1
Other members in the cluster:
    Unit "unit-2-1" in state ${other}
        ID        : 1
        Serial No.: FCH2
`;

describe('parseUnitStatus', () => {
  it('reads the units of a failover pair; both name the same group', () => {
    const unit = parseUnitStatus(failover('Active', 'Standby Ready'), 'Clustering is not configured');
    assert.deepEqual(
      [unit?.kind, unit?.role, unit?.healthy, unit?.serials],
      ['failover', 'active', true, ['JAD1', 'JAD2']],
    );
    assert.equal(parseUnitStatus(failover('Standby Ready', 'Active'), '')?.role, 'standby');
  });

  it('calls a pair well only when one is active and the other ready', () => {
    for (const [own, other] of [
      ['Active', 'Failed'],
      ['Active', 'Active'],
      ['Standby Ready', 'Standby Ready'],
      ['Disabled', 'Active'],
      ['Active', 'Not Detected'],
      ['Cold Standby', 'Active'],
    ] as const)
      assert.equal(parseUnitStatus(failover(own, other), '')?.healthy, false, `${own}, ${other}`);
  });

  it('reads a cluster, also in the words of older releases', () => {
    const unit = parseUnitStatus('Failover Off', cluster('CONTROL_NODE', 'DATA_NODE'));
    assert.deepEqual(
      [unit?.kind, unit?.role, unit?.healthy, unit?.serials],
      ['cluster', 'control', true, ['FCH1', 'FCH2']],
    );
    assert.equal(parseUnitStatus('', cluster('SLAVE', 'MASTER'))?.role, 'data');
    assert.equal(parseUnitStatus('', cluster('CONTROL_NODE', 'DISABLED'))?.healthy, false);
  });

  it('tells "stands alone" from no answer', () => {
    assert.equal(parseUnitStatus('Failover Off \nFailover unit Secondary', '')?.kind, 'none');
    assert.equal(parseUnitStatus('', 'Clustering is not configured')?.kind, 'none');
    assert.equal(parseUnitStatus('', ''), undefined);
    assert.equal(
      parseUnitStatus('Syntax error: Illegal command line', 'Syntax error: Illegal command line'),
      undefined,
    );
  });

  it('never calls a text that was cut off a pair that is well, unless both states are there', () => {
    const text = failover('Active', 'Standby Ready');
    fc.assert(
      fc.property(fc.nat(text.length), (length) => {
        const unit = parseUnitStatus(text.slice(0, length), '');
        return unit?.healthy !== true || /Other host.*Standby Ready/.test(text.slice(0, length));
      }),
    );
  });
});
