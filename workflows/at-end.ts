import { RunbookError } from '../errors/index.ts';
import type { Runbook, Stage } from '../language/runbook.ts';
import type { Side } from './run-state.ts';
import { runManagerSteps, type Execution } from './stages.ts';

/**
 * What every end of a run goes through: after the last stage, after a refusal, after a cancel. From here on a cancel settles
 * nothing: the run stays open until a person has answered what is asked. Where somebody says no, that is recorded and the end goes
 * on; what it leaves is for the runbook's `afterwards` and columns to say.
 */
export async function runAtEnd(execution: Execution, { atEnd }: Runbook): Promise<void> {
  if (atEnd === undefined) return;
  execution.desk.end();
  for (const stage of atEnd) {
    execution.state.stage = stage.id;
    execution.onChange();
    for (const side of execution.state.sides) await runEndStage(execution, side, stage);
  }
}

async function runEndStage(execution: Execution, side: Side, stage: Stage): Promise<void> {
  try {
    // Where a box cannot be reached any more, nobody could close the run: what was not done is a finding.
    await runManagerSteps(execution, side, stage, stage.steps, 'finding');
  } catch (thrown) {
    if (!(thrown instanceof RunbookError) || thrown.code !== 'STEP_ASSERT') throw thrown;
    // The run ended before its facts were made: never silently taken for "not needed".
    execution.state.findings.push({
      code: thrown.code,
      severity: 'warn',
      box: side.manager.name,
      text: `${stage.title}: whether it is needed could not be told. ${thrown.message}`,
    });
  }
}
