import { formatIssue, RunbookError } from '../../../errors/index.ts';
import { checkFiles, type CheckedFiles } from '../../client/files.ts';
import type { InventoryOptions } from './options.ts';
import { say } from './print.ts';

/** Reads and checks all files of a command, before any server or box is touched. */
export function filesOf(runbook: string, options: InventoryOptions): CheckedFiles {
  if (options.inventory === undefined) {
    throw new RunbookError('INPUT_MISSING', 'Which boxes? --inventory is missing.', {
      remedy: 'Give --inventory devices.csv (or set RUNBOOK_INVENTORY); the host keys by --known-hosts FILE.',
    });
  }
  const files = checkFiles({
    runbook,
    inventory: options.inventory,
    knownHosts: options.knownHosts,
    settings: options.settings,
  });
  for (const warning of files.warnings) say(`warning: ${formatIssue(warning)}`);
  return files;
}
