import type { RunDocument } from '../../../workflows/contract.ts';
import { follow, type FollowEnd } from '../../client/follow.ts';
import { createReader } from '../../client/read-run.ts';
import { readRunInput } from '../../client/run-input.ts';
import type { Session } from '../../client/session.ts';
import type { GlobalOptions } from '../../main.ts';
import { commandLine } from '../../../report/index.ts';
import type { Phases } from '../../output/phases.ts';
import { recordPage } from '../../output/record-page.ts';
import { runJson } from '../../output/run-json.ts';
import { statusPage } from '../../output/status-page.ts';
import { viewOf } from '../../output/view.ts';
import { onInterrupt } from './interrupt.ts';
import { printData, say } from './print.ts';
import { openProgress } from './progress.ts';

/**
 * Follows a run until it is closed or nothing can move without a person, prints how it stands then and sets the exit code.
 * Ctrl-C ends only the following.
 */
export async function followRun(
  session: Session,
  workflowId: string,
  output: GlobalOptions['output'],
  known?: Phases,
): Promise<void> {
  const phases = known ?? (await readRunInput(session.client, workflowId))?.runbook.phases ?? [];
  const interrupt = onInterrupt();
  const progress = await openProgress(phases);
  let end: FollowEnd = { why: 'detached' };
  try {
    end = await follow(session.client, workflowId, progress, interrupt.signal, createReader());
  } finally {
    progress.close({ keep: end.why === 'detached' || output !== 'table' || !process.stdout.isTTY });
    interrupt.release();
  }
  process.exitCode = showEnd(end, workflowId, phases, output);
}

function showEnd(
  end: FollowEnd,
  workflowId: string,
  phases: Phases,
  output: GlobalOptions['output'],
): number {
  const view = viewOf(process.stdout);
  switch (end.why) {
    case 'detached': {
      const { program } = view;
      say(`\nDetached; the run goes on. Come back with: ${commandLine(program, ['watch', workflowId])}`);
      return 130;
    }
    case 'closed':
    case 'waiting':
      printData(
        runJson(end.document, view.program),
        () => statusPage(end.document, view, { phases }),
        output,
      );
      return exitCodeOf(end.document, end.why === 'closed');
    case 'closed-without-result':
      printData(end.record, () => recordPage(end.record, view), output);
      return end.record.status === 'FAILED' ? 1 : 7;
  }
}

/** 5 while the run waits; what the run itself says once it is closed. */
export function exitCodeOf(document: RunDocument, closed: boolean): number {
  return closed ? document.exitCode : 5;
}
