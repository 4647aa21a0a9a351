import type { JsonObject } from '../language/json.ts';
import { workflowInfo } from '@temporalio/workflow';
import type {
  Decision,
  DeviceDocument,
  Finding,
  Halt,
  Pause,
  Question,
  RolloutState,
  RunDocument,
  RunInput,
  RunMemo,
  RunOutcome,
  StartedBy,
} from './contract.ts';
import { settlesItself } from './attention.ts';
import { scoreOf } from './score.ts';
import { updateInput } from './desk-rules.ts';
import { inCharge } from './hand-over.ts';
import { inFlight, inFlightText } from './in-flight.ts';
import { createKept } from './kept.ts';
import { lockoutNow } from './lockout.ts';
import {
  allTracks,
  columns,
  deviceColumns,
  managerView,
  managersOf,
  type DeviceTrack,
  type RunState,
  type Side,
} from './run-state.ts';
import { isHeldBehind } from './rollout/roll-out.ts';
import type { Execution } from './stages.ts';

export interface Ending {
  readonly startedAt: string;
  readonly endedAt?: string;
  readonly outcome: RunOutcome;
  readonly exitCode?: number;
  readonly summary?: string;
  readonly leftToDo: readonly string[];
}

/** The run as people and scripts read it. Pure over the state; answers the query and is the result. */
export function runDocument(execution: Execution, ending: Ending): RunDocument {
  const { state, input } = execution;
  const questions = openQuestions(execution).map((question) => withLockout(execution, question));
  const lockout = lockoutNow(execution);
  const outcome =
    ending.outcome === 'running' && isWaiting(execution, questions) ? 'waiting' : ending.outcome;
  const told = [
    ...overrideOf(execution),
    ...execution.desk.decisions(),
    ...allTracks(state).flatMap(({ track }) => track.decisions),
  ];
  const decisions = told.filter(({ refused }) => refused === undefined);
  const refused = told.filter((decision) => decision.refused !== undefined);
  const startedBy: StartedBy = execution.startedBy ?? { identity: '', approval: 'interactive' };
  return {
    schemaVersion: 1,
    kind: 'run',
    run: workflowInfo().workflowId,
    runbook: { name: input.runbook.name, version: input.runbook.version, digest: input.runbookDigest },
    outcome,
    exitCode: ending.exitCode ?? (outcome === 'waiting' ? 5 : 0),
    summary: ending.summary ?? summarise(state),
    startedAt: ending.startedAt,
    ...(ending.endedAt === undefined ? {} : { endedAt: ending.endedAt }),
    startedBy,
    ...(startedBy.identity === ''
      ? {}
      : { inCharge: inCharge({ by: startedBy.identity, at: ending.startedAt }, decisions) }),
    ...(ending.endedAt === undefined ? halts(execution) : {}),
    ...(input.options.changeId === undefined ? {} : { changeId: input.options.changeId }),
    managers: managersOf(state).map((side) => ({
      ...columns(input.runbook.columns.manager, managerView(state, side)),
      name: side.manager.name,
      uuid: side.manager.uuid ?? '',
      address: side.manager.address,
    })),
    devices: allTracks(state).map(({ side, track }) =>
      deviceDocument(state, side, track, execution.desk.holds().get(track.target.uuid ?? '')),
    ),
    steps: [...state.steps.values()],
    ...(execution.rollouts.size === 0
      ? {}
      : { rollouts: [...execution.rollouts.values()].map((standing) => standing()) }),
    ...(lockout === undefined
      ? {}
      : // Nobody brings anything any more.
        { lockout: ending.endedAt === undefined ? lockout : { ...lockout, needsMs: null } }),
    questions,
    decisions,
    ...(refused.length === 0 ? {} : { refused }),
    findings: withSettled(state),
    ...(state.faults.size === 0 ? {} : { faults: [...state.faults.values()] }),
    leftToDo: ending.leftToDo,
    inputs: input.options.inputs,
    phases: input.runbook.phases,
  };
}

/** What a known fault asks people to do has been overtaken where the device was proven later; that it was met stays. */
function withSettled(state: RunState): readonly Finding[] {
  if (!state.findings.some(({ fault }) => fault !== undefined)) return state.findings;
  const last = state.runbook.phases.at(-1)?.id;
  const tracks = allTracks(state).map(({ track }) => track);
  return state.findings.map((finding) => {
    const { fault, uuid } = finding;
    const theirs = uuid === undefined ? [] : tracks.filter(({ target }) => target.uuid === uuid);
    if (fault === undefined || theirs.length === 0 || theirs.some(({ phase }) => phase !== last))
      return finding;
    const title = state.faults.get(fault.id)?.title ?? finding.text;
    return {
      ...finding,
      settled: true,
      text: `${title}. It was seen before; the device has been proven since.`,
    };
  });
}

