import type { Question } from '../contract.ts';
import type { DeviceTrack } from '../run-state.ts';

/** A question at which a device stands because something went wrong, and not because a person has something to say or to do. */
export function isFailure({ kind }: Pick<Question, 'kind'>): boolean {
  return kind === 'failed' || kind === 'prompt' || kind === 'unknown-outcome';
}

/** It stands at a failure, was left out at one, or needs hands. One that is tried again counts until it has come through. */
export function hasFailed({ failed, status }: Pick<DeviceTrack, 'failed' | 'status'>): boolean {
  return failed || status === 'needs-hands';
}
