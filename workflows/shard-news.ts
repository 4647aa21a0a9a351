import { condition, getExternalWorkflowHandle, workflowInfo } from '@temporalio/workflow';
import { shardNewsSignal, type DeviceEnd, type ShardNews } from './contract.ts';
import type { Desk } from './desk.ts';
import type { DeviceAtWork } from './device-at-work.ts';
import type { Refusals } from './refusals.ts';

/** What nobody waits for is told at the latest when it is this old and something moves: a run may take a night. */
const longestMs = 60_000;

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

/**
 * News go out when a fifth of the devices have changed, when nothing moves any more without a person, after a turn of the desk, and
 * when they are a minute old. The end of a device is told once, with all of its facts.
 */
export function createShardNews(
  devices: readonly DeviceAtWork[],
  desk: Desk,
  refusals: Refusals,
): ShardTeller {
  const { parent, workflowId } = workflowInfo();
  const enough = Math.ceil(devices.length / 5);
  const told = new Map<DeviceAtWork, string>();
  const changes = new Set<DeviceAtWork>();
  /** Told, and the parent's server has confirmed it. */
  const delivered = new Set<DeviceAtWork>();
  let since = 0;
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
      if (changes.size === 0) since = Date.now();
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
        await condition(() => isClosed || isDue());
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
