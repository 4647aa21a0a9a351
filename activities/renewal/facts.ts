/** Facts that the steps of the renewal hand to one another. Plain JSON; no secret. */

import type { SetState } from '../../pki/index.ts';

/** Fact `manager.ca`. */
export interface CaFact {
  readonly fingerprint: string;
  readonly notBefore: string;
  readonly notAfter: string;
  /** Whole days by the FMC's clock; negative: expired so many days ago. */
  readonly daysLeft: number;
  readonly expired: boolean;
  /** So young that somebody must have renewed it just now: it is taken over, not made again. */
  readonly fresh: boolean;
  readonly summary: CaSummary;
}

export interface CaSummary {
  readonly subject: string;
  readonly serial: string;
  readonly fingerprint: string;
  readonly notBefore: string;
  readonly notAfter: string;
  readonly daysLeft: number;
}

/** Fact `device.tunnels`: the manager's view of a peer. */
export interface PeerFact {
  readonly up: boolean;
  readonly channelA: boolean;
  readonly channelB: boolean;
  /** Text of the status script; null where it shows none. */
  readonly since: string | null;
}

/** Fact `manager.pair`, and what later looks answer. */
export interface PairFact {
  readonly isPair: boolean;
  /** Role and state could be read, or there is nothing to read. */
  readonly known: boolean;
  readonly role: 'primary' | 'secondary' | 'standalone' | 'unknown';
  readonly state: 'active' | 'standby' | 'unknown';
  /** The order in which the FMCs of a pair are renewed. */
  readonly rank: number;
  /** The other FMC of the pair; empty where the inventory does not hold it. */
  readonly other: string;
  readonly otherUuid: string;
  /** Why this pair must not be touched now. */
  readonly troubles: readonly string[];
  /** What is not as the plan saw it: CAs, roles. */
  readonly surprises: readonly string[];
}

/** Fact `device.look.unit`, and what later looks answer. */
export interface UnitFact {
  readonly kind: 'none' | 'failover' | 'cluster' | 'unknown';
  /** The same for all units of a pair or cluster; empty where there is none or it cannot be told. */
  readonly group: string;
  readonly role: string;
  /** Units with a lower rank are restarted first. */
  readonly rank: number;
  readonly healthy: boolean;
  readonly text: string;
}

/** Fact `manager.launch`. */
export interface LaunchFact {
  /** Folder of this attempt on the FMC (0700). */
  readonly folder: string;
  readonly session: string;
  readonly keepAlive: string;
  /** ISO, by the FMC's clock. */
  readonly startedAt: string;
  /** Work folders of generate_certs.pl that were there before. */
  readonly knownFolders: readonly string[];
}

/** Fact `manager.result`. */
export interface ResultFact {
  readonly ca: CaSummary | null;
  /** The work folder of the run of generate_certs.pl that made the present CA; empty when none was found. */
  readonly workFolder: string;
  /** Runs of generate_certs.pl since the launch, told by their work folders. 0 where the CA was taken over. */
  readonly generations: number;
  readonly generatedAt: string;
  readonly generatedBy: 'this run' | 'taken over';
  readonly failedPush: string;
  readonly missed: number;
}

/** Fact `device.result`: the device stands in FAILED_PUSH. */
export interface MissedFact {
  readonly sources: readonly string[];
  readonly destinations: readonly string[];
}

/** Rungs of the delivery ladder (procedure, section 5). */
export type Rung = 'tunnel' | 'ssh' | 'fmc' | 'by-hand';

/** Fact `device.look`. */
export interface LookFact {
  readonly case: 'A' | "A'" | 'B' | 'C';
  readonly up: boolean;
  readonly tunnel: 'up' | 'down';
  /** The rung of the delivery ladder that is to be expected. */
  readonly rung: Rung;
  /** The rung that follows where the push does not arrive. */
  readonly fallback: Exclude<Rung, 'tunnel'>;
  /** What it holds for this FMC, against the CA that the FMC presents at this look; null where it could not be read. */
  readonly holds: SetState | null;
  readonly sshOk: boolean;
  readonly daysLeft: number | null;
  /** End of the certificate that it holds for this FMC. */
  readonly notAfter: string | null;
  readonly fingerprint: string | null;
  readonly caFingerprint: string | null;
  /** Seconds that the device's clock is ahead of the engine's. */
  readonly skewSeconds: number | null;
  /** Way in which files travel. */
  readonly fileWay: string | null;
  /** Other managers of this device and whether their tunnels live. */
  readonly otherManagers: readonly { readonly uuid: string; readonly up: boolean }[];
  readonly unit: UnitFact;
}

/** Fact `device.check`; also what the probe of a delivery answers. */
export interface CheckFact {
  readonly outcome: 'done' | 'not-done' | 'partly' | 'unknown';
  readonly text: string;
  /**
   * `reported`: the push was reported as good and the device could not be looked at. `unseen`: it was not, and the engine has no
   * way to the device.
   */
  readonly state: 'new' | 'old' | 'mixed' | 'damaged' | 'not-yet-valid' | 'expired' | 'reported' | 'unseen';
  readonly tunnel: 'up' | 'down';
  /** The rung that has delivered, or that comes next. */
  readonly rung: Rung;
  /** The tunnel is up and began after the new set was there: proven without a restart of ours. */
  readonly fresh: boolean;
  /** Files of a delivery that ended in the middle lie beside the set. */
  readonly leftovers: boolean;
  readonly issuedFingerprint: string | null;
  readonly heldFingerprint: string | null;
}
