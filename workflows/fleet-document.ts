import { workflowInfo, type ChildWorkflowHandle, type Workflow } from '@temporalio/workflow';
import type { FleetDocument, FleetInput, FleetQuestion, RunMemo, RunOutcome } from './contract.ts';
import type { Desk } from './desk.ts';
import { shortQuestions } from './document.ts';
import { scoreOf } from './score.ts';
import { nextMove } from './fleet-moves.ts';
import {
  cancelOf,
  hasFailed,
  isOpen,
  memberQuestions,
  memberState,
  type MemberTrack,
} from './fleet-state.ts';
import { inCharge } from './hand-over.ts';

/** A fleet under way. Plain data, changed in place. */
export interface Fleet {
  readonly input: FleetInput;
  readonly desk: Desk;
  readonly tracks: readonly MemberTrack[];
  readonly startedAt: string;
  endedAt: string | undefined;
  /** Members that may have failed: as the file says, or as many as had when somebody agreed to go on. */
  allowed: number;
  /** The approval after the canary is not needed, or given. */
  isAgreed: boolean;
  /** Somebody said no: nothing more is begun. */
  isDenied: boolean;
  /** The question between two members that is open. */
  asked: { readonly gate: 'canary' | 'budget'; readonly id: string } | undefined;
  askings: number;
  /** The open runs that this fleet has started. */
  readonly runs: Set<Pick<ChildWorkflowHandle<Workflow>, 'signal'>>;
  onChange(): void;
}

/** The fleet as people and scripts read it. Pure over the state; answers the query and is the result. */
export function fleetDocument(fleet: Fleet): FleetDocument {
  const { input, desk, tracks, startedAt, endedAt } = fleet;
  const { name, version, phases } = input.runbook;
  const decisions = desk.decisions();
  const cancel = cancelOf(decisions);
  const paused = desk.paused();
  const outcome = outcomeOf(fleet);
  return {
    schemaVersion: 1,
    kind: 'fleet',
    run: workflowInfo().workflowId,
    fleet: input.fleet,
    runbook: { name, version, digest: input.runbookDigest },
    outcome,
    exitCode: exitCodeOf(fleet, outcome),
    summary: summaryOf(fleet),
    startedAt,
    ...(endedAt === undefined ? {} : { endedAt }),
    startedBy: input.startedBy,
    inCharge: inCharge({ by: input.startedBy.identity, at: startedAt }, decisions),
    ...(endedAt === undefined && paused !== undefined ? { paused } : {}),
    ...(endedAt === undefined && cancel !== undefined
      ? { cancelling: { since: cancel.at, by: cancel.by, reason: cancel.reason ?? '' } }
      : {}),
    ...(input.changeId === undefined ? {} : { changeId: input.changeId }),
    limits: input.limits,
    ...(input.canary === undefined ? {} : { canary: input.canary }),
    failures: { now: tracks.filter(hasFailed).length, allowed: fleet.allowed },
    members: tracks.map(memberState),
    leftOut: input.leftOut,
    questions: fleetQuestions(fleet),
    decisions,
    leftToDo: endedAt === undefined ? [] : leftToDo(fleet),
    phases,
  };
}

export function fleetQuestions({ desk, tracks }: Fleet): FleetQuestion[] {
  const own = desk.open().map(({ id, workflowId, box, code, text, answers, needs }) => ({
    id,
    workflowId,
    run: workflowId,
    box,
    code,
    text,
    answers,
    ...(needs === undefined ? {} : { needs }),
  }));
  return [...own, ...memberQuestions(tracks)];
}

/** The worst of the members, by the order of {@link severity}; see there. */
function outcomeOf(fleet: Fleet): RunOutcome {
  const { desk, tracks, endedAt } = fleet;
  if (endedAt === undefined) return isWaiting(fleet) ? 'waiting' : 'running';
  if (cancelOf(desk.decisions()) !== undefined) return 'cancelled';
  const code = closedCode(tracks);
  const outcomes: Record<number, RunOutcome> = { 0: 'done', 3: 'refused', 4: 'devices-left', 7: 'unknown' };
  return outcomes[code] ?? 'failed';
}

/** Nothing can move without a person: what is open stands at questions, and nothing further may begin by itself. */
function isWaiting(fleet: Fleet): boolean {
  const { desk, tracks } = fleet;
  if (desk.stopped() || tracks.some(({ status }) => status === 'running')) return false;
  return nextMove(fleet)?.move !== 'begin';
}

