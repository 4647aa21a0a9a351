/** A device as one unit among others: of a failover pair, or of a cluster. */
export interface UnitStatus {
  readonly kind: 'none' | 'failover' | 'cluster';
  /** `active`, `standby`, `control`, `data`, or the word that the box uses. */
  readonly role: string;
  /** Serial numbers of all units, this one's among them, in order: what the units of one group have in common. */
  readonly serials: readonly string[];
  /** Every unit is in a state in which it can take over or do its work. */
  readonly healthy: boolean;
  /** One line for people. */
  readonly text: string;
}

/**
 * What `show failover` and `show cluster info` say together. Undefined where neither can be read: then nothing is known, which is
 * not the same as "no unit of anything".
 */
export function parseUnitStatus(failover: string, cluster: string): UnitStatus | undefined {
  const inCluster = readCluster(cluster);
  if (inCluster !== undefined) return inCluster;
  const inPair = readFailover(failover);
  if (inPair !== undefined) return inPair;
  const isAlone = /^\s*Failover Off\b/im.test(failover) || /Clustering is not configured/i.test(cluster);
  return isAlone ? { kind: 'none', role: '', serials: [], healthy: true, text: 'stands alone' } : undefined;
}

const wellInPair = /^(?:active|standby ready)$/;

function readFailover(text: string): UnitStatus | undefined {
  if (!/^\s*Failover On\b/im.test(text)) return undefined;
  const host = (which: string): string | undefined =>
    new RegExp(`^\\s*${which} host\\s*:\\s*(?:Primary|Secondary)\\s*-\\s*(.+?)\\s*$`, 'im')
      .exec(text)?.[1]
      ?.toLowerCase();
  const own = host('This');
  const other = host('Other');
  const serials = /Serial Number\s*:\s*Ours\s+([^\s,]+),\s*Mate\s+([^\s,]+)/i.exec(text);
  const states = [own, other];
  return {
    kind: 'failover',
    role: own?.split(' ')[0] ?? 'unknown',
    serials: [serials?.[1], serials?.[2]]
      .filter((serial) => serial !== undefined && /\w/.test(serial))
      .sort() as string[],
    healthy:
      states.every((state) => state !== undefined && wellInPair.test(state)) &&
      states.filter((state) => state === 'active').length === 1,
    text: `unit of a failover pair: this one ${own ?? 'unknown'}, the other ${other ?? 'unknown'}`,
  };
}

/** Releases before 7 say master and slave. */
const clusterRoles: Readonly<Record<string, string>> = {
  CONTROL_NODE: 'control',
  MASTER: 'control',
  DATA_NODE: 'data',
  SLAVE: 'data',
};

function readCluster(text: string): UnitStatus | undefined {
  const name = /^\s*Cluster\s+(\S+?)\s*:\s*On\b/im.exec(text)?.[1];
  if (name === undefined) return undefined;
  const members = [...text.matchAll(/(?:This is|Unit)\s+"([^"\n]+)"\s+in state\s+(\w+)/gi)].map((found) => ({
    unit: found[1] ?? '',
    state: (found[2] ?? '').toUpperCase(),
  }));
  const own = members[0];
  const roles = members.map(({ state }) => clusterRoles[state]);
  const serials = [...text.matchAll(/^\s*Serial No\.?\s*:\s*(\S+)/gim)].map((found) => found[1] ?? '').sort();
  return {
    kind: 'cluster',
    role: clusterRoles[own?.state ?? ''] ?? own?.state.toLowerCase() ?? 'unknown',
    serials,
    healthy:
      roles.every((role) => role !== undefined) && roles.filter((role) => role === 'control').length === 1,
    text: `unit of the cluster ${name}: ${members.map(({ unit, state }) => `${unit} ${state}`).join(', ')}`,
  };
}
