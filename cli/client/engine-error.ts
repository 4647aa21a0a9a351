import { isGrpcServiceError, WorkflowFailedError, WorkflowUpdateFailedError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { asRunbookError, isErrorCode, RunbookError, type ErrorContext } from '../../errors/index.ts';

/** What the server or a workflow threw, as an error for people: the innermost failure that carries one of our codes. */
export function asEngineError(thrown: unknown, address: string): RunbookError {
  if (thrown instanceof RunbookError) return thrown;
  for (let cause: unknown = thrown; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof ApplicationFailure && isErrorCode(cause.type ?? '')) {
      const [context] = (cause.details ?? []) as ErrorContext[];
      return new RunbookError(cause.type as RunbookError['code'], cause.message, context ?? {}, {
        cause: thrown,
      });
    }
  }
  if (isGrpcServiceError(thrown)) {
    return new RunbookError(
      'ENGINE_NO_SERVER',
      `The Temporal server at ${address} did not do it: ${thrown.details}`,
      {},
      { cause: thrown },
    );
  }
  if (thrown instanceof WorkflowFailedError || thrown instanceof WorkflowUpdateFailedError) {
    return new RunbookError('ENGINE_INTERNAL', innermost(thrown).message, {}, { cause: thrown });
  }
  return asRunbookError(thrown);
}

function innermost(error: Error): Error {
  return error.cause instanceof Error ? innermost(error.cause) : error;
}
