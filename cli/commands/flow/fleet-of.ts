import { formatIssue, RunbookError } from '../../../errors/index.ts';
import { checkFleet, type CheckedFleet } from '../../client/fleet-files.ts';
import type { FleetOptions } from './fleet-options.ts';
import { inputWords } from './options.ts';
import { say } from './print.ts';

/** Reads and checks all files of a fleet, before any server or box is touched. */
export function fleetOf(runbook: string, options: FleetOptions): CheckedFleet {
  if (options.device !== undefined)
    throw new RunbookError('INPUT_INVALID', '--device does not go with --fleet.', {
      remedy: 'Name the devices of a member in the fleet file (`devices:`), or choose members with --member.',
    });
  const checked = checkFleet(
    { runbook, fleet: options.fleet ?? '', settings: options.settings },
    {
      inputs: inputWords(options),
      pack: options.pack,
      accept: options.accept ?? [],
      leaveOut: options.leaveOut ?? [],
      members: options.member,
      reason: options.reason,
      change: options.change,
    },
  );
  for (const warning of checked.warnings) say(`warning: ${formatIssue(warning)}`);
  return checked;
}
