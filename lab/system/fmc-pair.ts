import { randomUUID } from 'node:crypto';
import type { ManagerTruth } from '../control/truth.ts';
import type { PairSettings } from '../options.ts';
import type { FirepowerBox } from './firepower-box.ts';

/** What a box of a pair keeps about it; its programs and the truth read it from there. */
export type PairHalf = NonNullable<ManagerTruth['ha']> & {
  /** See `pair.haTaskWhileApart` of the options. */
  readonly taskWhileApart: boolean;
  readonly taskUuid: string;
};

/** What two FMCs of a high-availability pair agree about: nothing is synchronised, each keeps its own note of it. */
export class FmcPair {
  readonly #members: readonly [FirepowerBox, FirepowerBox];
  readonly #taskWhileApart: boolean;
  readonly #taskUuid = randomUUID();
  #now: {
    enabled: boolean;
    sync: PairSettings['sync'];
    primary: FirepowerBox;
    active: FirepowerBox;
  };

  constructor(members: readonly [FirepowerBox, FirepowerBox], settings: PairSettings) {
    const { active, sync, haTaskWhileApart } = settings;
    this.#members = members;
    this.#taskWhileApart = haTaskWhileApart;
    const [primary, secondary] = members;
    this.#now = { enabled: true, sync, primary, active: active === 'primary' ? primary : secondary };
    this.change({});
  }

  change(change: {
    enabled?: boolean | undefined;
    sync?: PairSettings['sync'] | undefined;
    primary?: FirepowerBox | undefined;
    active?: FirepowerBox | undefined;
  }): void {
    const { enabled, sync, primary, active } = this.#now;
    this.#now = {
      enabled: change.enabled ?? enabled,
      sync: change.sync ?? sync,
      primary: change.primary ?? primary,
      active: change.active ?? active,
    };
    const [one, two] = this.#members;
    one.set('ha', this.#halfOf(one, two));
    two.set('ha', this.#halfOf(two, one));
  }

  /** With a split brain both think that they are the active one. */
  #halfOf(box: FirepowerBox, other: FirepowerBox): PairHalf {
    const { enabled, sync, primary, active } = this.#now;
    return {
      ...{ enabled, sync, otherUuid: other.uuid },
      unit: box === primary ? 'primary' : 'secondary',
      state: box === active || sync === 'splitBrain' ? 'active' : 'standby',
      ...{ taskWhileApart: this.#taskWhileApart, taskUuid: this.#taskUuid },
    };
  }
}
