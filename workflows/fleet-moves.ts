import type { Fleet } from './fleet-document.ts';
import { hasFailed, isAtWork, isOpen, type MemberTrack } from './fleet-state.ts';

/** What a person is asked between two members. */
type Gate = 'canary' | 'budget';

/** What the fleet does next. */
export type Move =
  | { readonly move: 'begin'; readonly track: MemberTrack }
  | { readonly move: 'ask'; readonly gate: Gate; readonly candidate: MemberTrack }
  /** What was asked has settled itself. */
  | { readonly move: 'withdraw' };

/** May there still be a start, now or after somebody has answered? */
export function mayStillBegin({ tracks, isDenied }: Fleet): boolean {
  return !isDenied && tracks.some(({ status }) => status === 'waiting');
}

/**
 * The next move, if there is one now; changes nothing. Failures are counted here, before each start: those that come later are at most
 * as many as are at work.
 */
export function nextMove(fleet: Fleet): Move | undefined {
  const { desk, tracks, input } = fleet;
  if (desk.stopped()) return undefined;
  const gate = gateBefore(fleet);
  if (fleet.asked !== undefined && fleet.asked.gate !== gate) return { move: 'withdraw' };
  const candidate = candidateOf(fleet);
  if (candidate === undefined || desk.paused() !== undefined || fleet.isDenied) return undefined;
  if (tracks.filter(isAtWork).length >= input.limits.fmcs) return undefined;
  if (tracks.some((track) => isOpen(track) && comesBefore(fleet, track, candidate))) return undefined;
  if (gate === undefined) return { move: 'begin', track: candidate };
  return fleet.asked === undefined ? { move: 'ask', gate, candidate } : undefined;
}

function candidateOf({ tracks }: Fleet): MemberTrack | undefined {
  return tracks.find(({ status, held }) => status === 'waiting' && !held);
}

/** Must the one be closed before the other begins? */
function comesBefore({ input }: Fleet, one: MemberTrack, other: MemberTrack): boolean {
  if (one.member.name === input.canary?.member) return true;
  return other.member.name !== input.canary?.member && one.member.order < other.member.order;
}

function gateBefore(fleet: Fleet): Gate | undefined {
  const { tracks, input, allowed, isAgreed } = fleet;
  if (tracks.filter(hasFailed).length > allowed) return 'budget';
  const canary = tracks.find(({ member }) => member.name === input.canary?.member);
  return !isAgreed && canary !== undefined && canary.status !== 'waiting' && !isOpen(canary)
    ? 'canary'
    : undefined;
}

/** Asks, or takes the question back. */
export function makeMove(fleet: Fleet, move: Exclude<Move, { move: 'begin' }>): void {
  const { desk, asked } = fleet;
  if (move.move === 'withdraw') {
    if (asked !== undefined) desk.withdraw(asked.id);
    fleet.asked = undefined;
    return;
  }
  fleet.askings += 1;
  const id = `${move.gate}#${String(fleet.askings)}`;
  fleet.asked = { gate: move.gate, id };
  void desk
    .ask({
      id,
      kind: 'approve',
      code: 'APPROVAL',
      step: move.gate,
      box: fleet.input.fleet.name,
      state: 'Members that are open go on by themselves; no further one is begun.',
      ...(move.gate === 'budget' ? budgetQuestion(fleet) : canaryQuestion(fleet)),
      answers: ['approve', 'deny'],
      needs: move.gate === 'budget' ? ['reason'] : [],
    })
    .then(({ verb, by, reason }) => {
      if (fleet.asked?.id === id) fleet.asked = undefined;
      if (verb === 'approve') {
        if (move.gate === 'canary') fleet.isAgreed = true;
        else fleet.allowed = Math.max(fleet.allowed, fleet.tracks.filter(hasFailed).length);
      }
      if (verb !== 'deny') return;
      fleet.isDenied = true;
      for (const track of fleet.tracks.filter(({ status }) => status === 'waiting'))
        track.note = `Not begun: ${by} said no${reason === undefined ? '' : ` (${reason})`}.`;
    });
}

function budgetQuestion({ tracks, allowed }: Fleet): { text: string; remedy: string } {
  const failed = tracks.filter(hasFailed).map(({ member }) => member.name);
  const more = failed.length - 10;
  const names = failed.slice(0, 10).join(', ') + (more > 0 ? ` and ${String(more)} more` : '');
  return {
    text: `${String(failed.length)} of ${String(tracks.length)} members have failed (${names}); ${String(allowed)} may. Is another one begun?`,
    remedy:
      'See what went wrong first; the question settles itself when enough of them go on. After an approval the next failure asks again.',
  };
}

function canaryQuestion({ tracks, input }: Fleet): { text: string; remedy: string } {
  const canary = tracks.find(({ member }) => member.name === input.canary?.member);
  const others = tracks.filter(({ status }) => status === 'waiting').length;
  return {
    text: `${canary?.member.name ?? ''} went first: ${canary?.end?.summary ?? canary?.note ?? 'it is closed.'} Are the other ${String(others)} members begun?`,
    remedy: 'Look at it; then approve, or deny with a reason.',
  };
}
