import type { Command } from 'commander';
import { configureWithReason } from './flow/reason-options.ts';

export function configure(command: Command): void {
  configureWithReason(
    command,
    'cancel',
    'What is under way is finished, what is good stays, and what is left is listed. Before anything that cannot be undone, what\nwas changed only for the run is taken back. Follow it with `runbook watch`.',
  );
}
