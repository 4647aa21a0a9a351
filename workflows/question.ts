/** What a run asks people. Part of the contract: types only. */
import type { ErrorCode } from '../errors/index.ts';
import type { MetFault } from './known-fault.ts';
import type { Lockout } from './lockout.ts';

/** `case`: the number of a support case. */
export type ApprovalNeed = 'reason' | 'case';

/** A question the run waits on. */
export interface Question {
  /** Unique in the run: `<step path>#<attempt>` with the device's uuid in front in a device run. */
  readonly id: string;
  /** Workflow that owns the question; updates go there. */
  readonly workflowId: string;
  readonly kind: 'approve' | 'failed' | 'prompt' | 'manual' | 'unknown-outcome';
  readonly code: ErrorCode | 'APPROVAL' | 'MANUAL';
  readonly step: string;
  readonly box: string;
  readonly uuid?: string;
  readonly text: string;
  /** State the box is in now. */
  readonly state: string;
  readonly remedy: string;
  /** Last lines of a terminal, where it matters. */
  readonly screen?: string;
  /** The known fault that it is; what it means stands in the document's `faults`. */
  readonly fault?: MetFault;
  /** What many boxes may stand at together, such as `credential:fleet-admin`: shown once, and settled by one answer. */
  readonly cause?: string;
  /** Verbs that settle it. */
  readonly answers: readonly ('approve' | 'deny' | 'retry' | 'skip' | 'answer')[];
  /** What an approval must bring. */
  readonly needs?: readonly ApprovalNeed[];
  /** With `retry`: earlier steps of the stage that can be gone on from. */
  readonly backTo?: readonly string[];
  readonly askedAt: string;
  /** It settles itself then: nobody is needed. */
  readonly settlesAt?: string;
  /** Of the device that it is about, else of the run; in the document of a run. */
  readonly lockout?: Lockout;
}
