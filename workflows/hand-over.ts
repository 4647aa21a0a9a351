import { defineSignal, defineUpdate, setHandler } from '@temporalio/workflow';
import {
  fleetWordSignal,
  pauseSignal,
  resumeSignal,
  runUpdates,
  someone,
  type Decision,
  type DecisionAnswer,
  type DecisionInput,
  type FleetWord,
  type InCharge,
  type Pause,
  type RunUpdate,
} from './contract.ts';
import { readDecision } from './decision-input.ts';
import { inFlight, inFlightText } from './in-flight.ts';
import { nowIso } from './instant.ts';
import { allTracks, devicesNamed, type PlacedTrack } from './run-state.ts';
import { tellHold } from './device-child.ts';
import { refusedDecision } from './desk.ts';
import type { Execution } from './stages.ts';

const longestNote = 2000;

/**
 * Sets the handlers of what people do with a run as a whole, besides answering it: pause it, note something on it, take it over.
 * All of it is recorded with the decisions, and can be sent twice.
 */
export function takeRunUpdates(execution: Execution): void {
  const handlers: Record<RunUpdate, (input: DecisionInput) => DecisionAnswer | Promise<DecisionAnswer>> = {
    pause: (input) => pause(execution, input),
    resume: (input) => resume(execution, input),
    hold: (input) => hold(execution, input),
    release: (input) => release(execution, input),
    note: (input) => note(execution, input),
    takeover: (input) => takeOver(execution, input),
  };
  for (const verb of runUpdates) {
    setHandler(
      defineUpdate<DecisionAnswer, [unknown]>(verb),
      async (given) => {
        const input = readDecision(verb, given);
        const answer = typeof input === 'string' ? refused(input) : await handlers[verb](input);
        if (!answer.accepted)
          execution.desk.record(
            refusedDecision(verb, typeof input === 'string' ? { by: someone } : input, answer.text),
          );
        return answer;
      },
      { description: descriptions[verb] },
    );
  }
  setHandler(defineSignal<[FleetWord]>(fleetWordSignal), async ({ verb, input }) => {
    if (verb === 'cancel') execution.desk.stop(input.by, input.reason);
    else await handlers[verb](input);
  });
}

/** The starter, until somebody takes over. */
export function inCharge(
  start: { readonly by: string; readonly at: string },
  decisions: readonly Decision[],
): InCharge {
  const all = [start, ...decisions.filter(isTakeOver)].reverse();
  const [now = start, ...before] = all;
  return { by: now.by, since: now.at, before: before.map(({ by }) => by) };
}

function isTakeOver({ verb, refused: why }: Decision): boolean {
  return verb === 'takeover' && why === undefined;
}

async function pause(execution: Execution, { by, reason = '' }: DecisionInput): Promise<DecisionAnswer> {
  const { desk } = execution;
  if (desk.stopped()) return refused('The run is being cancelled: nothing new is begun anyhow.');
  const before = desk.paused();
  if (before !== undefined)
    return accepted(`Paused already, since ${before.since} by ${before.by}: ${before.reason}`);
  if (reason === '') return refused('pause needs a reason.');
  const begun: Pause = { since: nowIso(), by, reason };
  desk.record({ by, verb: 'pause', reason });
  const atWork = inFlight(execution);
  desk.pause(begun);
  await Promise.all(
    [...execution.deviceRuns].map((run) =>
      // One that has just ended begins nothing any more.
      run.signal(defineSignal<[Pause]>(pauseSignal), begun).catch(() => undefined),
    ),
  );
  return accepted(
    [
      'Paused: nothing that changes a box is begun until resume.',
      atWork.length === 0
        ? 'Nothing is in flight.'
        : `What is in flight is finished: ${inFlightText(atWork)}.`,
      ...(execution.changed ? risks(execution) : []),
    ].join('\n'),
  );
}

/** What it means for these devices when they stand still now, by the phases of the runbook. */
function risks({ state }: Execution, placed: readonly PlacedTrack[] = allTracks(state)): string[] {
  return state.runbook.phases.flatMap(({ id, title, ifStopped }, at) => {
    const names = placed
      .map(({ track }) => track)
      .filter((track) => track.phase === id && track.status !== 'done' && track.status !== 'skipped')
      .map((track) => track.target.name);
    if (names.length === 0 || at === state.runbook.phases.length - 1) return [];
    const shown =
      names.slice(0, 5).join(', ') + (names.length > 5 ? ` and ${String(names.length - 5)} more` : '');
    return [`Risk while it stands still, ${title} (${shown}): ${ifStopped}`];
  });
}

async function resume(execution: Execution, { by, reason }: DecisionInput): Promise<DecisionAnswer> {
  const { desk } = execution;
  if (desk.paused() === undefined)
    return accepted(desk.stopped() ? 'The run is being cancelled.' : 'The run is not paused.');
  desk.record({ by, verb: 'resume', ...(reason === undefined ? {} : { reason }) });
  desk.resume();
  await Promise.all(
    [...execution.deviceRuns].map((run) => run.signal(defineSignal(resumeSignal)).catch(() => undefined)),
  );
  return accepted('Resumed: each device is looked at again before anything is changed on it.');
}

