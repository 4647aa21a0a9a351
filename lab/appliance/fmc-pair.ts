import type { syncStates } from '../options.ts';
import type { Appliance } from './appliance.ts';

export type SyncState = (typeof syncStates)[number];

/** What two FMCs of a high-availability pair agree about. */
export class FmcPair {
  readonly members: readonly [Appliance, Appliance];
  /** Off once somebody broke the pair. */
  enabled = true;
  sync: SyncState;
  primary: Appliance;
  active: Appliance;
  /** See `pair.haTaskWhileApart` of the options. */
  readonly haTaskWhileApart: boolean;

  constructor(
    members: readonly [Appliance, Appliance],
    settings: { active: 'primary' | 'secondary'; sync: SyncState; haTaskWhileApart: boolean },
  ) {
    this.members = members;
    this.primary = members[0];
    this.active = members[settings.active === 'primary' ? 0 : 1];
    this.sync = settings.sync;
    this.haTaskWhileApart = settings.haTaskWhileApart;
  }

  unitOf(box: Appliance): 'primary' | 'secondary' {
    return box === this.primary ? 'primary' : 'secondary';
  }

  /** With a split brain both think that they are the active one. */
  stateOf(box: Appliance): 'active' | 'standby' {
    return box === this.active || this.sync === 'splitBrain' ? 'active' : 'standby';
  }

  otherOf(box: Appliance): Appliance {
    return box === this.members[0] ? this.members[1] : this.members[0];
  }
}
