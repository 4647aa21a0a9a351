import type { Command } from 'commander';
import { configureWithReason } from './flow/reason-options.ts';

export function configure(command: Command): void {
  configureWithReason(
    command,
    'cancel',
    'Before a new CA is made, what was changed is taken back. After, what is under way is finished, good new sets stay, and\nwhat is left is listed. Follow it with `runbook watch`.',
  );
}
