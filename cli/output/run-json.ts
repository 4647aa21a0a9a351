import type { Question, RunDocument } from '../../workflows/contract.ts';
import { answerCommands } from './command-line.ts';

type AnswerableQuestion = Question & { readonly commands: ReturnType<typeof answerCommands> };

/** The run as `-o json` prints it: each open question carries the exact commands that settle it. */
export function runJson(
  document: RunDocument,
  program: string,
): Omit<RunDocument, 'questions'> & { readonly questions: readonly AnswerableQuestion[] } {
  const { run, questions } = document;
  return {
    ...document,
    questions: questions.map((question) => ({
      ...question,
      commands: answerCommands(program, run, question, questions),
    })),
  };
}
