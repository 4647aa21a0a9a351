/** What a plan holds: facts of the boxes, findings, and what a run would do. Part of the contract; types only. */
import type { Json, JsonObject } from '../language/json.ts';
import type { Finding, InventoryRef, TargetRef } from './contract.ts';
import type { KnownFault } from './known-fault.ts';
import type { Lockout } from './lockout.ts';
import type { Outlook } from './outlook.ts';
import type { Override, PlannedRollout } from './rollout/limits.ts';

/** What a plan shows of one step. */
export interface PlannedStep {
  readonly path: string;
  readonly title: string;
  readonly effect: 'read' | 'reversible' | 'irreversible' | 'person';
  /** `seen`: executed for the plan; `planned`: will be done; `not-needed`: its condition does not hold. */
  readonly status: 'seen' | 'planned' | 'not-needed';
  readonly note?: string;
  /** When it was looked at. */
  readonly at?: string;
}

export interface PlannedDevice {
  readonly uuid: string;
  readonly name: string;
  /** Name of the manager; absent in plans of older versions, which had one. */
  readonly manager?: string;
  readonly address: string;
  /** The runbook's device columns, e.g. case, rung, old fingerprint. */
  readonly columns: JsonObject;
  readonly findings: readonly Finding[];
}

export type PlannedManager = TargetRef & { readonly columns: JsonObject };

/** Result of a plan workflow and content of a plan file. Holds no secret. */
export interface Plan {
  readonly schemaVersion: 1;
  readonly kind: 'plan';
  readonly runbook: { readonly name: string; readonly version: number; readonly digest: string };
  readonly inventory: InventoryRef;
  readonly madeAt: string;
  readonly planWorkflowId: string;
  /** Workflow id that the run will have. */
  readonly runId: string;
  /** What the run is called by: the first manager; without managers the one device, or how many there are. */
  readonly manager: PlannedManager;
  /** All managers in the order in which they are dealt with, none where the runbook has none; absent in plans of older versions, which had one. */
  readonly managers?: readonly PlannedManager[];
  readonly entries: readonly TargetRef[];
  readonly steps: readonly PlannedStep[];
  readonly devices: readonly PlannedDevice[];
  readonly findings: readonly Finding[];
  /** The known faults that findings name, each once. */
  readonly faults?: readonly KnownFault[];
  /** Values of the runbook's `drift` expressions, in order; for each manager after the other. */
  readonly drift: readonly Json[];
  readonly inputs: JsonObject;
  /** The night around the run; absent where the runbook says nothing of it. */
  readonly outlook?: Outlook;
  /** Stages in waves, under a budget, or in windows. */
  readonly rollouts?: readonly PlannedRollout[];
  /** When devices are lost, against how long the run needs; absent where the runbook says nothing of it. */
  readonly lockout?: Lockout;
  readonly override?: Override;
  /** false when a finding forbids the run (severity block, or accept and not accepted). */
  readonly runnable: boolean;
}
