import { Option, type Command } from 'commander';
import { globalsOf } from './options.ts';
import type { Question } from '../../../workflows/contract.ts';

export type DecisionVerb = Question['answers'][number];

export interface DecisionOptions {
  readonly device?: string;
  readonly question?: string;
  readonly reason?: string;
  readonly send?: string;
  readonly case?: string;
  readonly all?: boolean;
}

const reasonNeeded: readonly DecisionVerb[] = ['skip', 'deny'];

/** Arguments, options and action that all answering verbs share. */
export function configureDecision(command: Command, verb: DecisionVerb): void {
  command
    .argument('[run]', 'id of the run, its beginning or end, or @last', '@last')
    .addOption(new Option('--device <name>', 'the question of this box, by name or UUID'))
    .addOption(new Option('--question <id>', 'this question, by its id or the end of it'))
    .addOption(new Option('--all', 'every open question that can be settled so'))
    .addOption(
      new Option('--reason <text>', `why; recorded${reasonNeeded.includes(verb) ? ' (required)' : ''}`),
    );
  if (verb === 'answer')
    command.addOption(
      new Option('--send <text>', 'what is typed at the prompt; recorded, never a password (required)'),
    );
  if (verb === 'approve')
    command.addOption(
      new Option('--case <number>', 'number of the support case, where the question asks for one; recorded'),
    );
  command
    .addHelpText(
      'after',
      '\nExit code: 0 accepted, 3 refused by the run (recorded too), 2 when it is not clear which question is meant.',
    )
    .action(async (reference: string) => {
      const { decide } = await import('./decide.ts');
      await decide(verb, reference, command.opts<DecisionOptions>(), globalsOf(command).output);
    });
}
