import type { Pause } from './decisions.ts';
import type { Question, RunOutcome } from './contract.ts';

/** Nobody has to answer it: it settles itself at a known time, such as when a maintenance window opens. */
export function settlesItself({ settlesAt }: Pick<Question, 'settlesAt'>): boolean {
  return settlesAt !== undefined;
}

interface Standing {
  readonly questions: readonly Pick<Question, 'settlesAt'>[];
  readonly paused?: Pause;
  readonly outcome?: RunOutcome;
}

/** Does a person have something to do: an answer, the end of a pause or of a hold? */
export function needsPerson({ questions, paused, outcome }: Standing): boolean {
  return paused !== undefined || outcome === 'waiting' || questions.some((one) => !settlesItself(one));
}

/** Until when it rests without needing anybody: everything that it asks settles itself. Undefined: it does not rest. */
export function restsUntil(standing: Standing): string | undefined {
  if (needsPerson(standing) || (standing.outcome ?? 'running') !== 'running') return undefined;
  return standing.questions.flatMap(({ settlesAt }) => settlesAt ?? []).sort()[0];
}
