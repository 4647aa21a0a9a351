/** What shards and their parent say to each other. Part of the contract: types and plain constants only. */
import type { KnownRefusals } from '../devices/session.ts';
import type { DeviceNews, DeviceResult } from './contract.ts';

/**
 * Marks what shards and their parent say to each other about many devices: it is compressed on its way. The JSON of such a message
 * begins with it, so `bulk` is its first field.
 */
export const bulkMark = '{"bulk":true';

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
