import { Option, type Command } from 'commander';
import type { PlanOptions } from './options.ts';

/** Options of `plan` and `run` about many FMCs. */
export interface FleetOptions extends PlanOptions {
  readonly fleet?: string;
  readonly member?: readonly string[];
  readonly leaveOut?: readonly string[];
}

export function addFleetOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--fleet <file>', 'many FMCs: a file that names their inventories, in place of --inventory'),
    )
    .addOption(new Option('--member <name...>', 'only these members of the fleet'))
    .addOption(new Option('--leave-out <name...>', 'members that are left out; needs --reason'));
}
