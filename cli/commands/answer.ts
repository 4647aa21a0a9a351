import type { Command } from 'commander';
import { configureDecision } from './flow/decision-options.ts';

export function configure(command: Command): void {
  configureDecision(command, 'answer');
}
