import {
  allHandlersFinished,
  CancellationScope,
  condition,
  defineQuery,
  defineSignal,
  setCurrentDetails,
  setHandler,
  upsertMemo,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import { defineSearchAttributeKey } from '@temporalio/common';
import { callAction } from './activity-call.ts';
import { showAttention } from './attention-attribute.ts';
import {
  memberNewsSignal,
  memoKey,
  stateQuery,
  type FleetDocument,
  type FleetInput,
  type MemberNews,
} from './contract.ts';
import { createDesk } from './desk.ts';
import { fleetDetails, fleetDocument, fleetMemo, type Fleet } from './fleet-document.ts';
import { passOn, runMember } from './fleet-member.ts';
import { makeMove, mayStillBegin, nextMove } from './fleet-moves.ts';
import { allowedFailures, askingPeople, cancelOf, createTracks, dealLanes, isOpen } from './fleet-state.ts';
import { takeFleetUpdates } from './fleet-updates.ts';
import { nowIso } from './instant.ts';

const phaseKey = defineSearchAttributeKey('RunPhase', 'KEYWORD');

/**
 * Carries out the plans of many managers, a bounded number at once. Each member is the run that it would be alone, with the same id;
 * what is decided here is only which of them begins, and when. Never fails by itself.
 */
export async function fleetRun(input: FleetInput): Promise<FleetDocument> {
  let memo = '';
  let attention = false;
  const desk = createDesk(() => {
    fleet.onChange();
  });
  const fleet: Fleet = {
    input,
    desk,
    tracks: createTracks(input),
    startedAt: nowIso(),
    endedAt: undefined,
    allowed: allowedFailures(input),
    isAgreed: input.canary?.approve !== true,
    isDenied: false,
    asked: undefined,
    askings: 0,
    runs: new Set(),
    onChange: () => {
      const short = fleetMemo(fleet);
      const key = JSON.stringify([
        short.outcome,
        short.score,
        short.questions.map(({ id }) => id),
        short.paused?.since ?? '',
      ]);
      if (key === memo) return;
      memo = key;
      upsertMemo({ [memoKey]: short });
      const needsAttention =
        desk.open().length + askingPeople(fleet.tracks) > 0 || short.paused !== undefined;
      if (needsAttention !== attention) {
        attention = needsAttention;
        showAttention(needsAttention);
      }
      setCurrentDetails(fleetDetails(fleet));
    },
  };
  setHandler(defineQuery<FleetDocument>(stateQuery), () => fleetDocument(fleet), {
    description: 'The fleet as a document: members, questions, decisions',
  });
  setHandler(defineSignal<[MemberNews]>(memberNewsSignal), (news) => {
    takeNews(fleet, news);
  });
  takeFleetUpdates(fleet);
  CancellationScope.current().cancelRequested.catch(() => {
    desk.stop('cancel request');
  });
  void condition(() => desk.stopped()).then(async () => {
    const { by = '', reason = '' } = cancelOf(desk.decisions()) ?? {};
    await passOn(fleet, { verb: 'cancel', input: { by, reason } });
  });

  return await CancellationScope.nonCancellable(async () => {
    upsertSearchAttributes([{ key: phaseKey, value: 'members' }]);
    await runMembers(fleet);
    for (const track of fleet.tracks.filter(({ status }) => status === 'waiting')) {
      track.status = 'skipped';
      track.note ??= 'The fleet was closed before this member was begun.';
    }
    fleet.endedAt = nowIso();
    upsertSearchAttributes([{ key: phaseKey, value: 'closed' }]);
    fleet.onChange();
    await writeReport(fleet);
    await condition(allHandlersFinished);
    return fleetDocument(fleet);
  });
}

/** News of a run that is closed, or that are older than what is known, say nothing. */
function takeNews(fleet: Fleet, news: MemberNews): void {
  const track = fleet.tracks.find(({ member }) => member.name === news.member);
  if (track === undefined || !isOpen(track) || news.number < (track.news?.number ?? 0)) return;
  track.news = news;
  if (news.end !== undefined) track.end = news.end;
  track.status = news.outcome === 'waiting' ? 'parked' : 'running';
  fleet.onChange();
}

async function runMembers(fleet: Fleet): Promise<void> {
  let open = 0;
  const isOver = (): boolean => open === 0 && (fleet.desk.stopped() || !mayStillBegin(fleet));
  for (;;) {
    await condition(() => isOver() || nextMove(fleet) !== undefined);
    const move = nextMove(fleet);
    if (move === undefined) return;
    if (move.move !== 'begin') {
      makeMove(fleet, move);
      continue;
    }
    const { track } = move;
    // In the same turn: the next start already counts this one.
    track.lanes = dealLanes(fleet.input, fleet.tracks);
    track.status = 'running';
    track.startedAt = nowIso();
    open += 1;
    void runMember(fleet, track).finally(() => {
      open -= 1;
      fleet.onChange();
    });
    fleet.onChange();
  }
}

async function writeReport(fleet: Fleet): Promise<void> {
  const info = workflowInfo();
  try {
    await callAction('writeReport', {
      run: { workflowId: info.workflowId, runId: info.firstExecutionRunId },
      inventory: { inventory: fleet.input.fleet.file, digest: fleet.input.fleet.digest },
      step: 'report',
      attempt: 1,
      params: { document: JSON.parse(JSON.stringify(fleetDocument(fleet))) as never },
    });
  } catch {
    fleet.desk.record({
      by: 'engine',
      verb: 'note',
      reason: 'The report could not be written; `runbook report` writes it.',
    });
  }
}
