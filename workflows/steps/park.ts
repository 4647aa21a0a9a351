import type { DoStep } from '../../language/runbook.ts';
import type { Question, TypedAnswer } from '../contract.ts';
import type { NewQuestion } from '../desk.ts';
import type { Failure } from '../failure.ts';
import { askUnlessSettled } from '../self-settling.ts';
import { knockAt } from '../sites.ts';
import { endOfCommand, standingOf } from '../standing-session.ts';
import { typedPart } from '../typed-answer.ts';
import { path, questionId, waysBack, type StepContext, type StepEnd } from './context.ts';

/** An attempt that failed. */
interface Stuck {
  readonly failure: Failure;
  readonly attempt: number;
  readonly startedAt: string;
  readonly title: string;
}

/** The step is done again; `typed`: what a person has answered to the prompt that it stands at. `byItself`: nobody had to say so. */
interface Again {
  readonly end: 'again';
  readonly typed: TypedAnswer;
  readonly byItself: boolean;
}

/** Asks a person how the step goes on after a failure. */
export async function park(
  step: DoStep,
  context: StepContext,
  { failure, attempt, startedAt, title }: Stuck,
): Promise<StepEnd | Again> {
  const isUnknown = failure.context['unknownOutcome'] === true || failure.entry.class === 'unknown-outcome';
  const answers: Question['answers'][number][] = ['retry'];
  if (context.isDevice) answers.push('skip');
  if (failure.code === 'GENERATE_PROMPT_UNFIT' || standingOf(failure) !== undefined) answers.push('answer');
  context.report({
    path: path(step, context),
    title,
    status: 'parked',
    attempt,
    startedAt,
    note: failure.text,
  });
  // The question is gone once it is settled; what was met stays for the report.
  if (failure.known !== undefined)
    context.finding({
      code: failure.code,
      severity: 'warn',
      text: `${failure.known.fault.title}. ${failure.known.fault.cause}`,
      box: context.target.name,
      ...(context.target.uuid === undefined ? {} : { uuid: context.target.uuid }),
      fault: failure.known.met,
    });
  const question: NewQuestion = {
    id: questionId(step.id, context, attempt),
    kind: isUnknown ? 'unknown-outcome' : failure.entry.class === 'prompt' ? 'prompt' : 'failed',
    code: failure.code,
    step: path(step, context),
    box: context.target.name,
    ...(context.target.uuid === undefined ? {} : { uuid: context.target.uuid }),
    text: failure.text,
    state: failure.context.state ?? context.boxState(),
    remedy: failure.context.remedy ?? failure.entry.remedy,
    ...(failure.context.screen === undefined ? {} : { screen: failure.context.screen }),
    ...(failure.known === undefined ? {} : { fault: failure.known.met }),
    ...(failure.context.cause === undefined ? {} : { cause: failure.context.cause }),
    ...waysBack(context),
    answers,
  };
  const settles = settledBy(failure, context);
  const answer =
    settles === undefined
      ? await context.desk.ask(question)
      : await askUnlessSettled(context.desk, question, settles);
  if (answer === undefined) return { end: 'again', typed: {}, byItself: true };
  if (answer.verb === 'stop') {
    const state = failure.context.state ?? context.boxState();
    return { end: 'stopped', note: `${failure.text} ${state} ${failure.context.remedy ?? ''}`.trim() };
  }
  if (answer.verb === 'skip') return { end: 'skipped', note: `${failure.code}: ${answer.reason ?? ''}` };
  if (answer.from !== undefined) return { end: 'back', to: answer.from, askedFor: true };
  return { end: 'again', typed: typedPart(answer), byItself: false };
}

/** What would settle the question without a person: a worker of the site that comes, a command that ends after all. */
function settledBy(failure: Failure, context: StepContext): (() => Promise<void>) | undefined {
  const site = failure.code === 'ENGINE_NO_SITE_WORKER' ? failure.context['site'] : undefined;
  if (typeof site === 'string') return () => knockAt(site);
  const standing = standingOf(failure);
  return standing?.mayEnd === true ? () => endOfCommand(standing, context.envelope('')) : undefined;
}
