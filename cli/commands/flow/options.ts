import { Option, type Command } from 'commander';
import type { GlobalOptions } from '../../main.ts';

/** Options of every verb that looks at boxes. */
export interface InventoryOptions {
  readonly inventory?: string;
  readonly knownHosts?: string;
  readonly settings?: string;
}

/** Options of every verb that makes a plan. */
export interface PlanOptions extends InventoryOptions {
  readonly input?: readonly string[];
  readonly proof?: string;
  readonly waves?: string;
  readonly budget?: string;
  readonly window?: string;
  readonly pack?: string;
  readonly device?: readonly string[];
  readonly accept?: readonly string[];
  readonly reason?: string;
  readonly change?: string;
  readonly retryLogins?: boolean;
}

export function addInventoryOptions(command: Command): Command {
  return command
    .addOption(new Option('-i, --inventory <file>', 'devices.csv, or an inventory in YAML'))
    .addOption(new Option('--known-hosts <file>', 'host keys of the boxes, in the form of OpenSSH'))
    .addOption(new Option('--settings <file>', 'limits and policies of the site'));
}

export function addPlanOptions(command: Command): Command {
  return addInventoryOptions(command)
    .addOption(
      new Option('--input <name=value...>', 'values for the inputs of the runbook; the rest as it says'),
    )
    .addOption(
      new Option('--proof <how>', 'restart living tunnels to prove the new certificates').choices([
        'none',
        'canary',
        'all',
      ]),
    )
    .addOption(new Option('--waves <sizes>', 'portions of the restarts, such as 1,10%,100%'))
    .addOption(new Option('--budget <failures>', 'failures that are borne in them, such as 2 or 5%'))
    .addOption(
      new Option('--window <text>', "when to restart, such as '0 22 * * 1-5 for 6h in Europe/Berlin'"),
    )
    .addOption(
      new Option(
        '--pack <folder>',
        'folder for texts with which the rest can be done by hand; a run renews them on the machine of its worker',
      ),
    )
    .addOption(new Option('--device <name...>', 'only these devices, by name or UUID'))
    .addOption(
      new Option('--accept <name...>', 'boxes whose acceptable findings are accepted; needs --reason'),
    )
    .addOption(
      new Option(
        '--reason <text>',
        'why they are accepted, or windows or a budget of the site set aside; recorded',
      ),
    )
    .addOption(new Option('--change <number>', 'number of the change; recorded'))
    .addOption(new Option('--retry-logins', 'try logins once more that were refused before'));
}

/** Global options. A verb's own are `command.opts()`: `--input` (values for the runbook) and `--no-input` have one name. */
export function globalsOf(command: Command): GlobalOptions {
  return command.optsWithGlobals();
}

/** May a person be asked on this terminal? */
export function mayAsk(globals: GlobalOptions): boolean {
  return globals.input && process.stdin.isTTY && process.stderr.isTTY;
}

/** What the plan file does not carry and the run needs again. */
export function nextWords(options: PlanOptions): string[] {
  return [
    ...(options.inventory === undefined ? [] : ['--inventory', options.inventory]),
    ...(options.knownHosts === undefined ? [] : ['--known-hosts', options.knownHosts]),
    ...(options.settings === undefined ? [] : ['--settings', options.settings]),
    ...(options.device === undefined ? [] : ['--device', ...options.device]),
    ...(options.accept === undefined ? [] : ['--accept', ...options.accept]),
    ...(options.reason === undefined ? [] : ['--reason', options.reason]),
    ...(options.change === undefined ? [] : ['--change', options.change]),
  ];
}

/** The inputs that options of their own stand for, as `--input` takes them. */
export function inputWords({ input, proof, waves, budget, window }: PlanOptions): string[] {
  const own = Object.entries({ proof, waves, budget, window });
  return [...(input ?? []), ...own.flatMap(([key, value]) => (value === undefined ? [] : `${key}=${value}`))];
}
