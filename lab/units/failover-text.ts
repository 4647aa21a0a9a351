import type { Appliance } from '../appliance/appliance.ts';
import { strftime } from '../clock.ts';
import type { FailoverUnit } from './failover.ts';

const stamp = (ms: number): string => strftime('%T UTC %b %e %Y', ms);
const title = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);
const stateTexts = { active: 'Active', standby: 'Standby Ready', failed: 'Failed' } as const;
const link = 'failover-link Ethernet1/8';

/** `show failover`. The layout is that of the ASA's, from general knowledge: our belief for an FTD. */
export function failoverText(box: Appliance): string {
  const pair = box.failover;
  if (!pair) return off;
  const own = pair.unitOf(box);
  const mate = pair.mateOf(box);
  const last = Math.max(...pair.units.map((u) => u.changedAtMs));
  return (
    `Failover On \nFailover unit ${title(own.unit)}\nFailover LAN Interface: ${link} (up)\n${timers}` +
    `Monitored Interfaces 2 of 1293 maximum\nMAC Address Move Notification Interval not set\nfailover replication http\n` +
    `Version: Ours 9.16(3)15, Mate ${mate ? '9.16(3)15' : 'Unknown'}\n` +
    `Serial Number: Ours ${box.identity.serial}, Mate ${mate?.box.identity.serial ?? 'Unknown'}\n` +
    `Last Failover at: ${stamp(last)}\n` +
    host('This', own, box.nowMs()) +
    (mate ? host('Other', mate, box.nowMs()) : `\tOther host: ${other(own)} - Not Detected \n`) +
    statistics
  );
}

/** `show failover state`. */
export function failoverStateText(box: Appliance): string {
  const pair = box.failover;
  if (!pair) return `${stateHead}This host  -   Secondary\n               Disabled       None\n`;
  const own = pair.unitOf(box);
  const mate = pair.mateOf(box);
  const row = (state: string, failedAtMs?: number): string =>
    `               ${state.padEnd(15)}${failedAtMs === undefined ? 'None' : `Comm Failure             ${stamp(failedAtMs)}`}\n`;
  const rowOf = (unit: FailoverUnit): string =>
    row(stateTexts[unit.state], unit.state === 'failed' ? unit.changedAtMs : undefined);
  return (
    `${stateHead}This host  -   ${title(own.unit)}\n${rowOf(own)}` +
    `Other host -   ${mate ? title(mate.unit) : other(own)}\n${mate ? rowOf(mate) : row('Not Detected')}` +
    `\n====Configuration State===\n\tSync Done${own.state === 'active' ? '' : ' - STANDBY'}\n====Communication State===\n\tMac set\n\n`
  );
}

const stateHead = '\n               State          Last Failure Reason      Date/Time\n';
const other = (own: FailoverUnit): string => (own.unit === 'primary' ? 'Secondary' : 'Primary');

const timers =
  'Reconnect timeout 0:00:00\nUnit Poll frequency 1 seconds, holdtime 15 seconds\n' +
  'Interface Poll frequency 5 seconds, holdtime 25 seconds\nInterface Policy 1\n';

const off =
  `Failover Off \nFailover unit Secondary\nFailover LAN Interface: not Configured\n${timers}` +
  'Monitored Interfaces 2 of 1293 maximum\nMAC Address Move Notification Interval not set\n';

function host(which: 'This' | 'Other', unit: FailoverUnit, nowMs: number): string {
  const seconds = unit.state === 'active' ? Math.floor((nowMs - unit.changedAtMs) / 1000) : 0;
  const monitor = unit.state === 'failed' ? 'Unknown' : 'Normal';
  const [inside, outside] = unit.state === 'active' ? ['10.1.1.1', '10.1.2.1'] : ['10.1.1.2', '10.1.2.2'];
  return (
    `\t${which} host: ${title(unit.unit)} - ${stateTexts[unit.state]} \n\t\tActive time: ${seconds} (sec)\n` +
    `\t\tslot 0: FPR-2110 hw/sw rev (1.3/9.16(3)15) status (${unit.state === 'failed' ? 'Unknown/Unknown' : 'Up Sys'})\n` +
    `\t\t  Interface diagnostic (0.0.0.0): ${monitor} (Waiting)\n` +
    `\t\t  Interface inside (${inside}): ${monitor} (Monitored)\n\t\t  Interface outside (${outside}): ${monitor} (Monitored)\n` +
    '\t\tslot 1: snort rev (1.0)  status (up)\n\t\tslot 2: diskstatus rev (1.0)  status (up)\n'
  );
}

const services = [
  'General',
  'sys cmd',
  'up time',
  'RPC services',
  'TCP conn',
  'UDP conn',
  'ARP tbl',
  'Xlate_Timeout',
  'IPv6 ND tbl',
  'VPN IKEv1 SA',
  'VPN IKEv2 SA',
  'Router ID',
  'User-Identity',
];

const statistics =
  `\nStateful Failover Logical Update Statistics\n\tLink : ${link} (up)\n` +
  '\tStateful Obj \txmit       xerr       rcv        rerr      \n' +
  services
    .map((name, i) => `\t${name.padEnd(13)}\t${String(i * 97).padEnd(11)}0          0          0         \n`)
    .join('') +
  '\n\tLogical Update Queue Information\n\t  \t\tCur \tMax \tTotal\n\tRecv Q: \t0 \t11 \t7163\n\tXmit Q: \t0 \t1 \t23381\n';
