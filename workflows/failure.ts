import { ActivityFailure, ApplicationFailure, TimeoutFailure } from '@temporalio/workflow';
import {
  errorCatalogue,
  isErrorCode,
  type ErrorCode,
  type ErrorContext,
  type ErrorEntry,
  RunbookError,
} from '../errors/index.ts';
import type { KnownFault, MetFault } from './contract.ts';

/** A known fault with what it means, as it crosses the wire in the context of an error. */
export interface NamedFault {
  readonly fault: KnownFault;
  readonly met: MetFault;
}

/** A failed attempt, as the interpreter decides on it: by code, never by text. */
export interface Failure {
  readonly code: ErrorCode;
  readonly entry: ErrorEntry;
  readonly text: string;
  readonly context: ErrorContext;
  /** The known fault that it is, where the worker knew one. */
  readonly known?: NamedFault;
}

/** No worker took the activity within its time. */
export function wasNotTaken(thrown: unknown): boolean {
  const cause = thrown instanceof ActivityFailure ? thrown.cause : undefined;
  return cause instanceof TimeoutFailure && cause.timeoutType === 'SCHEDULE_TO_START';
}

/** Reads an activity's failure. Anything that is not ours is a fault of this program and says so. */
export function readFailure(thrown: unknown): Failure {
  const cause = thrown instanceof ActivityFailure ? thrown.cause : thrown;
  if (cause instanceof TimeoutFailure) {
    return failure('ENGINE_WORKER_LOST', `The step ended without an answer (${cause.timeoutType}).`);
  }
  if (cause instanceof ApplicationFailure) {
    const context = (cause.details?.[0] ?? {}) as ErrorContext;
    if (typeof cause.type === 'string' && isErrorCode(cause.type))
      return failure(cause.type, cause.message, context);
    // The SDK's own words for a worker that was told to stop in the middle of an activity.
    if (cause.message.includes('WORKER_SHUTDOWN'))
      return failure('ENGINE_WORKER_LOST', 'The worker was stopped in the middle of the step.');
    return failure('ENGINE_INTERNAL', cause.message, context);
  }
  if (thrown instanceof RunbookError) return failure(thrown.code, thrown.message, thrown.context);
  if (
    typeof thrown === 'object' &&
    thrown !== null &&
    'code' in thrown &&
    typeof thrown.code === 'string' &&
    isErrorCode(thrown.code)
  ) {
    return failure(thrown.code, thrown instanceof Error ? thrown.message : thrown.code);
  }
  const text = cause instanceof Error ? cause.message : String(cause);
  return text.includes('WORKER_SHUTDOWN')
    ? failure('ENGINE_WORKER_LOST', 'The worker was stopped in the middle of the step.')
    : failure('ENGINE_INTERNAL', text);
}

function failure(code: ErrorCode, text: string, context: ErrorContext = {}): Failure {
  const known = context['known'] as NamedFault | undefined;
  return { code, entry: errorCatalogue[code], text, context, ...(known === undefined ? {} : { known }) };
}
