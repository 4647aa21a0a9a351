import { Option, type Command } from 'commander';
import { addFleetOptions, type FleetOptions } from './flow/fleet-options.ts';
import { addPlanOptions, globalsOf, mayAsk } from './flow/options.ts';

export interface RunVerbOptions extends FleetOptions {
  readonly plan?: string;
  readonly yes?: boolean;
  readonly detach?: boolean;
  /** Refused, not followed, where a run of the same id is open. */
  readonly alone?: boolean;
}

export function configure(command: Command): void {
  addFleetOptions(addPlanOptions(command.argument('<runbook>', 'name or file of the runbook')))
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
      const globals = globalsOf(command);
      const terminal = { output: globals.output, mayAsk: mayAsk(globals) };
      const options = command.opts<RunVerbOptions>();
      if (options.fleet === undefined) {
        const { runVerb } = await import('./flow/run-verb.ts');
        await runVerb(runbook, options, terminal);
      } else {
        const { runFleet } = await import('./flow/fleet-verbs.ts');
        await runFleet(runbook, options, terminal);
      }
    });
}