function withLockout(execution: Execution, question: Question): Question {
  const lockout = lockoutNow(execution, question.uuid);
  return lockout === undefined ? question : { ...question, lockout };
}

/** The word with which windows or budget of the site were set aside before the start stands among the others. */
function overrideOf({ input, startedAt }: Execution): Decision[] {
  const { override } = input.options;
  if (override === undefined) return [];
  const { inputs, by, reason } = override;
  return [{ at: startedAt, by, verb: 'override', box: inputs.join(', '), reason }];
}

export function openQuestions(execution: Execution): Question[] {
  return [...execution.desk.open(), ...allTracks(execution.state).flatMap(({ track }) => track.questions)];
}

/** What keeps the run from beginning anything new, and what is still being finished. */
function halts(execution: Execution): Pick<RunDocument, 'paused' | 'cancelling'> {
  const { desk } = execution;
  const pause = desk.paused();
  if (pause !== undefined) return { paused: { ...pause, inFlight: inFlight(execution) } };
  const cancel = desk.decisions().find(({ verb, refused }) => verb === 'cancel' && refused === undefined);
  if (cancel === undefined) return {};
  return {
    cancelling: {
      since: cancel.at,
      by: cancel.by,
      reason: cancel.reason ?? '',
      inFlight: inFlight(execution),
    },
  };
}

/** Nothing can move without a person: every step and device that is not finished stands at a question, or is held. */
function isWaiting(execution: Execution, questions: readonly Question[]): boolean {
  const { state, desk } = execution;
  // A cancel settles what is open.
  if (desk.stopped()) return false;
  if (desk.paused() !== undefined) {
    const tracks = allTracks(state).map(({ track }) => track);
    const isHeld = desk.held() || questions.length > 0 || tracks.some((track) => track.held);
    return isHeld && !tracks.some((track) => track.status === 'running' && !track.held);
  }
  const tracks = allTracks(state).map(({ track }) => track);
  if (questions.length === 0 && !tracks.some((track) => track.held)) return false;
  const isMoving = tracks.some((track) => track.status === 'running' && !track.held);
  // A window opens by itself.
  if (desk.open().some(settlesItself)) return false;
  // What the run itself asks holds back what has not begun; what is in flight goes on.
  if (desk.open().length > 0) return !isMoving;
  return (
    !isMoving && !tracks.some((track) => track.status === 'waiting' && !track.held && !isHeldBehind(track))
  );
}

const keptRows = createKept<DeviceTrack, DeviceDocument>();

/** The same object as long as nothing in it has changed. */
function deviceDocument(
  state: RunState,
  side: Side,
  track: DeviceTrack,
  hold: Pause | undefined,
): DeviceDocument {
  const own: JsonObject = deviceColumns(state, side, track);
  const { status, phase, step, questions, note, held } = track;
  return keptRows(track, [own, hold, status, phase, step, questions, note, held], () =>
    deviceRow(state, side, track, { own, hold }),
  );
}

function deviceRow(
  state: RunState,
  side: Side,
  track: DeviceTrack,
  { own, hold }: { readonly own: JsonObject; readonly hold: Pause | undefined },
): DeviceDocument {
  const phases = state.runbook.phases;
  return {
    ...own,
    uuid: track.target.uuid ?? '',
    name: track.target.name,
    manager: side.manager.name,
    address: track.target.address,
    status: track.status,
    phase: track.phase,
    proven: track.phase !== '' && track.phase === phases.at(-1)?.id && phases.length > 1,
    step: track.step,
    question: track.questions[0]?.id ?? null,
    note: track.note,
    ...(track.held ? { held: true } : {}),
    ...(hold === undefined ? {} : { hold: { ...hold } }),
    leftToDo: deviceLeftToDo(state, track),
  };
}

/** What a person still has to do on a device, from where it stands. */
export function deviceLeftToDo(state: RunState, track: DeviceTrack): string[] {
  const phase = state.runbook.phases.find((candidate) => candidate.id === track.phase);
  if (track.status === 'done' || phase === undefined) return [];
  return [`${phase.title}: ${phase.ifStopped}`, ...(track.note === null ? [] : [track.note])];
}

function summarise(state: RunState): string {
  const { done, running, waiting, failed, notStarted } = score(state);
  return `${String(done)} done, ${String(running)} running, ${String(waiting)} waiting for a person, ${String(failed)} left out or failed, ${String(notStarted)} not started`;
}

function score(state: RunState): RunMemo['score'] {
  return scoreOf(allTracks(state).map(({ track }) => track));
}

