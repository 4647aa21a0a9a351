import { defineSignal, setHandler } from '@temporalio/workflow';
import { deviceNewsSignal, shardNewsSignal, type DeviceNews, type ShardNews } from './contract.ts';
import { isFailure } from './choose-questions.ts';
import type { DeviceTrack } from './run-state.ts';
import type { Execution } from './stages.ts';

/** Hears what device runs and shards tell of their devices while they run. */
export function takeDeviceNews(execution: Execution): void {
  const { state } = execution;
  setHandler(defineSignal<[DeviceNews]>(deviceNewsSignal), (news) => {
    const side = state.sides.find(
      ({ manager }) => news.manager === undefined || (manager.uuid ?? '') === news.manager,
    );
    const track = side?.devices.get(news.uuid);
    if (track === undefined || (track.status !== 'running' && track.status !== 'parked')) return;
    const { number = track.newest + 1 } = news;
    if (number < track.newest) return;
    hear(execution, track, { ...news, number });
    state.refusals.learn(news.refusals);
    execution.onChange();
  });
  setHandler(defineSignal<[ShardNews]>(shardNewsSignal), (news) => {
    execution.shards.get(news.shard)?.(news);
    state.refusals.learn(news.refusals);
    execution.onChange();
  });
}

/** Takes over where a device stands. */
export function hear(execution: Execution, track: DeviceTrack, news: DeviceNews & { number: number }): void {
  track.newest = news.number;
  track.status = news.status;
  track.phase = news.phase;
  track.step = news.step;
  track.questions = news.questions;
  track.failed ||= news.questions.some(isFailure);
  for (const fault of news.faults ?? []) execution.state.faults.set(fault.id, fault);
  track.decisions = news.decisions ?? [];
  track.held = news.held === true;
  if (news.facts !== undefined) track.facts = { ...track.facts, ...news.facts };
}
