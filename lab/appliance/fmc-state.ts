import type { InternalCa } from '../certificates/internal-ca.ts';
import type { KeyPool } from '../certificates/key-pool.ts';
import type { GenerationSettings } from '../options.ts';
import type { Appliance } from './appliance.ts';
import type { FmcPair } from './fmc-pair.ts';

/** Points at which a generation can be held, or the FMC be rebooted. `during-push` counts finished pushes. */
export const phases = [
  'started',
  'asked',
  'after-yes',
  'after-ca',
  'after-issue',
  'during-push',
  'done',
] as const;
export type Phase = (typeof phases)[number];

export interface CriticalTask {
  readonly name: string;
  readonly startedAtMs: number;
  readonly uuid: string;
}

/** One start of generate_certs.pl that got as far as a new CA. */
export interface GenerationRun {
  readonly atMs: number;
  readonly folder: string;
  readonly caFingerprint: string;
  finished: boolean;
  pushed: string[];
  failed: string[];
}

/** What only an FMC has: its CA, its tasks, its generations. */
export interface FmcState {
  ca: InternalCa;
  readonly keys: KeyPool;
  readonly settings: GenerationSettings;
  tasks: CriticalTask[];
  readonly licence: 'smart' | 'classic';
  /** Cisco TAC made the script pass over the check of the licence. */
  tacBypass: boolean;
  /** Of the task that stands for a pair whose FMCs are apart, and for a licence that is none of the Smart Agent's. */
  readonly conditionUuids: { readonly ha: string; readonly licence: string };
  /** Set on both FMCs of a pair. */
  pair: FmcPair | undefined;
  /** Becomes a running task at the moment the script is started, or after its last yes. */
  taskAt: { readonly phase: 'started' | 'after-yes'; readonly name: string } | undefined;
  readonly runs: GenerationRun[];
  /** Starts of the script, refused ones too. */
  starts: number;
  readonly holds: Map<Phase, Hold>;
  /** Reboots the FMC when the phase is reached; in `during-push` after that many pushes. */
  rebootAt: { readonly phase: Phase; readonly afterPushes: number; readonly downMs: number } | undefined;
  /** Cuts the FMC's SSH sessions at a phase. */
  cutSshAt: Phase | undefined;
  readonly deviceOf: (uuid: string) => Appliance | undefined;
  readonly reboot: (downMs: number) => void;
}

export interface Hold {
  readonly released: Promise<void>;
  release(): void;
  waiting: boolean;
}

export function newHold(): Hold {
  let release = (): void => {};
  const released = new Promise<void>((done) => {
    release = done;
  });
  return { released, release, waiting: false };
}
