import { printable } from './printable.ts';
import type { ApprovalNeed, FleetQuestion, Question } from '../../workflows/contract.ts';

type Verb = Question['answers'][number];
/** As much of a question as a command needs. */
type AskedQuestion = Pick<Question, 'id' | 'box' | 'answers' | 'needs' | 'cause'>;

/** Verbs of {@link Question.answers} that do not go without a reason or a text. */
const moreNeeded: Partial<Record<Verb, string>> = {
  skip: "--reason 'WHY'",
  deny: "--reason 'WHY'",
  answer: "--send 'TEXT'",
};

const approvalNeeds: Record<ApprovalNeed, string> = { case: "--case 'NUMBER'", reason: "--reason 'WHY'" };

/** One word as a POSIX shell takes it. */
export function shellWord(word: string): string {
  if (/^[\w@%+=:,./-][\w@%+=:,./#-]*$/.test(word)) return word;
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

/** A command that can be copied as it stands. */
export function commandLine(program: string, words: readonly string[]): string {
  return [program, ...words.map(shellWord)].join(' ');
}

/** The exact command for each way to settle a question, in the order of its answers. */
export function answerCommands(
  program: string,
  run: string,
  question: AskedQuestion,
  all: readonly AskedQuestion[],
): { verb: Verb; command: string }[] {
  return question.answers.map((verb) => {
    const command = commandLine(program, [verb, run, ...selector(verb, question, all)]);
    return { verb, command: [command, ...moreWords(verb, question)].join(' ') };
  });
}

/** As {@link answerCommands}, for what a fleet shows: each question is answered at the run that asks it. */
export function fleetAnswerCommands(
  program: string,
  question: FleetQuestion,
  all: readonly FleetQuestion[],
): { verb: Verb; command: string }[] {
  const ofRun = all.filter(({ run }) => run === question.run);
  return answerCommands(program, question.run, question, ofRun);
}

/** The exact command for each way to settle all questions of one cause. */
export function causeCommands(
  program: string,
  run: string,
  questions: readonly AskedQuestion[],
): { verb: Verb; command: string }[] {
  const [first] = questions;
  if (first?.cause === undefined) return [];
  const { cause } = first;
  return (['retry', 'skip', 'answer'] as const)
    .filter((verb) => questions.some(({ answers }) => answers.includes(verb)))
    .map((verb) => {
      const command = commandLine(program, [verb, run, '--cause', cause]);
      return { verb, command: [command, ...moreWords(verb, first)].join(' ') };
    });
}

/** Questions that one answer settles, together; all others each for itself. */
export function groupByCause<One extends Pick<Question, 'cause'>>(questions: readonly One[]): One[][] {
  const groups = new Map<string | One, One[]>();
  for (const question of questions) {
    const key = question.cause ?? question;
    groups.set(key, [...(groups.get(key) ?? []), question]);
  }
  return [...groups.values()];
}

/** What the verb does not go without, to be filled in. */
function moreWords(verb: Verb, { needs = [] }: AskedQuestion): string[] {
  if (verb === 'approve') return needs.map((need) => approvalNeeds[need]);
  const more = moreNeeded[verb];
  return more === undefined ? [] : [more];
}

/**
 * The option that means this question and no other. A yes and a typed text are for just this question, not for the next one of the
 * box that may have come up meanwhile; a retry is as good for either. A name that cannot be typed safely is never used.
 */
function selector(verb: Verb, question: AskedQuestion, all: readonly AskedQuestion[]): string[] {
  const isExact = verb === 'approve' || verb === 'deny' || verb === 'answer';
  const sameBox = all.filter((other) => other.box === question.box);
  const isTypable = printable(question.box) === question.box && !question.box.startsWith('-');
  return !isExact && sameBox.length === 1 && isTypable
    ? ['--device', question.box]
    : ['--question', question.id];
}
