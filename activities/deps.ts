import type { ApplianceProfile, Endpoint, FaultEntry, RootShell, Sessions } from '../devices/index.ts';
import type { ActionInput, SiteSettings, WindowLook } from '../workflows/contract.ts';

/** What a step says of itself when it asks for a box. */
export type AskingStep = Pick<ActionInput, 'inventory' | 'run' | 'askedFor'>;

/** What a worker must supply to the activities. */
export interface ActivityDeps {
  readonly sessions: Sessions;
  /**
   * The way to a box of the run's inventory. Throws INPUT_INVALID when it does not load or has no such entry, ENGINE_SITE_FILES when this
   * worker's files are not those of the run.
   */
  endpoint(input: AskingStep, entry: string, family?: string): Promise<Endpoint>;
  /** A secret that the run's inventory names, to be typed at a prompt. Throws INPUT_INVALID when it names no such one. */
  secret(input: AskingStep, name: string): Promise<string>;
  /** Task queue of this worker alone: of steps that need a session which it holds. */
  ownQueue(): Promise<string>;
  /** This worker ends: what only waits is not to be waited for. */
  isEnding(): boolean;
  /** What is known to go wrong with boxes of a family. */
  faults(family: string): readonly FaultEntry[];
  /** When a device may be begun, by the windows of that text; where it is empty, by those of the worker's settings. */
  nextWindow(windows: string, at: Date, takesMs: number): WindowLook;
  /** The worker's own; a run may bring others. */
  readonly settings: SiteSettings;
  /** Folder that receives the reports. */
  readonly reportsFolder: string;
  /** Milliseconds since 1970. */
  now(): number;
}

export type { ApplianceProfile, RootShell };
