import { defineUpdate, setHandler } from '@temporalio/workflow';
import {
  runUpdates,
  someone,
  type DecisionAnswer,
  type DecisionInput,
  type DeskUpdate,
  type FleetWord,
  type Pause,
  type RunUpdate,
} from './contract.ts';
import { readDecision } from './decision-input.ts';
import { refusedDecision, takeDeskUpdates } from './desk.ts';
import { newLook, type Fleet } from './fleet-document.ts';
import { passOn } from './fleet-member.ts';
import { isOpen, memberQuestions, type MemberTrack } from './fleet-state.ts';
import { inCharge, noteFault } from './hand-over.ts';
import { nowIso } from './instant.ts';

/**
 * Sets the handlers of what people do with a fleet. What is about all of it is recorded here and passed on to the runs it has started;
 * `device` names a member. Questions of a member are answered at its own run.
 */
export function takeFleetUpdates(fleet: Fleet): void {
  const whole: Record<
    Exclude<FleetWord['verb'], 'cancel'>,
    (input: DecisionInput) => string | DecisionAnswer
  > = {
    pause: (input) => pause(fleet, input),
    resume: (input) => resume(fleet, input),
    note: (input) => note(fleet, input),
    takeover: (input) => takeOver(fleet, input),
  };
  const judge = async (verb: RunUpdate, input: DecisionInput): Promise<DecisionAnswer> => {
    if (verb === 'hold' || verb === 'release') return holdMember(fleet, verb, input);
    const answer = whole[verb](input);
    if (typeof answer !== 'string') return answer;
    fleet.onChange();
    await passOn(fleet, { verb, input });
    return { accepted: true, text: answer };
  };
  for (const verb of runUpdates) {
    setHandler(
      defineUpdate<DecisionAnswer, [unknown]>(verb),
      async (given) => {
        const input = readDecision(verb, given);
        if (typeof input === 'string') return recorded(fleet, verb, { by: someone }, refused(input));
        return recorded(fleet, verb, input, await judge(verb, input));
      },
      { description: descriptions[verb] },
    );
  }
  takeDeskUpdates((verb, given) => {
    const input = readDecision(verb, given);
    if (typeof input === 'string') return recorded(fleet, verb, { by: someone }, refused(input));
    if (verb !== 'cancel' && input.device !== undefined)
      return recorded(fleet, verb, input, decideOnMember(fleet, verb, input));
    const asker = memberQuestions(fleet.tracks).find(({ id }) => id === input.question);
    if (asker !== undefined)
      return recorded(
        fleet,
        verb,
        input,
        refused(`It is answered at the run that asks: runbook ${verb} ${asker.run}`),
      );
    return fleet.desk.decide(verb, input);
  });
}

/** A refusal stands among the decisions too. */
function recorded(fleet: Fleet, verb: string, input: DecisionInput, answer: DecisionAnswer): DecisionAnswer {
  if (!answer.accepted) fleet.desk.record(refusedDecision(verb, input, answer.text));
  return answer;
}

function memberNamed({ tracks }: Fleet, name: string | undefined): MemberTrack | undefined {
  return tracks.find(
    ({ member }) =>
      name !== undefined && [member.name, member.plan.runId, member.plan.manager.uuid].includes(name),
  );
}

/** `hold`: not begun until `release`. One that is open is held by pausing its own run. */
function holdMember(fleet: Fleet, verb: 'hold' | 'release', input: DecisionInput): DecisionAnswer {
  const { by, reason = '', device } = input;
  const track = memberNamed(fleet, device);
  if (track === undefined) return refused(noMember(fleet, device));
  const { name, plan } = track.member;
  if (verb === 'release' && !track.held) return { accepted: true, text: `${name} is not held.` };
  if (verb === 'hold' && track.status !== 'waiting')
    return refused(
      isOpen(track)
        ? `${name} is open already: runbook pause ${plan.runId} --reason WHY`
        : `${name} is closed already.`,
    );
  if (verb === 'hold' && track.held)
    return { accepted: true, text: `${name} is held already: ${track.note ?? ''}` };
  if (verb === 'hold' && reason === '') return refused('hold needs a reason.');
  track.held = verb === 'hold';
  track.note = verb === 'hold' ? `Held by ${by}: ${reason}` : null;
  fleet.desk.record({ by, verb, box: name, ...(reason === '' ? {} : { reason }) });
  fleet.onChange();
  return {
    accepted: true,
    text: verb === 'hold' ? `${name} is not begun until release.` : `${name} may begin again.`,
    boxes: [name],
  };
}