function exitCodeOf({ tracks, endedAt }: Fleet, outcome: RunOutcome): number {
  if (endedAt === undefined) return outcome === 'waiting' ? 5 : 0;
  return closedCode(tracks);
}

/** The worst first: an outcome that nobody can tell, a failed proof, a fault of the engine, something left. */
const severity = [7, 8, 1, 4];

/**
 * The worst exit code of the members. 3 says that nothing was touched: for a fleet only where that holds for every member; else a member
 * that was refused, or not begun, is one that is left.
 */
function closedCode(tracks: readonly MemberTrack[]): number {
  const codes = tracks.map(({ status, end }) => end?.exitCode ?? (status === 'skipped' ? 3 : 7));
  if (codes.length > 0 && codes.every((code) => code === 3)) return 3;
  const worst = severity.find((code) => codes.includes(code));
  return worst ?? (codes.some((code) => code !== 0) ? 4 : 0);
}

function summaryOf({ tracks }: Fleet): string {
  const of = (...statuses: string[]): number =>
    tracks.filter(({ status }) => statuses.includes(status)).length;
  const parts = [
    [of('done'), 'done'],
    [of('running'), 'running'],
    [of('parked'), 'waiting for a person'],
    [of('needs-hands'), 'closed with something left'],
    [of('skipped'), 'left out'],
    [of('waiting'), 'not begun'],
  ] as const;
  const text = parts
    .filter(([count]) => count > 0)
    .map(([count, label]) => `${String(count)} ${label}`)
    .join(', ');
  return `${String(tracks.length)} ${tracks.length === 1 ? 'member' : 'members'}: ${text}.`;
}

function leftToDo({ tracks, input }: Fleet): string[] {
  return tracks
    .filter(({ status, followed }) => !followed && status !== 'done')
    .map(({ member, status, end, note }) => {
      const why = note ?? end?.summary ?? '';
      const what = status === 'skipped' ? 'was not begun' : 'is closed with something left';
      return `${member.name} ${what}${why === '' ? '' : `: ${why}`} A new look comes first: ${newLook(input, member.name)}`;
    });
}

/** The command by which a member that has failed is tried again: never with its old plan. */
export function newLook({ runbook, fleet }: Pick<FleetInput, 'runbook' | 'fleet'>, member: string): string {
  return `runbook plan ${runbook.name} --fleet ${fleet.file} --member ${member}`;
}

/** Short state for the memo: members in place of devices, so that every reader of runs can show it. */
export function fleetMemo(fleet: Fleet): RunMemo {
  const { tracks, desk } = fleet;
  const paused = desk.paused();
  return {
    outcome: outcomeOf(fleet),
    phase: fleet.endedAt === undefined ? 'members' : 'closed',
    step: tracks
      .filter(isOpen)
      .map(({ member }) => member.name)
      .slice(0, 10)
      .join(', '),
    score: scoreOf(tracks),
    ...(paused === undefined ? {} : { paused }),
    questions: shortQuestions(fleetQuestions(fleet)),
  };
}

/** Markdown for the "current details" of the Temporal UI. */
export function fleetDetails(fleet: Fleet): string {
  const { desk, tracks, input } = fleet;
  const pause = desk.paused();
  const code = (text: string): string => `\`${text.replaceAll('`', "'")}\``;
  return [
    `**Fleet ${code(input.fleet.name)}**`,
    ...(pause === undefined ? [] : [`**paused since ${pause.since} by ${pause.by}: ${pause.reason}**`]),
    summaryOf(fleet),
    ...tracks
      .filter(isOpen)
      .slice(0, 20)
      .map((track) => {
        const { name, restsUntil } = memberState(track);
        const rest = restsUntil === undefined ? '' : ` until ${restsUntil} (a window)`;
        return `- ${code(name)} ${restsUntil === undefined ? track.status : 'waits'}${rest}: ${code(track.member.plan.runId)}`;
      }),
    ...fleetQuestions(fleet)
      .slice(0, 10)
      .map(
        (question) =>
          `- **${question.box}** ${question.text} → \`runbook ${question.answers.join('|')} ${question.run}\``,
      ),
  ].join('\n\n');
}
