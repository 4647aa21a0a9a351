import type { DeviceTrack } from '../run-state.ts';

/** It stands at a failure, was left out at one, or needs hands. One that is tried again counts until it has come through. */
export function hasFailed({ failed, status }: Pick<DeviceTrack, 'failed' | 'status'>): boolean {
  return failed || status === 'needs-hands';
}
