/** What is only looked at, as a member of a shard: nobody is asked, and what cannot be seen is a finding. */
import type { JsonObject } from '../language/json.ts';
import type { Finding, TargetRef } from './contract.ts';
import { addFinding, addFindings, deviceFacts, type DeviceTrack, type Side } from './run-state.ts';
import type { ShardMember } from './shards.ts';
import type { Execution } from './stages.ts';

/** A device in a stage that only reads; one that is done already is only looked at again. */
export function lookedAtMember(execution: Execution, side: Side, track: DeviceTrack): ShardMember {
  const { state } = execution;
  const { status } = track;
  const back = (): void => {
    track.status = status;
    track.step = '';
  };
  return {
    isToBegin: () => true,
    target: track.target,
    work: () => ({ target: track.target, facts: deviceFacts(side, track), phase: track.phase }),
    told: (news) => {
      track.status = news.status;
      track.step = news.step;
    },
    ended: (end) => {
      back();
      track.phase = end.phase;
      track.facts = { ...track.facts, ...end.facts };
      addFindings(state, end);
    },
    leftOut: back,
    lost: (text) => {
      back();
      notSeen(execution, track.target, text);
    },
    isParked: () => false,
  };
}

export function entryMember(
  execution: Execution,
  target: TargetRef,
  note: (entry: TargetRef, facts: JsonObject) => void,
): ShardMember {
  const { state } = execution;
  const nothing = (): void => {
    note(target, {});
  };
  return {
    isToBegin: () => true,
    target,
    work: () => ({ target, facts: {}, phase: '' }),
    told: () => undefined,
    ended: (end) => {
      note(target, end.facts);
      addFindings(state, end);
    },
    leftOut: nothing,
    lost: (text) => {
      nothing();
      notSeen(execution, target, text);
    },
    isParked: () => false,
  };
}

/** Somebody terminated the shard. */
function notSeen({ state }: Execution, target: TargetRef, text: string): void {
  const finding: Finding = {
    code: 'ENGINE_INTERNAL',
    severity: 'accept',
    box: target.name,
    ...(target.uuid === undefined ? {} : { uuid: target.uuid }),
    text: `It was not looked at: the shard ended without an answer: ${text}`,
  };
  addFinding(state, finding);
}
