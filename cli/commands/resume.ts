import type { Command } from 'commander';
import { configureWithReason } from './flow/reason-options.ts';

export function configure(command: Command): void {
  configureWithReason(
    command,
    'resume',
    'Each device is looked at again before anything is changed on it: what was done by hand meanwhile is taken over.',
  );
}
