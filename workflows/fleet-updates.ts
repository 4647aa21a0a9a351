import { defineUpdate, setHandler } from '@temporalio/workflow';
import {
  runUpdates,
  type DecisionAnswer,
  type DecisionInput,
  type FleetWord,
  type Pause,
  type RunUpdate,
} from './contract.ts';
import { readDecision } from './decision-input.ts';
import type { Fleet } from './fleet-document.ts';
import { passOn } from './fleet-member.ts';
import { isOpen } from './fleet-state.ts';
import { inCharge } from './hand-over.ts';
import { nowIso } from './instant.ts';

/** Sets the handlers of what people do with a fleet as a whole. All of it is recorded here and passed on to the runs it has started. */
export function takeFleetUpdates(fleet: Fleet): void {
  const handlers: Record<RunUpdate, (input: DecisionInput) => string | DecisionAnswer> = {
    pause: (input) => pause(fleet, input),
    resume: (input) => resume(fleet, input),
    note: (input) => note(fleet, input),
    takeover: (input) => takeOver(fleet, input),
  };
  for (const verb of runUpdates) {
    setHandler(
      defineUpdate<DecisionAnswer, [unknown]>(verb),
      async (given) => {
        const input = readDecision(given);
        if (typeof input === 'string') return refused(input);
        const answer = handlers[verb](input);
        if (typeof answer !== 'string') return answer;
        fleet.onChange();
        await passOn(fleet, { verb, input } satisfies FleetWord);
        return { accepted: true, text: answer };
      },
      { description: descriptions[verb] },
    );
  }
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
  if (text.trim() === '') return refused('note needs a text.');
  if (device !== undefined)
    return refused('A note on a box belongs to the run of its member; `runbook status` names it.');
  fleet.desk.record({ by, verb: 'note', reason: text.slice(0, 2000) });
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
  pause:
    'Begin no further member, and in those that are open nothing that changes a box, until resume: {"by": "you", "reason": "…"}',
  resume: 'Go on after a pause, with all members: {"by": "you", "reason": "…"}',
  note: 'Note something on the fleet and its open members: {"by": "you", "text": "…"}',
  takeover: 'Be in charge of the fleet and its open members from now on: {"by": "you", "reason": "…"}',
};
