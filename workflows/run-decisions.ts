import { patched } from '@temporalio/workflow';
import { chooseQuestions } from './choose-questions.ts';
import {
  someone,
  type DecisionAnswer,
  type DecisionInput,
  type DeskUpdate,
  type Question,
} from './contract.ts';
import { createPassOn, type PassOn } from './pass-on.ts';
import { readDecision } from './decision-input.ts';
import { isSameDecision, refusalOf, settledText, someNames } from './desk-rules.ts';
import { refusedDecision, takeDeskUpdates } from './desk.ts';
import { allTracks, devicesNamed, managersOf, type PlacedTrack } from './run-state.ts';
import { whyNotAgain, type BeginAgain } from './begin-again.ts';
import type { Execution } from './stages.ts';
import { wordsOf } from './typed-answer.ts';

/**
 * Sets the handlers of the answers that people give to a run, whoever has asked: it settles its own questions, passes the others on
 * to its device runs, and begins devices again that have ended without being done. Whoever answers needs to know the run alone.
 */
export function takeRunDecisions(execution: Execution, beginAgain: BeginAgain): void {
  const passOn = createPassOn(execution);
  takeDeskUpdates((verb, given) => {
    const input = readDecision(verb, given);
    if (typeof input === 'string') return refuse(execution, verb, { by: someone }, input);
    // What the run itself has asked is settled in the same breath, as it always was.
    return verb === 'cancel' || !concernsDevices(execution, verb, input)
      ? execution.desk.decide(verb, input)
      : decideOnDevices(execution, passOn, beginAgain, verb, input);
  });
}

function refuse({ desk }: Execution, verb: DeskUpdate, input: DecisionInput, text: string): DecisionAnswer {
  desk.record(refusedDecision(verb, input, text));
  return { accepted: false, text };
}

function concernsDevices({ desk, state }: Execution, verb: DeskUpdate, input: DecisionInput): boolean {
  const { question, device } = input;
  if (question !== undefined && desk.open().some(({ id }) => id === question)) return false;
  if (question !== undefined || device !== undefined) return !isToManager(state, device);
  const isAsked = allTracks(state).some(({ track }) => track.questions.length > 0);
  return isAsked || (verb === 'retry' && input.all === 'failed');
}

/** Is a device that an answer names, or none, a manager of the run? */
function isToManager(state: Execution['state'], device: string | undefined): boolean {
  const managers = managersOf(state);
  // Runs without a manager once refused what named a question.
  if (managers.length === 0) return device === undefined && !patched('answers-without-a-manager');
  return managers.some(({ manager: { name, uuid } }) => device === name || device === uuid);
}

async function decideOnDevices(
  execution: Execution,
  passOn: PassOn,
  beginAgain: BeginAgain,
  verb: Exclude<DeskUpdate, 'cancel'>,
  given: DecisionInput,
): Promise<DecisionAnswer> {
  const { desk, state } = execution;
  const placed = given.device === undefined ? [] : devicesNamed(state, given.device);
  if (typeof placed === 'string') return refuse(execution, verb, given, placed);
  const uuid = placed[0]?.track.target.uuid;
  const input = uuid === undefined ? given : { ...given, device: uuid };

  const theirs = allTracks(state).flatMap(({ track }) => track.questions);
  const chosen = chooseQuestions([...desk.open(), ...theirs], verb, input);
  const ended = verb === 'retry' ? endedOnes(execution, input, placed) : [];
  if (typeof chosen === 'string' && ended.length === 0) {
    const left = verb === 'skip' ? await leaveOut(execution, passOn, placed, input) : undefined;
    if (left !== undefined) return left;
    const before = settledBefore(execution, verb, input, placed);
    if (before?.accepted === true) return before;
    const why = before?.text ?? (placed.length === 0 ? chosen : whyNothing(execution, verb, placed));
    return refuse(execution, verb, given, why);
  }
  const questions = typeof chosen === 'string' ? [] : chosen;
  const refusals = questions.map((question) => refusalOf(question, verb, input));
  const [refusal] = refusals;
  if (refusal !== undefined && ended.length === 0 && refusals.every((text) => text !== undefined))
    return refuse(execution, verb, given, refusal);
  const fitting = questions.filter((_question, at) => refusals[at] === undefined);
  return await settleAll(execution, passOn, beginAgain, { verb, input, fitting, ended });
}

interface Settling {
  readonly verb: Exclude<DeskUpdate, 'cancel'>;
  readonly input: DecisionInput;
  readonly fitting: readonly Question[];
  readonly ended: readonly PlacedTrack[];
}

async function settleAll(
  execution: Execution,
  passOn: PassOn,
  beginAgain: BeginAgain,
  { verb, input, fitting, ended }: Settling,
): Promise<DecisionAnswer> {
  const { desk } = execution;
  const { by, reason } = input;
  const own = { by, ...wordsOf(input) };
  const mine = new Set(desk.open().map(({ id }) => id));
  const answers = fitting
    .filter(({ id }) => mine.has(id))
    .map((question) => ({ question, answer: desk.decide(verb, { ...own, question: question.id }) }));
  for (const { track } of ended)
    desk.record({ by, verb, box: track.target.name, ...(reason === undefined ? {} : { reason }) });
  beginAgain(ended);
  const theirs = fitting.filter(({ id }) => !mine.has(id));
  const told = await passOn(
    verb,
    theirs.map(({ id, workflowId, box }) => ({ workflowId, box, input: { ...own, question: id } })),
  );
  return summary(
    verb,
    [...answers, ...theirs.flatMap((question, at) => ({ question, answer: told[at] as DecisionAnswer }))],
    ended,
  );
}

