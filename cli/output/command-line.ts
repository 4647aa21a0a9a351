import { printable } from '../../report/index.ts';
import type { Question } from '../../workflows/contract.ts';

/** Verbs of {@link Question.answers} that do not go without a reason or a text. */
const moreNeeded: Partial<Record<Question['answers'][number], string>> = {
  skip: "--reason 'WHY'",
  deny: "--reason 'WHY'",
  answer: "--send 'TEXT'",
};

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
  question: Question,
  all: readonly Question[],
): { verb: Question['answers'][number]; command: string }[] {
  return question.answers.map((verb) => {
    const command = commandLine(program, [verb, run, ...selector(question, all)]);
    const more = moreNeeded[verb];
    return { verb, command: more === undefined ? command : `${command} ${more}` };
  });
}

/** The shortest option that means this question and no other. A name that cannot be typed safely is never used. */
function selector(question: Question, all: readonly Question[]): string[] {
  if (all.length === 1) return [];
  const sameBox = all.filter((other) => other.box === question.box);
  if (sameBox.length === 1 && printable(question.box) === question.box) return ['--device', question.box];
  return ['--question', question.id];
}
