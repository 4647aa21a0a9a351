import { ApplicationFailure } from '@temporalio/common';
import type { ActivityExecuteInput, ActivityInboundCallsInterceptor, Next } from '@temporalio/worker';
import { CancelledFailure } from '@temporalio/activity';
import { RunbookError } from '../errors/index.ts';

/** Turns our errors into what crosses the wire, once for all activities: the code is the type, the context the only detail. */
export class FailureInterceptor implements ActivityInboundCallsInterceptor {
  async execute(
    input: ActivityExecuteInput,
    next: Next<ActivityInboundCallsInterceptor, 'execute'>,
  ): Promise<unknown> {
    try {
      return await next(input);
    } catch (thrown) {
      if (thrown instanceof CancelledFailure || thrown instanceof ApplicationFailure) throw thrown;
      if (thrown instanceof Error && thrown.name === 'AbortError')
        throw new CancelledFailure('the activity was cancelled');
      if (!(thrown instanceof RunbookError)) throw thrown;
      throw ApplicationFailure.create({
        type: thrown.code,
        message: thrown.message,
        details: [thrown.context],
        nonRetryable: !thrown.entry.retryable,
      });
    }
  }
}