/** `skip` of a member that is not begun, or only followed; `retry` of one that has failed needs a new look, and says so. */
function decideOnMember(fleet: Fleet, verb: DeskUpdate, input: DecisionInput): DecisionAnswer {
  const { by, reason = '', device } = input;
  const track = memberNamed(fleet, device);
  if (track === undefined) return refused(noMember(fleet, device));
  const { name, plan } = track.member;
  if (verb === 'skip' && (track.status === 'waiting' || (track.followed && isOpen(track)))) {
    if (reason === '') return refused('skip needs a reason.');
    track.note = `Left out by ${by}: ${reason}`;
    track.held = false;
    track.status = 'skipped';
    fleet.desk.record({ by, verb, box: name, reason });
    fleet.onChange();
    return { accepted: true, text: `${name} is left out of this fleet.`, boxes: [name] };
  }
  if (track.status === 'waiting') return refused(`${name} is not begun: nothing of it is open to ${verb}.`);
  if (isOpen(track))
    return refused(
      `${name} is answered at its own run: runbook ${verb} ${plan.runId}; its end: runbook cancel ${plan.runId}`,
    );
  if (verb === 'retry' && track.status !== 'done')
    return refused(
      `${name} is closed; its old plan does not fit any more. A new look comes first: ${newLook(fleet.input, name)}`,
    );
  return refused(`${name} is closed already.`);
}

function noMember({ tracks }: Fleet, name: string | undefined): string {
  const names = tracks.slice(0, 10).map(({ member }) => member.name);
  return name === undefined
    ? `Which member? Name it: {"device": "${names[0] ?? ''}"}`
    : `This fleet has no member ${name}; it has ${names.join(', ')}${tracks.length > 10 ? ', …' : ''}.`;
}

function pause(fleet: Fleet, { by, reason = '' }: DecisionInput): string | DecisionAnswer {
  const { desk } = fleet;
  if (desk.stopped()) return refused('The fleet is being cancelled: nothing new is begun anyhow.');
  const before = desk.paused();
  if (before !== undefined)
    return {
      accepted: true,
      text: `Paused already, since ${before.since} by ${before.by}: ${before.reason}`,
    };
  if (reason === '') return refused('pause needs a reason.');
  const begun: Pause = { since: nowIso(), by, reason };
  desk.record({ by, verb: 'pause', reason });
  desk.pause(begun);
  return [
    `Paused: no further member is begun, and ${membersAtWork(fleet)} until resume nothing that changes a box.`,
    'What is in flight is finished; `runbook status` of a member names it.',
    ...followedText(fleet),
  ].join('\n');
}

function resume(fleet: Fleet, { by, reason }: DecisionInput): string | DecisionAnswer {
  const { desk } = fleet;
  if (desk.paused() === undefined)
    return {
      accepted: true,
      text: desk.stopped() ? 'The fleet is being cancelled.' : 'The fleet is not paused.',
    };
  desk.record({ by, verb: 'resume', ...(reason === undefined ? {} : { reason }) });
  desk.resume();
  return `Resumed: ${membersAtWork(fleet)} again, and further ones are begun. A member that was paused by itself goes on too.`;
}

function note(fleet: Fleet, { by, text = '', device }: DecisionInput): string | DecisionAnswer {
  const fault = noteFault(text);
  if (fault !== undefined) return refused(fault);
  if (device !== undefined)
    return refused('A note on a box belongs to the run of its member; `runbook status` names it.');
  fleet.desk.record({ by, verb: 'note', reason: text });
  return 'Noted, here and at the members that are open.';
}

function takeOver(fleet: Fleet, { by, reason = '' }: DecisionInput): string | DecisionAnswer {
  const { desk, input, startedAt } = fleet;
  const present = inCharge({ by: input.startedBy.identity, at: startedAt }, desk.decisions());
  if (present.by === by)
    return { accepted: true, text: `${by} is in charge already, since ${present.since}.` };
  if (reason === '') return refused('takeover needs a reason.');
  desk.record({ by, verb: 'takeover', reason });
  return `${by} is in charge now, also of the members that are open; before: ${present.by}, since ${present.since}.`;
}

function membersAtWork({ runs }: Fleet): string {
  return runs.size === 1 ? 'the one that is open begins' : `the ${String(runs.size)} that are open begin`;
}

function followedText({ tracks }: Fleet): string[] {
  const names = tracks.filter((track) => track.followed && isOpen(track)).map(({ member }) => member.name);
  return names.length === 0
    ? []
    : [`Started by somebody else, and not reached by this: ${names.slice(0, 10).join(', ')}.`];
}

const refused = (text: string): DecisionAnswer => ({ accepted: false, text });

const descriptions: Record<RunUpdate, string> = {
  hold: 'Do not begin a member until release: {"by": "you", "device": "MEMBER", "reason": "…"}',
  release: 'Let a held member begin: {"by": "you", "device": "MEMBER"}',
  pause:
    'Begin no further member, and in those that are open nothing that changes a box, until resume: {"by": "you", "reason": "…"}',
  resume: 'Go on after a pause, with all members: {"by": "you", "reason": "…"}',
  note: 'Note something on the fleet and its open members: {"by": "you", "text": "…"}',
  takeover: 'Be in charge of the fleet and its open members from now on: {"by": "you", "reason": "…"}',
};
