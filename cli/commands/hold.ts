import type { Command } from 'commander';
import { configureForDevice } from './flow/device-options.ts';

export function configure(command: Command): void {
  configureForDevice(
    command,
    'hold',
    'Nothing that changes the device is begun until `runbook release`; a step in flight is finished, one that was not begun stays so.\nOther devices go on. Also in the time after the generation: the answer says what that means for the device.',
    "  runbook hold @last --device ftd-3 --reason 'the site is in use'",
  );
}
