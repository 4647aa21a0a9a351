import { restsUntil } from './attention.ts';
import type {
  Decision,
  DeviceStatus,
  FleetInput,
  FleetMember,
  FleetQuestion,
  MemberEnd,
  MemberNews,
  MemberState,
} from './contract.ts';

/** A member as the fleet follows it. */
export interface MemberTrack {
  readonly member: FleetMember;
  status: DeviceStatus;
  held: boolean;
  followed: boolean;
  lanes: number;
  news: MemberNews | undefined;
  end: MemberEnd | undefined;
  note: string | null;
  startedAt: string | null;
  endedAt: string | null;
}

/** Members in the order in which they begin: the canary, then by their order, then as the file has them. */
export function createTracks({ members, canary }: FleetInput): MemberTrack[] {
  return members
    .map((member, place) => ({ member, place }))
    .sort(
      (a, b) =>
        Number(b.member.name === canary?.member) - Number(a.member.name === canary?.member) ||
        a.member.order - b.member.order ||
        a.place - b.place,
    )
    .map(({ member }) => ({
      member,
      status: 'waiting' as const,
      held: false,
      followed: false,
      lanes: 0,
      news: undefined,
      end: undefined,
      note: null,
      startedAt: null,
      endedAt: null,
    }));
}

/** The cancel that was not refused. */
export function cancelOf(decisions: readonly Decision[]): Decision | undefined {
  return decisions.find(({ verb, refused }) => verb === 'cancel' && refused === undefined);
}

export function isOpen({ status }: MemberTrack): boolean {
  return status === 'running' || status === 'parked';
}

/** At work: it is open, waits for no person, and does not rest until something comes by itself. */
export function isAtWork(track: MemberTrack): boolean {
  return track.status === 'running' && restingUntil(track) === undefined;
}

/** Until when everything that it asks settles itself; undefined: it does not rest. */
function restingUntil({ status, news }: MemberTrack): string | undefined {
  const { asking = 0, settling = 0, questions = [] } = news ?? {};
  if (status !== 'running' || settling === 0 || settling < asking) return undefined;
  return restsUntil({ questions });
}

/** Open questions of all members that somebody has to answer. */
export function askingPeople(tracks: readonly MemberTrack[]): number {
  return tracks
    .filter(isOpen)
    .reduce((sum, { news }) => sum + (news?.asking ?? 0) - (news?.settling ?? 0), 0);
}

/** Closed with something left that nobody has decided on, or standing at a step that went wrong. */
export function hasFailed({ status, end, news }: MemberTrack): boolean {
  if (status === 'needs-hands') return end?.outcome !== 'cancelled';
  return (status === 'running' || status === 'parked') && (news?.failing ?? 0) > 0;
}

/** How many members may have failed: a percentage of all is rounded down. */
export function allowedFailures({ limits, members }: Pick<FleetInput, 'limits' | 'members'>): number {
  const { budget } = limits;
  if (typeof budget === 'number') return budget;
  return Math.floor((Number.parseFloat(budget) / 100) * members.length);
}

/**
 * Device lanes for the member that begins now: what those at work leave of all, shared among those that may still begin beside it.
 * A member that waits for a person, or for its window, works on nothing and counts for nothing.
 */
export function dealLanes({ limits }: Pick<FleetInput, 'limits'>, tracks: readonly MemberTrack[]): number {
  const atWork = tracks.filter(isAtWork);
  const used = atWork.reduce((sum, { lanes }) => sum + lanes, 0);
  const toBegin = tracks.filter(({ status, held }) => status === 'waiting' && !held).length;
  const places = Math.max(1, Math.min(limits.fmcs - atWork.length, toBegin));
  return Math.max(1, Math.floor((limits.devices - used) / places));
}

export function memberState(whole: MemberTrack): MemberState {
  const { member, news, end, ...track } = whole;
  const { plan, options } = member;
  const rests = restingUntil(whole);
  return {
    name: member.name,
    run: plan.runId,
    manager: plan.managers?.length === 0 ? '' : plan.manager.name,
    uuid: plan.manager.uuid ?? '',
    status: track.status,
    held: track.held,
    followed: track.followed,
    order: member.order,
    devices: member.devices,
    lanes: track.lanes,
    outcome: end?.outcome ?? (track.startedAt === null ? null : (news?.outcome ?? 'running')),
    exitCode: end?.exitCode ?? (track.status === 'needs-hands' ? 7 : null),
    score:
      end?.score ??
      news?.score ??
      ({ done: 0, running: 0, waiting: 0, failed: 0, notStarted: member.devices } as const),
    phases: end?.phases ?? {},
    asking: end === undefined ? (news?.asking ?? 0) : 0,
    ...(rests === undefined ? {} : { restsUntil: rests }),
    note: track.note ?? (end === undefined || end.exitCode === 0 ? null : end.summary),
    changeId: options.changeId ?? null,
    startedAt: track.startedAt,
    endedAt: track.endedAt,
    runStartedAt: end?.startedAt ?? null,
    leftToDo: end?.leftToDo ?? [],
    left: end?.left ?? 0,
  };
}

/** The short form of what the runs ask. */
export function memberQuestions(tracks: readonly MemberTrack[]): FleetQuestion[] {
  return tracks.filter(isOpen).flatMap(({ member, news }) =>
    (news?.questions ?? []).map((question) => ({
      ...question,
      run: member.plan.runId,
      member: member.name,
    })),
  );
}
