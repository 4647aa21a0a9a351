import type { NamedFtd } from '../options.ts';
import type { FirepowerBox } from './firepower-box.ts';

interface FailoverUnit {
  readonly box: FirepowerBox;
  readonly unit: 'primary' | 'secondary';
  state: 'active' | 'standby' | 'failed';
  since: number;
}

interface ClusterNode {
  readonly box: FirepowerBox;
  readonly unit: string;
  role: 'control' | 'data';
  joined: boolean;
  joinedAt: number;
  leftAt?: number;
}

const month = 30 * 86_400_000;

/**
 * FTDs that work as failover pairs and clusters. What a unit knows of its group lies in a file of its own, which its CLISH
 * shows (programs/Units.pm) and which is written anew whenever something changes.
 */
export class UnitGroups {
  readonly #pairs = new Map<string, FailoverUnit[]>();
  readonly #clusters = new Map<string, ClusterNode[]>();

  add(box: FirepowerBox, { failover, cluster, variant }: NamedFtd): void {
    const since = box.nowMs() - month;
    if (failover) {
      const { group, unit, state } = failover;
      this.#pairs.set(group, [...(this.#pairs.get(group) ?? []), { box, unit, state, since }]);
      this.#writePair(group);
    }
    if (cluster) {
      const { group, unit, role } = cluster;
      const node = { box, unit, role, joined: true, joinedAt: since };
      this.#clusters.set(group, [...(this.#clusters.get(group) ?? []), node]);
      box.set('cluster-words', variant.masterSlave ? ['MASTER', 'SLAVE'] : ['CONTROL_NODE', 'DATA_NODE']);
      this.#writeCluster(group);
    }
  }

  /** It fails or leaves: a standby takes over, another node becomes the control node. */
  lose(box: FirepowerBox): void {
    const pair = this.#pairOf(box);
    if (pair) {
      const mate = pair.mate;
      if (mate?.state === 'standby' && pair.own.state === 'active') turn(mate, 'active');
      turn(pair.own, 'failed');
      this.#writePair(pair.group);
    }
    const cluster = this.#clusterOf(box);
    if (cluster?.own.joined === true) {
      const { own, nodes } = cluster;
      Object.assign(own, { joined: false, leftAt: box.nowMs() });
      const next = nodes.find(({ joined }) => joined);
      if (own.role === 'control' && next) [own.role, next.role] = ['data', 'control'];
      this.#writeCluster(cluster.group);
    }
  }

  /** It is back, as the standby or as a data node where somebody else has its place. */
  regain(box: FirepowerBox): void {
    const pair = this.#pairOf(box);
    if (pair?.own.state === 'failed') {
      turn(pair.own, pair.mate?.state === 'active' ? 'standby' : 'active');
      this.#writePair(pair.group);
    }
    const cluster = this.#clusterOf(box);
    if (cluster?.own.joined === false) {
      const { own, nodes } = cluster;
      own.role = nodes.some(({ joined, role }) => joined && role === 'control') ? 'data' : 'control';
      Object.assign(own, { joined: true, joinedAt: box.nowMs() });
      this.#writeCluster(cluster.group);
    }
  }

  switchRoles(box: FirepowerBox): void {
    const pair = this.#pairOf(box);
    if (!pair?.mate || pair.own.state === 'failed' || pair.mate.state === 'failed') return;
    for (const unit of [pair.own, pair.mate]) turn(unit, unit.state === 'active' ? 'standby' : 'active');
    this.#writePair(pair.group);
  }

  failoverTruth(box: FirepowerBox) {
    const pair = this.#pairOf(box);
    return pair && { group: pair.group, unit: pair.own.unit, state: pair.own.state };
  }

  clusterTruth(box: FirepowerBox) {
    const found = this.#clusterOf(box);
    return (
      found && { group: found.group, unit: found.own.unit, role: found.own.role, joined: found.own.joined }
    );
  }

  #pairOf(box: FirepowerBox) {
    for (const [group, units] of this.#pairs) {
      const own = units.find((unit) => unit.box === box);
      if (own) return { group, own, mate: units.find((unit) => unit !== own) };
    }
    return undefined;
  }

  #clusterOf(box: FirepowerBox) {
    for (const [group, nodes] of this.#clusters) {
      const own = nodes.find((node) => node.box === box);
      if (own) return { group, own, nodes };
    }
    return undefined;
  }

  #writePair(group: string): void {
    const units = this.#pairs.get(group) ?? [];
    const shown = ({ box, unit, state, since }: FailoverUnit) => ({ unit, state, since, serial: box.serial });
    for (const own of units) {
      const mate = units.find((unit) => unit !== own);
      own.box.set('failover', { own: shown(own), ...(mate ? { mate: shown(mate) } : {}) });
    }
  }

  #writeCluster(group: string): void {
    const nodes = this.#clusters.get(group) ?? [];
    const units = nodes.map(({ box, unit, role, joined, joinedAt, leftAt }) => ({
      ...{ unit, role, joined, joinedAt, leftAt },
      serial: box.serial,
    }));
    for (const { box, unit } of nodes) box.set('cluster', { group, own: unit, units });
  }
}

function turn(unit: FailoverUnit, state: FailoverUnit['state']): void {
  if (unit.state === state) return;
  unit.state = state;
  unit.since = unit.box.nowMs();
}
