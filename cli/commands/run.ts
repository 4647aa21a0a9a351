import { Option, type Command } from 'commander';
import { addPlanOptions, globalsOf, mayAsk, type PlanOptions } from './flow/options.ts';

export interface RunVerbOptions extends PlanOptions {
  readonly plan?: string;
  readonly yes?: boolean;
  readonly detach?: boolean;
  /** Refused, not followed, where a run of the same id is open. */
  readonly alone?: boolean;
}

export function configure(command: Command): void {
  addPlanOptions(command.argument('<runbook>', 'name or file of the runbook'))
    .addOption(
      new Option(
        '--plan <file>',
        'do what this plan shows; refused when the boxes or files have changed since',
      ),
    )
    .addOption(
      new Option(
        '-y, --yes',
        'accept the plan as it will be shown, without being asked; recorded as unattended',
      ),
    )
    .addOption(new Option('--detach', 'start and return at once; prints the id'))
    .action(async (runbook: string) => {
      const { runVerb } = await import('./flow/run-verb.ts');
      const globals = globalsOf(command);
      await runVerb(runbook, command.opts<RunVerbOptions>(), {
        output: globals.output,
        mayAsk: mayAsk(globals),
      });
    });
}
