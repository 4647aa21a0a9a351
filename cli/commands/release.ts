import type { Command } from 'commander';
import { configureForDevice } from './flow/device-options.ts';

export function configure(command: Command): void {
  configureForDevice(
    command,
    'release',
    'The device goes on after `runbook hold`; it is looked at again before anything is changed on it.',
    '  runbook release @last --device ftd-3',
  );
}
