import type { DeviceAtWork } from '../device-at-work.ts';
import type { Gate } from '../device-lanes.ts';
import type { Allowance } from './limits.ts';

/** The gate within a shard of a stage with a rollout: over for good once its allowance is used up. */
export function allowanceGate(
  base: Gate<DeviceAtWork>,
  devices: () => readonly DeviceAtWork[],
  { failures, lastStart }: Allowance,
): Gate<DeviceAtWork> {
  let isSpent = false;
  const spent = (): boolean => {
    isSpent ||=
      (failures !== null && devices().filter((device) => device.failed()).length > failures) ||
      (lastStart !== null && Date.now() > Date.parse(lastStart));
    return isSpent;
  };
  return {
    isOpen: (device) => base.isOpen(device) || spent(),
    opened: (device) => base.opened(device),
    isOver: () => base.isOver() || spent(),
  };
}
