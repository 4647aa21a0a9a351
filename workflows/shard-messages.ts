/** What device runs, above all shards, get and tell about their devices. Part of the contract: types and plain constants only. */
import type { JsonObject } from '../language/json.ts';
import type { KnownRefusals } from '../devices/session.ts';
import type { DeviceNews, DeviceResult, Pause, TargetRef } from './contract.ts';

/**
 * Marks what shards and their parent say to each other about many devices: it is compressed on its way. The JSON of such a message
 * begins with it, so `bulk` is its first field.
 */
export const bulkMark = '{"bulk":true';

/** A device of a device run; where entries are asked, an entry. */
export interface DeviceWork {
  readonly target: TargetRef;
  /** Its facts so far. */
  readonly facts: JsonObject;
  readonly phase: string;
  /** It comes after the device before it in the list: units of one group come one after another. */
  readonly follows?: boolean;
  /** Nothing that changes it is begun until it is released. */
  readonly hold?: Pause;
  /** Attempts of an earlier device run of it in this stage: ids go on counting. */
  readonly attempts?: Readonly<Record<string, number>>;
}

/** How a device of a shard ended. */
export interface DeviceEnd extends DeviceResult {
  /** See `deviceKey`. */
  readonly key: string;
}

/** Result of a shard: the ends that it has not told before, since one message over all of them might be too large. */
export interface ShardResult {
  readonly bulk: true;
  readonly ends: readonly DeviceEnd[];
}

/** Signal from a shard to its parent: where several of its devices stand. */
export interface ShardNews {
  readonly bulk: true;
  /** Workflow id of the shard. */
  readonly shard: string;
  /** Counts: signals may overtake each other. */
  readonly number: number;
  readonly news: readonly (DeviceNews & { readonly key: string })[];
  readonly ends: readonly DeviceEnd[];
  /** Of logins, that it has met or been told of. */
  readonly refusals?: KnownRefusals;
}
export const shardNewsSignal = 'shardNews';

/** What tells a device from the others of its stage: its uuid; before that is known, its entry. */
export function deviceKey(target: TargetRef): string {
  return target.uuid ?? target.entry ?? target.name;
}
