import { condition, patched } from '@temporalio/workflow';
import type { Stage } from '../language/runbook.ts';
import {
  deviceKey,
  type DeviceEnd,
  type DeviceInput,
  type DeviceWork,
  type ShardNews,
  type ShardResult,
  type TargetRef,
} from './contract.ts';
import { startDeviceRun, type DeviceRunInput } from './device-child.ts';
import { stagePath, type Side } from './run-state.ts';
import type { Execution } from './stages.ts';

/** Up to here each device is dealt with by itself: it can be told apart in the Temporal UI, and tells of every step. */
export const largestSmallStage = 50;
/** A shard with this many devices has a history that stays small, with retries too. */
const shardSize = 100;
/**
 * A shard with this many lanes takes one turn for what several of its devices have come to, and its devices cost half of what they do
 * with a lane or two. It is begun as soon as so many of them are free.
 */
const leastWidth = 16;
const leastFree = 0.75;
/** How often a shard tells its parent what nobody waits for; of many shards each more seldom, since the history of the parent has an end. */
const newsEveryMs = 5_000;
const newsOfManyEveryMs = 500;

/** A device on its way through a shard, as its parent follows it. */
export interface ShardMember {
  readonly target: TargetRef;
  /** What its shard gets: as it is when that is begun. */
  work(): DeviceWork;
  /** Asked when its shard is begun: is it still to be among its devices? */
  isToBegin(): boolean;
  /** Where it stands; not told of what waits for its lane. */
  told(news: ShardNews['news'][number] & { readonly number: number }): void;
  ended(end: DeviceEnd): void;
  /** The run is stopped before its shard was begun. */
  leftOut(): void;
  /** Somebody terminated its shard. */
  lost(text: string): void;
  /** It stands at a question. */
  isParked(): boolean;
}

export interface ShardedStage {
  readonly side: Side | undefined;
  readonly stage: Stage;
  readonly looking?: DeviceInput['looking'];
  readonly allowance?: DeviceInput['allowance'];
  readonly newsEveryMs?: number;
}

/** Is a stage over this many devices, or entries, gone through in shards? Older workers had none. */
export function isSharded(count: number): boolean {
  return count > largestSmallStage && patched('shards');
}

/**
 * Takes many devices through a stage: one child workflow for each hundred of them, the run's lanes divided over those that are open.
 * Chains stay whole. A shard in which little moves without a person gives the lanes that it does not use to the next.
 */
export async function runShards(
  execution: Execution,
  sharded: ShardedStage,
  chains: readonly (readonly ShardMember[])[],
): Promise<void> {
  const { desk, input } = execution;
  const shards = divide(chains);
  const lanes = sharded.stage.lanes ?? input.options.lanes;
  // Older workers opened as many shards as there were lanes, and began the next when nothing moved any more in one.
  const isWide = patched('wide-shards');
  const places = Math.min(shards.length, isWide ? Math.max(1, Math.floor(lanes / leastWidth)) : lanes);
  const told = isWide ? places : shards.length;
  const paced = { ...sharded, newsEveryMs: Math.max(newsEveryMs, told * newsOfManyEveryMs) };
  const queue = shards.entries();
  const results: Promise<void>[] = [];
  const place = async (width: number): Promise<void> => {
    const begun: ReadonlyMap<string, ShardMember>[] = [];
    const mayMove = isWide ? width - Math.ceil(width * leastFree) : 0;
    for (const [index, whole] of queue) {
      if (sharded.looking === undefined && desk.paused() !== undefined) await desk.resumed();
      const shard = only(whole, (member) => member.isToBegin());
      const members = shard.flat();
      if (members.length === 0) continue;
      if (desk.stopped()) {
        for (const member of members) member.leftOut();
        continue;
      }
      const { open, result } = beginShard(execution, paced, {
        name: `shard-${String(index + 1)}`,
        shard,
        width: Math.max(1, width - (isWide ? movingIn(begun, width) : 0)),
      });
      results.push(result);
      begun.push(open);
      await condition(() => movingIn(isWide ? begun : [open], mayMove + 1) <= mayMove);
    }
  };
  await Promise.all(
    Array.from({ length: places }, (_, n) =>
      place(Math.floor(lanes / places) + (n < lanes % places ? 1 : 0)),
    ),
  );
  await Promise.all(results);
}

