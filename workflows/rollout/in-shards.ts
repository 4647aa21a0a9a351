import { condition } from '@temporalio/workflow';
import type { DeviceTrack } from '../run-state.ts';
import { beginShard, divide, only, type ShardedStage, type ShardMember } from '../shards.ts';
import type { Execution } from '../stages.ts';
import type { RolloutGate } from './gate.ts';
import { isSettled } from './roll-out.ts';

type Wave = readonly (readonly DeviceTrack[])[];

interface OfDevices {
  readonly memberOf: (track: DeviceTrack, handBack: () => void) => ShardMember;
  /** No person has left it out meanwhile, or begun it again elsewhere. */
  readonly isToBegin: (track: DeviceTrack) => boolean;
  readonly leaveOut: (track: DeviceTrack, refusal: string | undefined) => void;
}

/**
 * Takes waves in shards, one after another, so that failures are counted exactly: each gets what is left of the budget, and hands
 * back what it has not begun when that is used up or the window closes. All asking is done by the run itself.
 */
export function takeInShards(
  execution: Execution,
  sharded: ShardedStage,
  { memberOf, isToBegin, leaveOut }: OfDevices,
): (wave: Wave, gate: RolloutGate) => Promise<void> {
  let begun = 0;
  return async (wave, gate) => {
    const lanes = sharded.stage.lanes ?? execution.input.options.lanes;
    const queue = divide(wave);
    const results: Promise<void>[] = [];
    const back = new Set<DeviceTrack>();
    for (;;) {
      if (back.size > 0) {
        queue.unshift(...divide(only(wave, (track) => back.has(track))));
        back.clear();
      }
      const whole = queue.shift();
      if (whole === undefined) {
        await Promise.all(results);
        if (back.size > 0) continue;
        return;
      }
      const next = whole.flat().find(isToBegin);
      if (next === undefined) continue;
      if (!gate.isOpen(next)) await gate.opened(next);
      const shard = only(whole, isToBegin);
      const tracks = shard.flat();
      if (tracks.length === 0) continue;
      if (gate.isOver()) {
        for (const track of tracks) leaveOut(track, gate.refusal());
        continue;
      }
      begun += 1;
      const members = shard.map((chain) =>
        chain.map((track) =>
          memberOf(track, () => {
            back.add(track);
          }),
        ),
      );
      const { open, result } = beginShard(
        execution,
        { ...sharded, allowance: gate.allowance() },
        { name: `shard-${String(begun)}`, shard: members, width: Math.min(lanes, tracks.length) },
      );
      results.push(result);
      await condition(() => open.size === 0 || tracks.every((track) => back.has(track) || isSettled(track)));
    }
  };
}