/** Short state for the memo: what can be read while no worker runs. */
export function runMemo(execution: Execution, outcome: RunOutcome): RunMemo {
  const { state } = execution;
  const questions = openQuestions(execution);
  const pause = execution.desk.paused();
  const holds = execution.desk.holds();
  const held =
    holds.size === 0
      ? []
      : [...new Map(allTracks(state).map(({ track }) => [track.target.uuid ?? '', track.target.name]))]
          .filter(([uuid]) => holds.has(uuid))
          .map(([, name]) => name);
  return {
    outcome: outcome === 'running' && isWaiting(execution, questions) ? 'waiting' : outcome,
    phase: state.stage,
    step: [...state.steps.values()].at(-1)?.path ?? '',
    score: score(state),
    ...(pause === undefined ? {} : { paused: pause }),
    ...(held.length === 0 ? {} : { held: { names: held.slice(0, 5), count: held.length } }),
    questions: shortQuestions(onePerCause(questions)),
  };
}

type ShortQuestion = RunMemo['questions'][number];

/** As many as the memo holds, as short as it holds them. */
export function shortQuestions(questions: readonly ShortQuestion[]): ShortQuestion[] {
  return questions
    .slice(0, 5)
    .map(({ id, workflowId, box, code, text, answers, needs, cause, settlesAt }) => ({
      id,
      workflowId,
      box,
      code,
      text: text.slice(0, 200),
      answers,
      ...(needs === undefined ? {} : { needs }),
      ...(cause === undefined ? {} : { cause }),
      ...(settlesAt === undefined ? {} : { settlesAt }),
    }));
}

function onePerCause(questions: readonly Question[]): Question[] {
  const seen = new Set<string>();
  return questions.filter(({ cause }) => {
    const isFirst = cause === undefined || !seen.has(cause);
    if (cause !== undefined) seen.add(cause);
    return isFirst;
  });
}

function haltText({ since, by, reason, inFlight: atWork }: Halt, what: string): string {
  const rest = atWork.length === 0 ? 'Nothing is in flight.' : `Being finished: ${inFlightText(atWork)}.`;
  return `**${what} since ${since} by ${by}: ${reason}** ${rest}`;
}

function heldDetails({ state, desk }: Execution): string[] {
  const names = new Map(allTracks(state).map(({ track }) => [track.target.uuid ?? '', track.target.name]));
  return [...desk.holds()]
    .slice(0, 10)
    .map(
      ([uuid, { since, by, reason }]) =>
        `- **${names.get(uuid) ?? uuid}** held since ${since} by ${by}: ${reason} → Send an Update: release \`${JSON.stringify({ device: uuid, by: 'you' })}\``,
    );
}

/** The dialogue of the Temporal UI does not show what an update was answered. */
function refusedDetails({ desk }: Execution): string[] {
  const last = desk.decisions().findLast(({ refused }) => refused !== undefined);
  return last === undefined
    ? []
    : [`Refused last: ${last.verb} by ${last.by} at ${last.at}: ${last.refused ?? ''}`];
}

/** Markdown for the "current details" of the Temporal UI. */
export function currentDetails(execution: Execution, input: RunInput): string {
  const { state } = execution;
  const title = input.runbook.stages.find((stage) => stage.id === state.stage)?.title ?? state.stage;
  const questions = openQuestions(execution).slice(0, 10);
  const { paused, cancelling } = halts(execution);
  const halt = paused ?? cancelling;
  return [
    `**${title}**`,
    ...(halt === undefined ? [] : [haltText(halt, paused === undefined ? 'being cancelled' : 'paused')]),
    summarise(state),
    ...[...execution.rollouts.values()].map((standing) => rolloutLine(standing())),
    ...questions.map(
      (question) =>
        `- **${question.box}** ${question.text}${settlesItself(question) ? ' Nobody has to answer.' : ''} → Send an Update: ${question.answers.map((verb) => `${verb} \`${updateInput(verb, question)}\``).join(', ')}`,
    ),
    ...heldDetails(execution),
    ...refusedDetails(execution),
  ].join('\n\n');
}

const heldTexts: Record<NonNullable<RolloutState['heldBy']>, string> = {
  'first-wave': ' Held: the first wave did not come through.',
  approval: ' Held until the other waves are approved.',
  budget: ' Held: the budget is used up.',
  window: ' Held until a maintenance window opens.',
};

/** `Wave 2 of 3: 5 of 20 through, 1 failed.` */
function rolloutLine({ wave, waves, through, devices, failed, budget, heldBy }: RolloutState): string {
  const borne = budget === null ? '' : ` (${String(budget)} borne)`;
  return `Wave ${String(wave)} of ${String(waves.length)}: ${String(through)} of ${String(devices)} through, ${String(failed)} failed${borne}.${heldBy === undefined ? '' : heldTexts[heldBy]}`;
}
