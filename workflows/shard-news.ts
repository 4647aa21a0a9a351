import { condition, getExternalWorkflowHandle, workflowInfo } from '@temporalio/workflow';
import { shardNewsSignal, type DeviceEnd, type ShardNews } from './contract.ts';
import type { Desk } from './desk.ts';
import type { DeviceAtWork } from './device-at-work.ts';
import type { Refusals } from './refusals.ts';

/** In shards of older workers: what nobody waits for is told at the latest when it is this old and something moves. */
const longestMs = 60_000;
/** A run may take a night: the times between news grow, up to so many times the first one. */
const longestPace = 12;

/** How a shard tells its parent where its devices stand: each message costs the parent events, so that several devices share one. */
export interface ShardTeller {
  changed(device: DeviceAtWork): void;
  /** A question, an answer, a pause, a stop: what has changed by it is told at once. */
  deskChanged(): void;
  /** Tells until {@link close}. */
  keepTelling(): Promise<void>;
  close(): void;
  /** The ends that the parent has not been told. */
  untold(): DeviceEnd[];
}

export interface ShardPace {
  /** What nobody waits for is told so often at first; absent in shards of older workers. */
  readonly everyMs: number | undefined;
  /** No device goes on, or may be begun, without a person or the parent. */
  readonly isIdle: () => boolean;
}

/**
 * News go out after a turn of the desk, when nothing moves any more, and else by the clock: all shards tell at the same times, so that
 * their parent is woken once for all of them. The end of a device is told once, with all of its facts.
 */
export function createShardNews(
  devices: readonly DeviceAtWork[],
  desk: Desk,
  refusals: Refusals,
  { everyMs, isIdle }: ShardPace,
): ShardTeller {
  const { parent, workflowId } = workflowInfo();
  const enough = Math.ceil(devices.length / 5);
  const told = new Map<DeviceAtWork, string>();
  const changes = new Set<DeviceAtWork>();
  /** Told, and the parent's server has confirmed it. */
  const delivered = new Set<DeviceAtWork>();
  let since = 0;
  let dueAt = 0;
  let isUrgent = false;
  let isClosed = false;
  let number = 0;

  const keyOf = (device: DeviceAtWork): string => {
    const isHalted =
      desk.paused(device.key) !== undefined && ['running', 'waiting'].includes(device.status());
    // One that is handed back has the status that it had before.
    return device.standing(isHalted) + (device.result() === undefined ? '' : '\nended');
  };
  const isDue = (): boolean => {
    if (changes.size === 0) return false;
    if (everyMs !== undefined) return isUrgent || isIdle();
    if (isUrgent || changes.size >= enough || Date.now() - since >= longestMs) return true;
    // The rest is told by the result.
    const open = devices.filter((device) => device.result() === undefined);
    return open.length > 0 && !open.some((device) => device.status() === 'running' && !device.standsStill());
  };
  const tell = async (): Promise<void> => {
    const now = [...changes];
    changes.clear();
    isUrgent = false;
    for (const device of now) told.set(device, keyOf(device));
    if (parent === undefined) return;
    number += 1;
    const ended = now.filter((device) => device.result() !== undefined);
    try {
      await getExternalWorkflowHandle(parent.workflowId).signal(shardNewsSignal, {
        bulk: true,
        shard: workflowId,
        number,
        news: now.flatMap((device) => (device.result() === undefined ? [newsOf(device)] : [])),
        ends: ended.flatMap(endOf),
        ...refusals.known(),
      } satisfies ShardNews);
      for (const device of ended) delivered.add(device);
    } catch {
      // A parent that is closed does not need to hear it; one that lives gets it with the result.
    }
  };

  return {
    changed(device) {
      if (keyOf(device) === told.get(device)) return;
      if (changes.size === 0) {
        since = Date.now();
        if (everyMs !== undefined) {
          const paceMs = everyMs * Math.min(1 + number / 10, longestPace);
          dueAt = Math.ceil((since + paceMs - everyMs) / everyMs) * everyMs;
        }
      }
      changes.add(device);
      // Stopped or paused, a person waits to see what is still being finished.
      if (desk.paused(device.key) !== undefined || desk.stopped()) isUrgent = true;
    },
    deskChanged() {
      isUrgent = changes.size > 0;
    },
    async keepTelling() {
      const telling: Promise<void>[] = [];
      for (;;) {
        // Looked at when everything of an activation has been dealt with: what happened at once is told at once.
        await condition(() => isClosed || (everyMs === undefined ? isDue() : changes.size > 0));
        if (everyMs !== undefined && !isClosed && !isDue())
          await condition(() => isClosed || isDue(), Math.max(1, dueAt - Date.now()));
        if (isClosed) break;
        telling.push(tell());
      }
      await Promise.all(telling);
    },
    close() {
      isClosed = true;
    },
    untold: () => devices.filter((device) => !delivered.has(device)).flatMap(endOf),
  };
}

function newsOf(device: DeviceAtWork): ShardNews['news'][number] {
  const { facts, ...news } = device.news();
  // What a person is asked about is shown with its facts; all others tell theirs at their end.
  return {
    ...news,
    key: device.key,
    ...(news.questions.length === 0 || facts === undefined ? {} : { facts }),
  };
}

function endOf(device: DeviceAtWork): DeviceEnd[] {
  const result = device.result();
  return result === undefined ? [] : [{ ...result, key: device.key }];
}
