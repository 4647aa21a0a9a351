import type { Command } from 'commander';
import { configureWithReason } from './flow/reason-options.ts';

export function configure(command: Command): void {
  configureWithReason(
    command,
    'pause',
    'Nothing that changes a box is begun until `runbook resume`; what is in flight is finished, and the run goes on looking. The\nanswer says what is in flight and what it means for the devices that the run stands still now.',
  );
}
