import { refusalOfTyped, typedText } from './typed-answer.ts';
import type { ApprovalNeed, Decision, DecisionInput, DeskUpdate, Pause, Question } from './contract.ts';

/** What stands against settling this question so; undefined: nothing. Pure. */
export function refusalOf(question: Question, verb: DeskUpdate, input: DecisionInput): string | undefined {
  if (!(question.answers as readonly string[]).includes(verb)) {
    return `This question cannot be settled with ${verb}; possible: ${question.answers.join(', ')}.`;
  }
  if ((verb === 'skip' || verb === 'deny') && (input.reason ?? '') === '') return `${verb} needs a reason.`;
  if (verb === 'approve') {
    const missing = (question.needs ?? []).filter((need) => (input[need] ?? '').trim() === '');
    if (missing.length > 0)
      return `This approval needs ${missing.map((need) => needTexts[need]).join(' and ')}: they are recorded.`;
  }
  if (verb === 'answer') {
    const refusal = refusalOfTyped(question, input);
    if (refusal !== undefined) return refusal;
  }
  if (input.from !== undefined && question.backTo?.includes(input.from) !== true)
    return wayBackText(question, input.from);
  return undefined;
}

function wayBackText({ step, backTo = [] }: Question, from: string): string {
  const ways =
    backTo.length === 0
      ? 'There is no earlier step to go on from'
      : `Steps to go on from: ${backTo.join(', ')}`;
  return `${step} cannot be gone on with from "${from}". ${ways}; never from before a step that is done and cannot be taken back.`;
}

const needTexts: Record<ApprovalNeed, string> = {
  reason: 'a reason (--reason)',
  case: 'the number of the support case (--case)',
};

/** What was done, and what keeps it from having an effect for now. `paused`: see `Desk`. */
export function doneText(
  verb: DeskUpdate,
  settled: readonly Pick<Question, 'box' | 'step' | 'uuid'>[],
  paused: (uuid?: string) => Pause | undefined,
): string {
  const [first, second] = settled;
  const what =
    first !== undefined && second === undefined
      ? `${first.box}, ${first.step}.`
      : `${String(settled.length)} questions (${someNames(settled.map(({ box }) => box))}).`;
  const held = settled.filter(({ uuid }) => paused(uuid) !== undefined).map(({ box }) => box);
  const later =
    paused() !== undefined
      ? ' The run is paused: what changes a box begins after resume.'
      : held.length === 0
        ? ''
        : ` Held: ${someNames(held)}; what changes a held device begins after its release.`;
  return `${verb}: ${what}${later}`;
}

/** A few names and how many more. */
export function someNames(names: readonly string[]): string {
  const more = names.length - 5;
  return names.slice(0, 5).join(', ') + (more > 0 ? ` and ${String(more)} more` : '');
}

/** What to type for this answer in the dialogue of the Temporal UI: what stands there in capitals is to be filled in. */
export function updateInput(
  verb: Question['answers'][number],
  { id, box, uuid, needs = [] }: Pick<Question, 'id' | 'box' | 'uuid' | 'needs'>,
): string {
  const isExact = verb === 'approve' || verb === 'deny' || verb === 'answer';
  const wanted = verb === 'approve' ? needs : verb === 'skip' || verb === 'deny' ? ['reason'] : [];
  return JSON.stringify({
    ...(isExact ? { question: id } : { device: uuid ?? box }),
    by: 'you',
    ...(wanted.includes('case') ? { case: 'NUMBER' } : {}),
    ...(wanted.includes('reason') ? { reason: 'WHY' } : {}),
    ...(verb === 'answer' ? { send: 'TEXT' } : {}),
  });
}

/** Who settled a question, how and when: for those who come second. */
export function settledText({ question, by, verb, at, reason, ...typed }: Decision): string {
  const what = `${verb} ${typedText(typed)}`.trimEnd();
  const why = reason === undefined || reason === '' ? '' : ` (${JSON.stringify(reason)})`;
  return `The question ${question ?? ''} was settled by ${by} at ${at}: ${what}${why}. That counts; nothing was changed.`;
}

/** Is it the same decision once more, by the same person? Then it is done, and no refusal. */
export function isSameDecision(before: Decision, verb: DeskUpdate, input: DecisionInput): boolean {
  return before.verb === verb && before.by === input.by && typedText(before) === typedText(input);
}

/** Why a cancel changes nothing at the end of a run, and what would. */
export function endingText(
  ending: 'cancelled' | 'closing',
  questions: ReadonlyMap<string, Question>,
): string {
  const waits = [...questions.values()].map(({ id, text }) => `${id} (${text.slice(0, 200)})`);
  return (
    (ending === 'cancelled' ? 'The run is already being cancelled' : 'The run is at its end already') +
    (waits.length === 0 ? '.' : `; it waits for an answer to ${waits.join(', ')}.`)
  );
}

/** What the Temporal UI shows beside each update. */
export const deskDescriptions: Record<DeskUpdate, string> = {
  approve:
    'Agree to what is asked: {"question": "…", "by": "you", "reason": "…", "case": "…"}; "device" or "all": "open" in place of "question"',
  deny: 'Refuse what is asked: {"question": "…", "by": "you", "reason": "…"}; "device" in place of "question"',
  retry:
    'Do the step again: {"device": "ftd-3", "by": "you"}; "question", "cause" or "all": "failed" in place of "device"; "from" goes back to an earlier step of the stage',
  skip: 'Leave a device or step out: {"device": "ftd-3", "by": "you", "reason": "…"}; "question", "cause" or "all": "failed" in place of "device"',
  answer:
    'Type at an unknown prompt: {"question": "…", "by": "you", "send": "yes"}; "device" or "cause" in place of "question"; in place of "send" (a line) also "raw" (no Enter), "key": "ctrl-c", or "credential": NAME of a secret of the inventory. Never a password: it is recorded',
  cancel: 'Finish what is under way and begin nothing new: {"by": "you", "reason": "…"}',
};
