import type { Halt, Question, RunDocument } from '../../workflows/contract.ts';
import { answerCommands, commandLine } from '../../report/index.ts';

type AnswerableQuestion = Question & { readonly commands: ReturnType<typeof answerCommands> };

type PrintedRun = Omit<RunDocument, 'questions' | 'paused'> & {
  readonly questions: readonly AnswerableQuestion[];
  readonly paused?: Halt & { readonly commands: readonly { verb: 'resume'; command: string }[] };
};

/** The run as `-o json` prints it: each open question carries the exact commands that settle it, a pause the one that ends it. */
export function runJson(document: RunDocument, program: string): PrintedRun {
  const { run, questions, paused, ...rest } = document;
  return {
    ...rest,
    run,
    ...(paused === undefined
      ? {}
      : {
          paused: {
            ...paused,
            commands: [{ verb: 'resume', command: commandLine(program, ['resume', run]) }],
          },
        }),
    questions: questions.map((question) => ({
      ...question,
      commands: answerCommands(program, run, question, questions),
    })),
  };
}
