import type { FactScope } from '../fact-scope.ts';

/** A fault of a runbook, with the place in the object; the loader turns it into file:line:column. */
export interface RunbookFault {
  /** Keys and indexes from the root of the file. */
  readonly path: readonly (string | number)[];
  /** The key itself is meant, not its value. */
  readonly atKey?: true;
  /** 0-based, within the text at `path`. */
  readonly offset?: number;
  readonly message: string;
  readonly hint?: string;
}

export type Path = readonly (string | number)[];
export type StageKind = 'entries' | 'manager' | 'devices';

/** What the walk over stages and steps has met so far. */
export interface Walk {
  readonly faults: RunbookFault[];
  /** Types by name. */
  readonly inputs: ReadonlyMap<string, unknown>;
  readonly phases: ReadonlySet<string>;
  readonly makers: Map<string, string>;
  readonly manager: Set<string>;
  readonly device: Set<string>;
  /** Conditions under which an approval was asked; empty = always. */
  readonly approvals: { readonly path: string; readonly conditions: ReadonlySet<string> }[];
  /** Managers and devices are known from here on. */
  boxesKnown: boolean;
  /** The runbook has managers. */
  readonly hasManager: boolean;
}

/** Where a step stands. */
export interface Around {
  readonly stage: Record<string, unknown>;
  readonly on: StageKind | undefined;
  readonly earlier: readonly Record<string, unknown>[];
}

export function stageKind(on: unknown): StageKind | undefined {
  return on === 'entries' || on === 'manager' || on === 'devices' ? on : undefined;
}

/** Assertions leave nothing behind that an expression could read. */
export function makesFacts(step: Record<string, unknown>): boolean {
  return observes(step) || 'approve' in step;
}

/** Has an observation of its own to show while it waits or asks. */
export function observes(step: Record<string, unknown>): boolean {
  return 'do' in step || 'poll' in step || 'manual' in step;
}

/** What is known for an expression at this point of the walk; `ownId`: the step's own observation is there too. */
export function scopeOf(walk: Walk, on: StageKind | undefined, ownId?: string): FactScope {
  const own = ownId === undefined ? [] : [ownId];
  const device = new Set([...walk.device, ...own]);
  return {
    inputs: new Set(walk.inputs.keys()),
    makers: walk.makers,
    ...(walk.hasManager ? {} : { noManager: true }),
    ...(walk.boxesKnown && walk.hasManager
      ? { manager: new Set([...walk.manager, ...(on === 'devices' ? [] : own)]) }
      : {}),
    ...(walk.boxesKnown ? { devices: device } : {}),
    ...(on === 'devices' || on === undefined ? { device } : {}),
  };
}

export function hinted(hint: string | undefined): { hint?: string } {
  return hint === undefined ? {} : { hint };
}
