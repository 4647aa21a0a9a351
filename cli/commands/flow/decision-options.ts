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
  readonly failed?: boolean;
  readonly cause?: string;
  readonly from?: string;
}

const reasonNeeded: readonly DecisionVerb[] = ['skip', 'deny'];

const examples: Record<DecisionVerb, readonly string[]> = {
  approve: ['@last', "@last --question go#1 --reason 'CAB said yes'"],
  deny: ["@last --question go#1 --reason 'not tonight'"],
  retry: [
    '@last --device ftd-3',
    '@last --device ftd-3 --from check',
    '@last --cause credential:fleet-admin',
    '@last --failed',
  ],
  skip: [
    "@last --device ftd-3 --reason 'in storage'",
    "@last --cause credential:fleet-admin --reason 'later'",
  ],
  answer: ["@last --question generated#1 --send 'yes'"],
};

/** Arguments, options and action that all answering verbs share. */
export function configureDecision(command: Command, verb: DecisionVerb): void {
  command
    .argument('[run]', 'id of the run, its beginning or end, or @last', '@last')
    .addOption(
      new Option(
        '--device <name>',
        verb === 'retry'
          ? 'this device, by name or UUID; also one that has ended as skipped or needs hands'
          : 'the question of this box, by name or UUID',
      ),
    )
    .addOption(new Option('--question <id>', 'this question, by its id or the end of it'))
    .addOption(new Option('--all', 'every open question that can be settled so'))
    .addOption(
      new Option('--reason <text>', `why; recorded${reasonNeeded.includes(verb) ? ' (required)' : ''}`),
    );
  if (verb === 'retry' || verb === 'skip')
    command
      .addOption(new Option('--failed', 'everything that failed'))
      .addOption(
        new Option('--cause <cause>', 'everything that stands at this cause, such as credential:NAME'),
      );
  if (verb === 'retry')
    command.addOption(
      new Option(
        '--from <step>',
        'go on from an earlier step of the stage; never from before one that is done and cannot be taken back',
      ),
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
      `\nExamples:\n${examples[verb].map((words) => `  runbook ${verb} ${words}`).join('\n')}\n\nExit code: 0 accepted, 3 refused by the run (recorded too), 2 when it is not clear which question is meant.`,
    )
    .action(async (reference: string) => {
      const { decide } = await import('./decide.ts');
      await decide(verb, reference, command.opts<DecisionOptions>(), globalsOf(command).output);
    });
}
