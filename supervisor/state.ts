import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';

import type { Home } from './home.ts';
import { isAlive, type ProcessIdentity } from './process-identity.ts';

/** `off`: not wanted; `starting`: started, not ready yet, or started again after it died; `ready`: serving. */
export type PartStatus = 'off' | 'starting' | 'ready';

/** One process that the supervisor keeps running. */
export interface PartState {
  readonly status: PartStatus;
  readonly process?: ProcessIdentity;
  /** How often it was started again since the supervisor began. */
  readonly restarts: number;
  /** How it ended last, e.g. `exit code 1`, `SIGKILL`. */
  readonly lastEnd?: string;
}

/** Content of `supervisor.json`: what the supervisor of a home is doing. */
export interface SupervisorState {
  readonly supervisor: ProcessIdentity;
  readonly server: PartState;
  readonly worker: PartState;
  /** `host:port` of the embedded server; stays the same when the server is started again. */
  readonly address: string;
  readonly namespace: string;
  readonly uiUrl: string;
  /** Path of the Temporal CLI that serves. */
  readonly executable: string;
  /** ISO 8601. */
  readonly startedAt: string;
  /** Version of this product. */
  readonly version: string;
}

/** The state as last written, whether or not its supervisor still lives; undefined when there is none. */
export function readStoredState(home: Home): SupervisorState | undefined {
  try {
    return JSON.parse(readFileSync(home.stateFile, 'utf8')) as SupervisorState;
  } catch {
    return undefined;
  }
}

/** The state of the living supervisor of this home; undefined when none runs. */
export function readSupervisorState(home: Home): SupervisorState | undefined {
  const state = readStoredState(home);
  return state !== undefined && isAlive(state.supervisor) ? state : undefined;
}

export function writeState(home: Home, state: SupervisorState): void {
  // Written beside it and renamed: a reader sees the old or the new one, never half of one.
  const draft = `${home.stateFile}.new`;
  writeFileSync(draft, `${JSON.stringify(state, null, 2)}\n`, { mode: 0o600 });
  renameSync(draft, home.stateFile);
}

export function removeState(home: Home): void {
  rmSync(home.stateFile, { force: true });
}
