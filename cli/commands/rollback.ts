import { Option, type Command } from 'commander';
import { RunbookError } from '../../errors/index.ts';
import { addInventoryOptions, globalsOf, mayAsk, type InventoryOptions } from './flow/options.ts';

interface Options extends InventoryOptions {
  readonly input?: readonly string[];
  readonly device?: string;
  readonly reason?: string;
  readonly change?: string;
  readonly yes?: boolean;
  readonly detach?: boolean;
}

export function configure(command: Command): void {
  addInventoryOptions(
    command.argument('[runbook]', 'what is rolled back: name or file of the runbook', 'renew-sftunnel-ca'),
  )
    .addOption(new Option('--input <name=value...>', 'values for the inputs of the roll-back'))
    .addOption(new Option('--device <name>', 'the device, by name or UUID (required)'))
    .addOption(new Option('--reason <text>', 'why; recorded (required)'))
    .addOption(new Option('--change <number>', 'number of the change; recorded'))
    .addOption(new Option('-y, --yes', 'accept the plan as it will be shown, without being asked'))
    .addOption(new Option('--detach', 'start and return at once; prints the id'))
    .addHelpText(
      'after',
      '\nEach runbook says in `rollBackWith` which one takes it back; that one refuses with the reason (exit code 3) where it would not\nhelp. Certificates of sftunnel: only where the FMC still presents the CA of the set that a delivery kept beside, and the\npresent set does not verify; after a generation the way is forward.',
    )
    .action(async (runbook: string) => {
      await rollback(runbook, command.opts<Options>(), command);
    });
}

async function rollback(
  runbook: string,
  { device, reason, ...options }: Options,
  command: Command,
): Promise<void> {
  const missing = [
    ...(device === undefined ? ['--device'] : []),
    ...(reason === undefined || reason.trim() === '' ? ['--reason'] : []),
  ];
  if (missing.length > 0)
    throw new RunbookError('INPUT_MISSING', `rollback needs ${missing.join(' and ')}.`, {
      remedy: "runbook rollback RUNBOOK --device NAME --reason 'WHY' --inventory FILE",
    });
  const { rollBackOf } = await import('../client/files.ts');
  const back = rollBackOf(runbook);
  const { runVerb } = await import('./flow/run-verb.ts');
  const globals = globalsOf(command);
  const input = [...(options.input ?? []), `device=${device ?? ''}`, `reason=${reason ?? ''}`];
  await runVerb(
    back,
    { ...options, input, alone: true },
    { output: globals.output, mayAsk: mayAsk(globals) },
  );
}
