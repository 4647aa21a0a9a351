import { Option, type Command } from 'commander';
import { RunbookError } from '../../errors/index.ts';
import { addInventoryOptions, globalsOf, mayAsk, type InventoryOptions } from './flow/options.ts';

interface Options extends InventoryOptions {
  readonly device?: string;
  readonly reason?: string;
  readonly change?: string;
  readonly yes?: boolean;
  readonly detach?: boolean;
}

export function configure(command: Command): void {
  addInventoryOptions(command)
    .addOption(new Option('--device <name>', 'the device, by name or UUID (required)'))
    .addOption(new Option('--reason <text>', 'why; recorded (required)'))
    .addOption(new Option('--change <number>', 'number of the change; recorded'))
    .addOption(new Option('-y, --yes', 'accept the plan as it will be shown, without being asked'))
    .addOption(new Option('--detach', 'start and return at once; prints the id'))
    .addHelpText(
      'after',
      '\nIt helps only where the FMC still presents the CA of the set that a delivery kept beside, and the present set does not\nverify. Anything else is refused with the reason (exit code 3): after a generation the way is forward.',
    )
    .action(async () => {
      await rollback(command.opts<Options>(), command);
    });
}

async function rollback({ device, reason, ...options }: Options, command: Command): Promise<void> {
  const missing = [
    ...(device === undefined ? ['--device'] : []),
    ...(reason === undefined || reason.trim() === '' ? ['--reason'] : []),
  ];
  if (missing.length > 0)
    throw new RunbookError('INPUT_MISSING', `rollback needs ${missing.join(' and ')}.`, {
      remedy: "runbook rollback --device NAME --reason 'WHY' --inventory FILE",
    });
  const { runVerb } = await import('./flow/run-verb.ts');
  const globals = globalsOf(command);
  const input = [`device=${device ?? ''}`, `reason=${reason ?? ''}`];
  await runVerb(
    'rollback-sftunnel-certs',
    { ...options, input, alone: true },
    { output: globals.output, mayAsk: mayAsk(globals) },
  );
}
