import type { Appliance } from '../appliance/appliance.ts';
import { strftime } from '../clock.ts';
import type { ClusterUnit } from './cluster.ts';

const stamp = (ms: number | undefined): string =>
  ms === undefined ? 'N/A' : strftime('%T UTC %b %e %Y', ms);

/** `show cluster info`. The layout is that of the ASA's, from general knowledge: our belief for an FTD. */
export function clusterText(box: Appliance): string {
  const { cluster } = box;
  if (!cluster) return 'Clustering is not configured\n';
  const own = cluster.unitOf(box);
  const words = box.variant.masterSlave
    ? { control: 'MASTER', data: 'SLAVE' }
    : { control: 'CONTROL_NODE', data: 'DATA_NODE' };
  const state = (unit: ClusterUnit): string => (unit.joined ? words[unit.role] : 'DISABLED');
  const details = (unit: ClusterUnit): string =>
    [
      ['ID', String(cluster.units.indexOf(unit))],
      ['Site ID', '1'],
      ['Version', '9.16(3)15'],
      ['Serial No.', unit.box.identity.serial],
      ['CCL IP', `127.2.${unit.unit.replace(/^unit-/, '').replace('-', '.')}`],
      ['CCL MAC', `0015.c500.01${String(cluster.units.indexOf(unit)).padStart(2, '0')}`],
      ['Module', 'FPR4K-SM-24'],
      ['Resource', '20 cores / 44018 MB RAM'],
      ['Last join', stamp(unit.joinedAtMs)],
      ['Last leave', stamp(unit.leftAtMs)],
    ]
      .map(([name = '', value]) => `        ${name.padEnd(10)}: ${value}\n`)
      .join('');
  const others = own.joined ? cluster.units.filter((u) => u !== own && u.joined) : [];
  return (
    `Cluster ${cluster.name}: ${own.joined ? 'On' : 'Off'}\n    Interface mode: spanned\n    Cluster Member Limit : 16\n` +
    `    This is "${own.unit}" in state ${state(own)}\n${details(own)}` +
    `Other members in the cluster:\n` +
    (others.length === 0
      ? '    There is no other unit in the cluster\n'
      : others.map((u) => `    Unit "${u.unit}" in state ${state(u)}\n${details(u)}`).join(''))
  );
}
