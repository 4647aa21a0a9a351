import type { Appliance } from '../appliance/appliance.ts';

export interface FailoverUnit {
  readonly box: Appliance;
  readonly unit: 'primary' | 'secondary';
  state: 'active' | 'standby' | 'failed';
  /** When its state last changed, by its own clock. */
  changedAtMs: number;
}

/** Two FTDs that stand in for each other. sftunnel knows nothing of it: each keeps its own tunnels. */
export class FailoverPair {
  readonly name: string;
  readonly units: FailoverUnit[] = [];

  constructor(name: string) {
    this.name = name;
  }

  join(box: Appliance, unit: FailoverUnit['unit'], state: 'active' | 'standby'): void {
    this.units.push({ box, unit, state, changedAtMs: box.nowMs() - 30 * 86_400_000 });
    box.failover = this;
  }

  unitOf(box: Appliance): FailoverUnit {
    return this.units.find((u) => u.box === box) as FailoverUnit;
  }

  mateOf(box: Appliance): FailoverUnit | undefined {
    return this.units.find((u) => u.box !== box);
  }

  /** `no failover active`, or `failover active` on the other. A failed unit takes nothing over. */
  switchRoles(): void {
    if (this.units.some((u) => u.state === 'failed')) return;
    for (const unit of this.units) set(unit, unit.state === 'active' ? 'standby' : 'active');
  }

  /** The unit is gone; its mate takes over. */
  fail(box: Appliance): void {
    const mate = this.mateOf(box);
    if (mate?.state === 'standby') set(mate, 'active');
    set(this.unitOf(box), 'failed');
  }

  /** It comes back as the standby of whoever is active. */
  recover(box: Appliance): void {
    const unit = this.unitOf(box);
    if (unit.state === 'failed') set(unit, this.mateOf(box)?.state === 'active' ? 'standby' : 'active');
  }
}

function set(unit: FailoverUnit, state: FailoverUnit['state']): void {
  if (unit.state === state) return;
  unit.state = state;
  unit.changedAtMs = unit.box.nowMs();
}
