import { Option, type Command } from 'commander';

import { addInventoryOptions, globalsOf, type InventoryOptions } from './flow/options.ts';
import type { GlobalOptions } from '../main.ts';

interface Options extends InventoryOptions {
  readonly device?: string;
  readonly retryLogins?: boolean;
}

export function configure(command: Command): void {
  addInventoryOptions(command)
    .addOption(
      new Option(
        '--device <name>',
        'walk this box of the inventory to its root shell, look, and say what was seen; logs in once',
      ),
    )
    .addOption(new Option('--retry-logins', 'with --device: also with a login that it refused before'))
    .addHelpText(
      'after',
      '\nLooks only: starts nothing and fetches nothing. With --inventory also: has each of its sites a worker? Exit code 1 when something stands in the way.' +
        '\nWith --device: needs no server; changes nothing on the box. Exit code 0 when it came to the root shell, 3 when not.',
    )
    .action(async () => {
      const options = command.opts<Options>();
      if (options.device === undefined) await examineMachine(options, command);
      else await examineOne(options.device, options, command);
    });
}

async function examineOne(device: string, options: Options, command: Command): Promise<void> {
  const { examineDevice } = await import('../client/examine-device.ts');
  const { boxPage } = await import('../output/box-page.ts');
  const { viewOf } = await import('../output/view.ts');
  const { printData } = await import('./flow/print.ts');
  const report = await examineDevice(device, options);
  printData(report, () => boxPage(report, viewOf(process.stdout)), globalsOf(command).output);
  process.exitCode = report.well ? 0 : 3;
}

async function examineMachine(options: Options, command: Command): Promise<void> {
  const { examine } = await import('../examine.ts');
  const findings = await examine(options);
  const isWell = findings.every((finding) => finding.status !== 'bad');
  if (command.optsWithGlobals<GlobalOptions>().output === 'table') {
    const mark = { good: 'ok  ', note: 'note', bad: 'BAD ' };
    for (const { name, status, text } of findings) {
      process.stdout.write(
        `${mark[status]}  ${name.padEnd(12)}  ${text.replaceAll('\n', `\n${' '.repeat(20)}`)}\n`,
      );
    }
  } else
    process.stdout.write(`${JSON.stringify({ schemaVersion: 1, kind: 'doctor', well: isWell, findings })}\n`);
  process.exitCode = isWell ? 0 : 1;
}
