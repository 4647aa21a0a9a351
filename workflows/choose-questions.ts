import type { DecisionInput, DeskUpdate, Question } from './contract.ts';

type Asked = Pick<Question, 'id' | 'kind' | 'box' | 'answers' | 'uuid' | 'cause'>;

/** The open questions that a decision means; a text where there is none, or where it is not clear. Pure. */
export function chooseQuestions<One extends Asked>(
  open: readonly One[],
  verb: DeskUpdate,
  input: DecisionInput,
): One[] | string {
  const fitting = open.filter(({ answers }) => (answers as readonly string[]).includes(verb));
  if (input.cause !== undefined) {
    const { cause } = input;
    const alike = fitting.filter((question) => question.cause === cause);
    return alike.length > 0 ? alike : `No open question has the cause ${cause}.${causesText(open)}`;
  }
  if (input.all === 'open')
    return fitting.length > 0 ? fitting : `No open question can be settled with ${verb}.`;
  if (input.all === 'failed') {
    const failed = fitting.filter(isFailure);
    return failed.length > 0 ? failed : `Nothing that failed can be settled with ${verb}.`;
  }
  const meant = open.filter(
    ({ id, box, uuid }) =>
      (input.question === undefined || id === input.question) &&
      (input.device === undefined || box === input.device || uuid === input.device),
  );
  if (input.question !== undefined)
    return meant.length > 0 ? meant : `There is no open question ${input.question}.`;
  if (input.device !== undefined) return ofDevice(meant, verb, input.device);
  if (meant.length === 0) return 'No question is open.';
  return meant.length === 1
    ? meant
    : `Several questions are open; name one: ${meant.map(({ id }) => id).join(', ')}.`;
}

/** It went wrong: what a person was only asked for is not among them. */
export function isFailure({ kind }: Pick<Question, 'kind'>): boolean {
  return kind === 'failed' || kind === 'unknown-outcome' || kind === 'prompt';
}

/** A retry is as good for each question of a device; a yes and a typed text are for just one. */
function ofDevice<One extends Asked>(
  meant: readonly One[],
  verb: DeskUpdate,
  device: string,
): One[] | string {
  if (meant.length === 0) return `${device} asks nothing at the moment.`;
  const fitting = meant.filter(({ answers }) => (answers as readonly string[]).includes(verb));
  if (fitting.length === 0) return meant.slice(0, 1);
  const isExact = verb === 'approve' || verb === 'deny' || verb === 'answer';
  return isExact && fitting.length > 1
    ? `${device} asks several questions; name one: ${fitting.map(({ id }) => id).join(', ')}.`
    : fitting;
}

function causesText(open: readonly Asked[]): string {
  const causes = [...new Set(open.flatMap(({ cause }) => (cause === undefined ? [] : [cause])))];
  return causes.length === 0 ? '' : ` There are: ${causes.join(', ')}.`;
}
