import path from 'node:path';
import { RunbookError } from '../../../errors/index.ts';
import type { Plan, RunOptions } from '../../../workflows/contract.ts';
import type { CheckedFiles } from '../../client/files.ts';
import { inputsOfRun } from '../../client/inputs.ts';
import { createReader } from '../../client/read-run.ts';
import type { Session } from '../../client/session.ts';
import { startPlan, type PlanLook } from '../../client/start-plan.ts';
import { sitesOf } from '../../client/sites.ts';
import { embeddedServerNote, unservedLines } from '../../output/site-lines.ts';
import { viewOf } from '../../output/view.ts';
import { say } from './print.ts';
import { onInterrupt } from './interrupt.ts';
import { inputWords, type PlanOptions } from './options.ts';
import { openProgress } from './progress.ts';

const lookMs = 400;

/** What the options of the command line mean for a run. */
export function runOptions(files: CheckedFiles, options: PlanOptions): RunOptions {
  const words = [
    ...inputWords(options),
    ...(options.pack === undefined ? [] : [`pack=${path.resolve(options.pack)}`]),
  ];
  const accepted = options.accept ?? [];
  if (accepted.length > 0 && (options.reason ?? '') === '') {
    throw new RunbookError(
      'INPUT_MISSING',
      '--accept needs --reason: it is recorded who accepted what, and why.',
    );
  }
  return {
    ...inputsOfRun(files.runbook, words, files.rollout, options.reason),
    accepted,
    lanes: files.lanes,
    ...(files.settings === undefined ? {} : { settings: files.settings }),
    ...(options.device === undefined ? {} : { devices: options.device }),
    ...(options.reason === undefined ? {} : { acceptReason: options.reason }),
    ...(options.change === undefined ? {} : { changeId: options.change }),
    ...(options.retryLogins === true ? { retryLogins: true } : {}),
  };
}

/**
 * Has the worker look at every box, and shows how that goes. Ctrl-C ends the look.
 * @returns undefined when it was interrupted
 */
export async function makePlan(
  session: Session,
  files: CheckedFiles,
  options: RunOptions,
  look: PlanLook = { kind: 'plan' },
): Promise<Plan | undefined> {
  await sayUnserved(session, files);
  const started = await startPlan(session.client, files, options, look);
  const progress = await openProgress(files.runbook.phases, 'Looking only; Ctrl-C ends it');
  const interrupt = onInterrupt();
  let ended = false;
  const result = started.result().finally(() => {
    ended = true;
  });
  try {
    const read = createReader();
    const watching = (async () => {
      while (!ended && !interrupt.signal.aborted) {
        const reading = await read(session.client, started.workflowId).catch(() => undefined);
        const document = reading?.from === 'worker' ? reading.document : undefined;
        if (document !== undefined && !ended) progress.state(document);
        await Promise.race([
          new Promise((resolve) => setTimeout(resolve, lookMs)),
          result.catch(() => undefined),
        ]);
      }
    })();
    await Promise.race([result.catch(() => undefined), watching]);
    if (interrupt.signal.aborted && !ended) {
      await session.client.workflow
        .getHandle(started.workflowId)
        .cancel()
        .catch(() => undefined);
      return undefined;
    }
    return await result;
  } finally {
    interrupt.release();
    progress.close({ keep: interrupt.signal.aborted });
  }
}

/** Before anything waits for a worker that is not there. */
async function sayUnserved(session: Session, files: CheckedFiles): Promise<void> {
  const sites = await sitesOf(session.client, files.entries).catch(() => []);
  const lines = unservedLines(sites, viewOf(process.stderr));
  if (lines.length === 0) return;
  for (const line of lines) say(line);
  if (session.embedded) say(embeddedServerNote);
}
