import {
  allHandlersFinished,
  CancellationScope,
  condition,
  setCurrentDetails,
  upsertMemo,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import { defineSearchAttributeKey } from '@temporalio/common';
import { filledIn, holds, valueOrNull } from '../language/condition.ts';
import type { Runbook, Stage } from '../language/runbook.ts';
import { callAction } from './activity-call.ts';
import { runAtEnd } from './at-end.ts';
import { createBeginAgain } from './begin-again.ts';
import {
  memoKey,
  type Finding,
  type RunDocument,
  type RunInput,
  type RunOutcome,
  type StepState,
} from './contract.ts';
import { createDesk } from './desk.ts';
import { takeDeviceNews } from './device-news.ts';
import { runChangingDeviceStage } from './device-stage.ts';
import {
  currentDetails,
  deviceLeftToDo,
  openQuestions,
  runDocument,
  runMemo,
  type Ending,
} from './document.ts';
import { createFleetNews } from './fleet-news.ts';
import { showAttention, wantsAttention } from './attention-attribute.ts';
import { takeRunUpdates } from './hand-over.ts';
import { nowIso } from './instant.ts';
import { takeRunDecisions } from './run-decisions.ts';
import {
  allTracks,
  createRunState,
  forbidding,
  managerView,
  sortSides,
  stagePath,
  type DeviceTrack,
  type RunState,
  type Side,
} from './run-state.ts';
import {
  blocksOf,
  isReadOnly,
  runEntriesStage,
  runManagerSteps,
  runReadingDeviceStage,
  type Execution,
} from './stages.ts';
import { answerState } from './state-query.ts';
import { stepEffect, type StepEnd } from './steps/index.ts';

const phaseKey = defineSearchAttributeKey('RunPhase', 'KEYWORD');

/**
 * Carries a plan out. Looks at the boxes again first and refuses when they are not as the plan saw them. Never fails by itself:
 * what cannot go on asks, and every end says where each box stands.
 */
export async function runRunbook(input: RunInput): Promise<RunDocument> {
  const startedAt = nowIso();
  const state = createRunState(input);
  const info = workflowInfo();
  let outcome: RunOutcome = 'running';
  let memo = '';
  let attention = false;
  const desk = createDesk(
    () => {
      execution.onChange();
    },
    () => {
      setCurrentDetails(currentDetails(execution, input));
    },
  );
  const execution: Execution = {
    mode: 'run',
    input,
    run: { workflowId: info.workflowId, runId: info.firstExecutionRunId },
    state,
    desk,
    startedBy: input.startedBy,
    startedAt,
    deviceRuns: new Set(),
    shards: new Map(),
    gone: [],
    rollouts: new Map(),
    again: new Set(),
    closing: false,
    changed: false,
    onChange: () => {
      const short = runMemo(execution, outcome);
      // The running step and the score change all the time; what a person must know without a worker changes seldom.
      const key = JSON.stringify([
        short.outcome,
        short.phase,
        short.questions.map((question) => question.id),
        ...(short.paused === undefined ? [] : [short.paused]),
        ...(short.held === undefined ? [] : [short.held]),
      ]);
      if (key !== memo) {
        memo = key;
        upsertMemo({ [memoKey]: short });
      }
      const needsAttention = wantsAttention(openQuestions(execution), desk.paused());
      if (needsAttention !== attention) {
        attention = needsAttention;
        showAttention(needsAttention);
      }
      news.tell(short, openQuestions(execution));
      setCurrentDetails(currentDetails(execution, input));
    },
  };
  const news = createFleetNews(input.fleet, () => ({
    memo: runMemo(execution, outcome),
    questions: openQuestions(execution),
  }));
  answerState(
    () => runDocument(execution, { startedAt, outcome, leftToDo: [] }),
    'The run as a document: managers, devices, steps, questions, decisions',
  );
  takeDeviceNews(execution);
  takeRunUpdates(execution);
  takeRunDecisions(
    execution,
    createBeginAgain(execution, (side, stage, track) => runDeviceStage(execution, side, stage, [track])),
  );
  CancellationScope.current().cancelRequested.catch(() => {
    desk.stop('cancel request');
  });

  return await CancellationScope.nonCancellable(async () => {
    const end = await runStages(execution, input);
    execution.closing = true;
    await runAtEnd(execution, input.runbook);
    const ending = closeRun(execution, end, startedAt);
    outcome = ending.outcome;
    state.stage = 'closed';
    upsertSearchAttributes([{ key: phaseKey, value: 'closed' }]);
    execution.onChange();
    await writeReport(execution, runDocument(execution, ending));
    const lastWord = news.end(runDocument(execution, ending));
    if (lastWord !== undefined) await lastWord;
    await condition(allHandlersFinished);
    // With what people noted up to the last moment.
    const document = runDocument(execution, ending);
    return input.bulk === undefined ? document : { bulk: input.bulk, ...document };
  });
}

async function runStages(execution: Execution, input: RunInput): Promise<StepEnd> {
  const { state, desk } = execution;
  for (const block of blocksOf(input.runbook.stages)) {
    sortSides(state);
    // Entries are asked once; everything else is gone through for each manager.
    const sides = block[0]?.on === 'entries' ? [undefined] : [...state.sides];
    if (sides.length === 0) return { end: 'refused', note: 'There is no manager.' };
    for (const side of sides) {
      for (const stage of block) {
        if (desk.stopped()) return { end: 'stopped' };
        const end = await runStageWithAgain(execution, side, stage, input);
        if (end.end !== 'next') return end;
      }
    }
  }
  if (desk.stopped()) return { end: 'stopped' };
  // A device that was only looked at is done when the run is.
  for (const { track } of allTracks(state)) if (track.status === 'waiting') track.status = 'done';
  return { end: 'next' };
}

/** With the devices that are begun again meanwhile; what looked at all devices at the end then looks once more. */
async function runStageWithAgain(
  execution: Execution,
  side: Side | undefined,
  stage: Stage,
  input: RunInput,
): Promise<StepEnd> {
  const { state, desk, again } = execution;
  const begun = (): number => allTracks(state).reduce((sum, { track }) => sum + track.again, 0);
  for (;;) {
    const before = begun();
    const end = await runStage(execution, side, stage, input);
    if (again.size > 0) await condition(() => again.size === 0);
    if (begun() === before || end.end !== 'next' || desk.stopped() || !isAfterDevices(input.runbook, stage))
      return end;
  }
}

async function runStage(
  execution: Execution,
  side: Side | undefined,
  stage: Stage,
  input: RunInput,
): Promise<StepEnd> {
  const { state } = execution;
  state.stage = stage.id;
  upsertSearchAttributes([{ key: phaseKey, value: stage.id }]);
  execution.onChange();
  if (!execution.changed && stage.steps.some((step) => stepEffect(step) !== 'read')) {
    const refusal = compareWithPlan(execution, input);
    if (refusal !== undefined) return { end: 'refused', note: refusal };
    execution.changed = stage.steps.some((step) => ['reversible', 'irreversible'].includes(stepEffect(step)));
  }
  const startedAt = nowIso();
  const path = stagePath(state, side, stage);
  const show = (shown: Pick<StepState, 'status' | 'startedAt' | 'endedAt'>): void => {
    if (stage.on !== 'manager') showStage(execution, path, stage, shown);
  };
  show({ status: 'running', startedAt });
  let end: StepEnd = { end: 'next' };
  if (side === undefined) await runEntriesStage(execution, stage, input.plan.entries);
  else if (stage.on === 'manager') end = await runManagerSteps(execution, side, stage, stage.steps);
  else {
    const gone = { side, stage, open: true };
    execution.gone.push(gone);
    await runDeviceStage(execution, side, stage);
    gone.open = false;
  }
  show({ status: 'done', startedAt, endedAt: nowIso() });
  return end;
}

async function runDeviceStage(
  execution: Execution,
  side: Side,
  stage: Stage,
  only?: readonly DeviceTrack[],
): Promise<void> {
  await (isReadOnly(stage)
    ? runReadingDeviceStage(execution, side, stage, only)
    : runChangingDeviceStage(execution, side, stage, only));
}

/** It is on the manager, and no device stage comes after it. */
function isAfterDevices({ stages }: Runbook, stage: Stage): boolean {
  const last = stages.findLastIndex((one) => one.on === 'devices');
  return stage.on === 'manager' && stages.indexOf(stage) > last;
}

/** A stage over many boxes has no step of its own to show; the stage itself stands for them. */
function showStage(
  execution: Execution,
  path: string,
  stage: Stage,
  state: Pick<StepState, 'status' | 'startedAt' | 'endedAt'>,
): void {
  execution.state.steps.set(path, { path, title: stage.title, attempt: 1, ...state });
  execution.onChange();
}

/** The last look before anything is changed: are the boxes as the plan saw them, and does nothing forbid the run? */
function compareWithPlan(execution: Execution, input: RunInput): string | undefined {
  const { state } = execution;
  const { drift } = input.runbook;
  const details = state.sides.flatMap((side, index) => {
    const facts = managerView(state, side);
    return drift.flatMap((expression, place) => {
      const then = JSON.stringify(input.plan.drift[index * drift.length + place] ?? null);
      const now = JSON.stringify(valueOrNull(expression, facts));
      return now === then ? [] : [`${expression} was ${then}, is ${now}`];
    });
  });
  if (details.length > 0)
    return `The boxes are not as the plan saw them: ${details.join('; ')}. Make a new plan.`;
  const against: Finding[] = forbidding(state.findings, input.options.accepted);
  if (against.length === 0) return undefined;
  return `Findings forbid the run: ${against.map((finding) => `${finding.box}: ${finding.text}`).join('; ')}`;
}

function closeRun(execution: Execution, end: StepEnd, startedAt: string): Ending {
  const { state, input } = execution;
  const views = state.sides.map((side) => managerView(state, side));
  const endedAt = nowIso();
  // A run that touched nothing leaves only what depends on something that happened.
  const ofRun = new Set(
    input.runbook.afterwards
      .filter((item) => execution.changed || item.when !== undefined)
      .flatMap((item) =>
        views
          .filter((facts) => item.when === undefined || valueOrNull(item.when, facts) === true)
          .map((facts) => filledIn(item.text, facts)),
      ),
  );
  const leftToDo = [
    ...allTracks(state).flatMap(({ side, track }) =>
      deviceLeftToDo(state, track).map(
        (text) => `${track.target.name}${state.sides.length < 2 ? '' : ` for ${side.manager.name}`}: ${text}`,
      ),
    ),
    ...ofRun,
  ];
  if (end.end === 'refused' && !execution.changed) {
    return {
      startedAt,
      endedAt,
      outcome: 'refused',
      exitCode: 3,
      summary: `Refused before anything was touched. ${end.note}`,
      leftToDo: [...ofRun],
    };
  }
  if (end.end === 'stopped') {
    if (end.note !== undefined)
      leftToDo.unshift(`${state.sides.map(({ manager }) => manager.name).join(', ')}: ${end.note}`);
    const summary = execution.changed
      ? 'Cancelled. What was under way was finished; what is left is listed.'
      : 'Cancelled before anything was touched.';
    return {
      startedAt,
      endedAt,
      outcome: 'cancelled',
      exitCode: execution.changed ? 4 : 3,
      summary,
      leftToDo,
    };
  }
  const broken = input.runbook.expects.find((item) => !views.every((facts) => holds(item.that, facts)));
  if (broken !== undefined) {
    const outcome: RunOutcome =
      broken.exitCode === 4 ? 'devices-left' : broken.exitCode === 7 ? 'unknown' : 'failed';
    return { startedAt, endedAt, outcome, exitCode: broken.exitCode, summary: broken.text, leftToDo };
  }
  return { startedAt, endedAt, outcome: 'done', exitCode: 0, summary: doneSummary(state), leftToDo };
}

/** `Done: 2 of 8 devices proven, 6 delivered, not proven.` Phases in the order of the runbook, the last one first. */
function doneSummary(state: RunState): string {
  const phases = [...state.runbook.phases].reverse();
  const tracks = allTracks(state).map(({ track }) => track);
  const counts = phases.map(({ id, title }) => ({
    title,
    count: tracks.filter(({ phase }) => phase === id).length,
  }));
  const parts = counts.flatMap(({ title, count }, at) =>
    at === 0
      ? [`${String(count)} of ${String(tracks.length)} devices ${title}`]
      : count === 0
        ? []
        : [`${String(count)} ${title}`],
  );
  return `Done: ${parts.join(', ') || `${String(tracks.length)} devices`}.`;
}

/** A report that could not be written does not make the run worse: it can be written again from the history. */
async function writeReport(execution: Execution, document: RunDocument): Promise<void> {
  try {
    await callAction('writeReport', {
      run: execution.run,
      inventory: execution.input.inventory,
      step: 'report',
      attempt: 1,
      params: { document: JSON.parse(JSON.stringify(document)) as never },
    });
  } catch {
    execution.state.findings.push({
      code: 'ENGINE_INTERNAL',
      severity: 'warn',
      box: 'report',
      text: 'The report could not be written; `runbook report` writes it.',
    });
  }
}