async function hold(
  execution: Execution,
  { by, reason = '', device }: DecisionInput,
): Promise<DecisionAnswer> {
  const { desk, state } = execution;
  if (device === undefined) return refused('hold needs a device, by name or UUID.');
  const placed = devicesNamed(state, device);
  if (typeof placed === 'string') return refused(placed);
  if (desk.stopped()) return refused('The run is being cancelled: nothing new is begun anyhow.');
  const { name = '', uuid = '' } = placed[0]?.track.target ?? {};
  const before = desk.holds().get(uuid);
  if (before !== undefined)
    return accepted(`${name} is held already, since ${before.since} by ${before.by}: ${before.reason}`);
  if (reason === '') return refused('hold needs a reason.');
  const begun: Pause = { since: nowIso(), by, reason };
  desk.record({ by, verb: 'hold', box: name, reason });
  desk.hold(uuid, begun);
  await tellDeviceRuns(execution, uuid, begun);
  return {
    ...accepted(
      [
        `Held: nothing that changes ${name} is begun until release. ${whereNow(placed)}`,
        ...(execution.changed ? risks(execution, placed) : []),
      ].join('\n'),
    ),
    boxes: [name],
  };
}

async function release(execution: Execution, { by, reason, device }: DecisionInput): Promise<DecisionAnswer> {
  const { desk, state } = execution;
  if (device === undefined) return refused('release needs a device, by name or UUID.');
  const placed = devicesNamed(state, device);
  if (typeof placed === 'string') return refused(placed);
  const { name = '', uuid = '' } = placed[0]?.track.target ?? {};
  if (!desk.holds().has(uuid)) return accepted(`${name} is not held.`);
  desk.record({ by, verb: 'release', box: name, ...(reason === undefined ? {} : { reason }) });
  desk.hold(uuid, undefined);
  await tellDeviceRuns(execution, uuid, undefined);
  const later = desk.paused() === undefined ? '' : ' The run is paused: that holds for it too.';
  return {
    ...accepted(`Released: ${name} is looked at again before anything is changed on it.${later}`),
    boxes: [name],
  };
}

async function tellDeviceRuns(
  { deviceRuns }: Execution,
  uuid: string,
  held: Pause | undefined,
): Promise<void> {
  const theirs = [...deviceRuns].filter(({ devices }) => devices.includes(uuid));
  await Promise.all(theirs.map((run) => tellHold(run, { uuid, ...(held && { hold: held }) })));
}

/** Where a device stands that is being held. */
function whereNow(placed: readonly PlacedTrack[]): string {
  const atWork = placed.find(({ track }) => track.status === 'running');
  if (atWork !== undefined)
    return `What is in flight is finished: ${atWork.track.step === '' ? 'at work' : atWork.track.step}.`;
  return placed.some(({ track }) => track.status === 'parked')
    ? 'It stands at a question; what the answer sets off begins after the release.'
    : 'Nothing is in flight on it.';
}

/** What is wrong with the text of a note; undefined: nothing. */
export function noteFault(text: string): string | undefined {
  if (text.trim() === '') return 'note needs a text.';
  return text.length > longestNote ? `A note has at most ${String(longestNote)} characters.` : undefined;
}

function note(execution: Execution, { by, text = '', device }: DecisionInput): DecisionAnswer {
  const fault = noteFault(text);
  if (fault !== undefined) return refused(fault);
  const { state, desk } = execution;
  const boxes = [
    ...allTracks(state).map(({ track }) => track.target),
    ...state.sides.map(({ manager }) => manager),
  ];
  const box = boxes.find(({ name, uuid }) => name === device || uuid === device);
  if (device !== undefined && box === undefined) return refused(`This run knows no box ${device} (yet).`);
  desk.record({ by, verb: 'note', ...(box === undefined ? {} : { box: box.name }), reason: text });
  execution.onChange();
  return accepted(box === undefined ? 'Noted.' : `Noted on ${box.name}.`);
}

function takeOver(execution: Execution, { by, reason = '' }: DecisionInput): DecisionAnswer {
  const { desk, startedBy, startedAt } = execution;
  const present = inCharge({ by: startedBy?.identity ?? '', at: startedAt }, desk.decisions());
  if (present.by === by) return accepted(`${by} is in charge already, since ${present.since}.`);
  if (reason === '') return refused('takeover needs a reason.');
  desk.record({ by, verb: 'takeover', reason });
  execution.onChange();
  return accepted(`${by} is in charge now; before: ${present.by}, since ${present.since}.`);
}

const accepted = (text: string): DecisionAnswer => ({ accepted: true, text });
const refused = (text: string): DecisionAnswer => ({ accepted: false, text });

const descriptions: Record<RunUpdate, string> = {
  pause:
    'Begin nothing that changes a box until resume; what is in flight is finished: {"by": "you", "reason": "…"}',
  resume: 'Go on after a pause: {"by": "you", "reason": "…"}',
  hold: 'Begin nothing that changes one device until release; others go on: {"device": "ftd-3", "by": "you", "reason": "…"}',
  release: 'Go on with a device that was held: {"device": "ftd-3", "by": "you"}',
  note: 'Note something on the run, or on a box of it: {"by": "you", "text": "…", "device": "…"}',
  takeover: 'Be in charge of this run from now on: {"by": "you", "reason": "…"}',
};