function summary(
  verb: DeskUpdate,
  answers: readonly { readonly question: Question; readonly answer: DecisionAnswer }[],
  ended: readonly PlacedTrack[],
): DecisionAnswer {
  const done = answers.filter(({ answer }) => answer.accepted);
  const refused = answers.filter(({ answer }) => !answer.accepted);
  const again = ended.map(({ track }) => track.target.name);
  const boxes = [...done.map(({ question }) => question.box), ...again];
  const [only] = answers;
  const texts = [
    ...(answers.length === 1 && only !== undefined
      ? [only.answer.text]
      : done.length > 0
        ? [
            `${verb}: ${String(done.length)} questions (${someNames(done.map(({ question }) => question.box))}).`,
          ]
        : []),
    ...(again.length === 0
      ? []
      : [
          `${verb}: ${someNames(again)}: begun again, from the first step of the stage: looked at before anything.`,
        ]),
    ...(answers.length > 1
      ? refused.map(({ question, answer }) => `${question.box}: ${answer.text}`)
      : []
    ).slice(0, 10),
  ];
  return { accepted: boxes.length > 0, text: texts.join('\n'), boxes };
}

function endedOnes(
  execution: Execution,
  input: DecisionInput,
  placed: readonly PlacedTrack[],
): PlacedTrack[] {
  if (input.all === 'failed')
    return allTracks(execution.state).filter(
      (one) => one.track.status === 'needs-hands' && whyNotAgain(execution, one) === undefined,
    );
  return input.from === undefined && input.question === undefined
    ? placed.filter((one) => whyNotAgain(execution, one) === undefined)
    : [];
}

/** Leaves a device out that has not been begun; undefined where it is no such one. */
async function leaveOut(
  execution: Execution,
  passOn: PassOn,
  placed: readonly PlacedTrack[],
  { by, reason = '' }: DecisionInput,
): Promise<DecisionAnswer | undefined> {
  const { desk, deviceRuns, gone, again } = execution;
  const waiting = placed.filter(({ track }) => track.status === 'waiting');
  const [first] = waiting;
  if (first === undefined) return undefined;
  if (reason === '') return { accepted: false, text: 'skip needs a reason.' };
  const { name, uuid = '' } = first.track.target;
  // One that is begun again does not go through its old shard any more.
  const shard = again.has(first.track)
    ? undefined
    : [...deviceRuns].find(({ devices }) => devices.includes(uuid));
  if (shard !== undefined) {
    const input = { by, reason, device: uuid };
    const [answer] = await passOn('skip', [{ workflowId: shard.workflowId, box: name, input }]);
    return answer;
  }
  for (const { side, track } of waiting) {
    const last = gone.at(-1);
    track.status = 'skipped';
    track.note = reason;
    track.at = last?.open === true && last.side === side ? gone.length - 1 : gone.length;
  }
  desk.hold(uuid, undefined);
  desk.record({ by, verb: 'skip', box: name, reason });
  execution.onChange();
  return { accepted: true, text: `skip: ${name} is not begun.`, boxes: [name] };
}

/** Who settled what is not open any more; accepted where the same person says the same once more: it is done, once. */
function settledBefore(
  execution: Execution,
  verb: DeskUpdate,
  input: DecisionInput,
  placed: readonly PlacedTrack[],
): DecisionAnswer | undefined {
  const { question } = input;
  const name = placed[0]?.track.target.name;
  const before = [
    ...execution.desk.decisions(),
    ...allTracks(execution.state).flatMap(({ track }) => track.decisions),
  ]
    .filter(({ refused }) => refused === undefined)
    .sort((a, b) => a.at.localeCompare(b.at))
    .findLast((one) => (question === undefined ? one.box === name : one.question === question));
  if (before === undefined || (question === undefined && name === undefined)) return undefined;
  const accepted = isSameDecision(before, verb, input);
  if (question !== undefined) return { accepted, text: settledText(before) };
  return accepted
    ? { accepted, text: `${verb} by ${before.by} at ${before.at} counts. ${whereText(placed)}` }
    : undefined;
}

/** Why a device that asks nothing has nothing to be settled either. */
function whyNothing(execution: Execution, verb: DeskUpdate, placed: readonly PlacedTrack[]): string {
  const whys = verb === 'retry' ? placed.map((one) => whyNotAgain(execution, one)) : [];
  return whys.find((text) => text !== undefined) ?? whereText(placed);
}

function whereText(placed: readonly PlacedTrack[]): string {
  return placed
    .map(({ track: { target, status, step, note } }) =>
      [`${target.name} asks nothing: it is ${status}`, step, note ?? '']
        .filter((text) => text !== '')
        .join(', '),
    )
    .join('; ');
}
