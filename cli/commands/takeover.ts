import type { Command } from 'commander';
import { configureWithReason } from './flow/reason-options.ts';

export function configure(command: Command): void {
  configureWithReason(
    command,
    'takeover',
    'From then on you stand in status and report as the one in charge. It locks nobody out: everybody can still answer and pause.',
  );
}
