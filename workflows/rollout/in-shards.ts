import { condition } from '@temporalio/workflow';
import { deviceKey } from '../contract.ts';
import type { DeviceTrack } from '../run-state.ts';
import { divide, runShard, type ShardedStage, type ShardMember } from '../shards.ts';
import type { Execution } from '../stages.ts';
import type { RolloutGate } from './gate.ts';
import { isSettled } from './roll-out.ts';

type Wave = readonly (readonly DeviceTrack[])[];

/**
 * Takes waves in shards, one after another, so that failures are counted exactly: each gets what is left of the budget, and hands
 * back what it has not begun when that is used up or the window closes. All asking is done by the run itself.
 */
export function takeInShards(
  execution: Execution,
  sharded: ShardedStage,
  memberOf: (track: DeviceTrack, handBack: () => void) => ShardMember,
  leaveOut: (track: DeviceTrack, refusal: string | undefined) => void,
): (wave: Wave, gate: RolloutGate) => Promise<void> {
  let begun = 0;
  return async (wave, gate) => {
    const lanes = sharded.stage.lanes ?? execution.input.options.lanes;
    const queue = divide(wave);
    const results: Promise<void>[] = [];
    const back = new Set<DeviceTrack>();
    for (;;) {
      if (back.size > 0) {
        queue.unshift(...divide(wave.map((chain) => chain.filter((track) => back.has(track)))));
        back.clear();
      }
      const shard = queue.shift();
      if (shard === undefined) {
        await Promise.all(results);
        if (back.size > 0) continue;
        return;
      }
      const tracks = shard.flat();
      const [first] = tracks;
      if (first === undefined) continue;
      if (!gate.isOpen(first)) await gate.opened(first);
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
      const open = new Map(members.flat().map((member) => [deviceKey(member.work.target), member]));
      results.push(
        runShard(
          execution,
          { ...sharded, allowance: gate.allowance() },
          { name: `shard-${String(begun)}`, shard: members, open, width: Math.min(lanes, tracks.length) },
        ),
      );
      await condition(() => open.size === 0 || tracks.every((track) => back.has(track) || isSettled(track)));
    }
  };
}
