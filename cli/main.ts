import { Command, CommanderError, Option } from 'commander';

import { asRunbookError } from '../errors/index.ts';
import { exitCodesHelp } from './exit-codes.ts';
import { reportError, reportUsage } from './report-error.ts';
import { isVerb, verbs } from './verbs.ts';

/** Options of every verb; a verb reads them with `command.optsWithGlobals<GlobalOptions>()`. */
export interface GlobalOptions {
  readonly output: 'table' | 'json' | 'jsonl';
  /** False with `--no-input`: nothing may be asked. */
  readonly input: boolean;
}

/** Runs the command line and returns its exit code. Data goes to stdout, everything else to stderr. */
export async function main(args: readonly string[]): Promise<number> {
  // `runbook list | head` is no fault.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
  const typed = typedVerb(args);
  const program = createProgram();
  try {
    for (const [name, verb] of Object.entries(verbs)) {
      const command = addCommand(program, name, verb.summary);
      // Only the verb that was typed is loaded: help and the rest must not wait for Temporal.
      if (name === typed) {
        (await verb.load()).configure(command);
        finish(command);
      }
    }
    await program.parseAsync([...args], { from: 'user' });
    return Number(process.exitCode ?? 0);
  } catch (error) {
    if (error instanceof CommanderError)
      return error.exitCode === 0 ? 0 : reportUsage(error, outputOf(program));
    return reportError(asRunbookError(error), outputOf(program));
  }
}

function createProgram(): Command {
  return new FlagCommand('runbook')
    .description('Durable runbooks for network appliances.')
    .configureHelp({ showGlobalOptions: true })
    .showHelpAfterError('(add --help for the options)')
    .addOption(
      new Option('-o, --output <form>', 'form of the data on stdout')
        .choices(['table', 'json', 'jsonl'])
        .default('table'),
    )
    .addOption(new Option('--no-input', 'never ask; a question ends the command with exit code 5'))
    .addHelpText('after', exitCodesHelp())
    .exitOverride();
}

function addCommand(program: Command, name: string, summary: string): Command {
  const command = program
    .command(name)
    .summary(summary)
    .description(`${summary[0]?.toUpperCase() ?? ''}${summary.slice(1)}.`);
  return command.copyInheritedSettings(program).addHelpText('after', exitCodesHelp());
}

/** What holds for a command and all below it. */
function finish(command: Command): void {
  for (const child of command.commands) {
    child.copyInheritedSettings(command).addHelpText('after', exitCodesHelp());
    finish(child);
  }
}

/** A command whose flags can all be set as `RUNBOOK_<FLAG>` too, as those of the commands below it. */
class FlagCommand extends Command {
  override createCommand(name?: string): Command {
    return new FlagCommand(name);
  }

  override addOption(option: Option): this {
    const name = `RUNBOOK_${(option.long ?? option.short ?? '').replace(/^-+/, '').replaceAll('-', '_').toUpperCase()}`;
    const isSwitch = !option.required && !option.optional;
    // Commander takes any value of a switch for yes.
    const isSetToNo = isSwitch && ['0', 'false', 'no'].includes(process.env[name] ?? '');
    return super.addOption(isSetToNo || process.env[name] === '' ? option : option.env(name));
  }
}

function typedVerb(args: readonly string[]): string | undefined {
  for (let index = 0; index < args.length; index += 1) {
    const word = args[index] ?? '';
    if (word === '-o' || word === '--output') index += 1;
    else if (word !== 'help' && !word.startsWith('-')) return isVerb(word) ? word : undefined;
  }
  return undefined;
}

function outputOf(program: Command): GlobalOptions['output'] {
  return program.opts<GlobalOptions>().output;
}