interface Shard {
  readonly name: string;
  readonly shard: readonly (readonly ShardMember[])[];
  readonly width: number;
}

/** Begins a shard. `open`: those of its members that have not ended; it empties itself. */
export function beginShard(
  execution: Execution,
  sharded: ShardedStage,
  shard: Shard,
): { readonly open: ReadonlyMap<string, ShardMember>; readonly result: Promise<void> } {
  const open = new Map(shard.shard.flat().map((member) => [deviceKey(member.target), member]));
  return { open, result: runShard(execution, sharded, shard, open) };
}

async function runShard(
  execution: Execution,
  { side, stage, looking, allowance, newsEveryMs: everyMs = newsEveryMs }: ShardedStage,
  { name, shard, width }: Shard,
  open: Map<string, ShardMember>,
): Promise<void> {
  const members = shard.flat();
  const workflowId = `${execution.run.workflowId}/${stagePath(execution.state, side, stage)}/${name}`;
  const end = (found: DeviceEnd): void => {
    const member = open.get(found.key);
    open.delete(found.key);
    member?.ended(found);
  };
  execution.shards.set(workflowId, ({ number, news, ends }) => {
    for (const one of news) open.get(one.key)?.told({ ...one, number });
    ends.forEach(end);
  });
  const devices = shard.flatMap((chain) =>
    chain.map((member, place) => ({ ...member.work(), ...(place === 0 ? {} : { follows: true }) })),
  );
  const child: DeviceRunInput = {
    side,
    stage,
    devices,
    lanes: width,
    newsEveryMs: everyMs,
    chatty: false,
    ...(looking === undefined ? {} : { looking }),
    ...(allowance === undefined ? {} : { allowance }),
  };
  const names = [members[0], members.at(-1)].map((member) => member?.target.name ?? '');
  const summary = `${stage.title}: ${names.join(' to ')} (${String(members.length)})`;
  try {
    const run = await startDeviceRun<ShardResult>(execution, workflowId, summary, child);
    const { ends } = await run.result;
    ends.forEach(end);
  } catch (thrown) {
    const text = thrown instanceof Error ? thrown.message : String(thrown);
    for (const member of open.values()) member.lost(text);
  } finally {
    open.clear();
    execution.shards.delete(workflowId);
    execution.onChange();
  }
}

/** How many go on, or may be begun, without a person; counted no further than `most`. Asked after every activation. */
function movingIn(open: readonly ReadonlyMap<string, ShardMember>[], most: number): number {
  let count = 0;
  for (const members of open)
    for (const member of members.values()) {
      if (!member.isParked()) count += 1;
      if (count >= most) return count;
    }
  return count;
}

/** What is left of chains without the others. */
export function only<Item>(
  chains: readonly (readonly Item[])[],
  isOf: (item: Item) => boolean,
): (readonly Item[])[] {
  return chains.map((chain) => chain.filter(isOf)).filter((chain) => chain.length > 0);
}

/** Shards of the same size, as far as chains allow. */
export function divide<Item>(chains: readonly (readonly Item[])[]): (readonly Item[])[][] {
  const total = chains.reduce((sum, chain) => sum + chain.length, 0);
  const size = Math.ceil(total / Math.ceil(total / shardSize));
  const shards: (readonly Item[])[][] = [];
  let room = 0;
  for (const chain of chains) {
    if (room <= 0) {
      shards.push([]);
      room = size;
    }
    shards.at(-1)?.push(chain);
    room -= chain.length;
  }
  return shards;
}
