import type { Appliance } from '../appliance/appliance.ts';

export interface ClusterUnit {
  readonly box: Appliance;
  /** `unit-1-1`: chassis and module. */
  readonly unit: string;
  role: 'control' | 'data';
  /** False once it left: then nobody lists it and its own state is DISABLED. */
  joined: boolean;
  /** By its own clock. */
  joinedAtMs: number;
  leftAtMs: number | undefined;
}

/** FTDs that work as one; each is a device of its own to sftunnel. */
export class Cluster {
  readonly name: string;
  readonly units: ClusterUnit[] = [];

  constructor(name: string) {
    this.name = name;
  }

  add(box: Appliance, unit: string, role: ClusterUnit['role']): void {
    this.units.push({
      box,
      unit,
      role,
      joined: true,
      joinedAtMs: box.nowMs() - 30 * 86_400_000,
      leftAtMs: undefined,
    });
    box.cluster = this;
  }

  unitOf(box: Appliance): ClusterUnit {
    return this.units.find((u) => u.box === box) as ClusterUnit;
  }

  /** It leaves; where it was the control node another becomes that. */
  leave(box: Appliance): void {
    const unit = this.unitOf(box);
    if (!unit.joined) return;
    unit.joined = false;
    unit.leftAtMs = box.nowMs();
    const next = this.units.find((u) => u.joined);
    if (unit.role === 'control' && next) {
      unit.role = 'data';
      next.role = 'control';
    }
  }

  rejoin(box: Appliance): void {
    const unit = this.unitOf(box);
    if (unit.joined) return;
    unit.joined = true;
    unit.joinedAtMs = box.nowMs();
    unit.role = this.units.some((u) => u.joined && u.role === 'control') ? 'data' : 'control';
  }
}
