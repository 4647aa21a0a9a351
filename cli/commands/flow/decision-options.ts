import { Option, type Command } from 'commander';
import { globalsOf } from './options.ts';
import { promptKeys, type Question } from '../../../workflows/contract.ts';

export type DecisionVerb = Question['answers'][number];

export interface DecisionOptions {
  readonly device?: string;
  readonly question?: string;
  readonly reason?: string;
  readonly send?: string;
  readonly raw?: boolean;
  readonly key?: string;
  readonly sendCredential?: string;
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
  answer: [
    "@last --device ftd-3 --send 'yes'",
    '@last --cause prompt:1f3a9c2e --key enter',
    '@last --question look#1 --send-credential token',
  ],
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
    command.addOption(new Option('--failed', 'everything that failed'));
  if (verb === 'retry' || verb === 'skip' || verb === 'answer')
    command.addOption(
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
    command
      .addOption(
        new Option(
          '--send <text>',
          'a line to be typed at the prompt, with Enter; recorded, never a password',
        ),
      )
      .addOption(new Option('--raw', 'with --send: exactly these signs, whatever they are, and no Enter'))
      .addOption(new Option('--key <name>', `a key: ${Object.keys(promptKeys).join(', ')}`))
      .addOption(
        new Option(
          '--send-credential <name>',
          'a secret of the inventory (`secrets`, or the password of an entry), typed by the worker with Enter; only its name is recorded',
        ),
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
