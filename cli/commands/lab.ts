import path from 'node:path';
import { Option, type Command } from 'commander';

import { RunbookError } from '../../errors/index.ts';
import type { GlobalOptions } from '../main.ts';

interface LabOptions {
  readonly dir?: string;
  readonly preset?: string;
  readonly devices?: string;
  readonly options?: string;
  readonly foreground?: boolean;
}

export function configure(command: Command): void {
  const folder = new Option('--dir <folder>', 'folder of the lab (default: lab in RUNBOOK_HOME)');
  command
    .command('up')
    .description('Start a lab: one FMC and its FTDs on loopback addresses.')
    .addOption(folder)
    .addOption(
      new Option('--preset <name>', 'what it looks like').choices(['demo', 'expired', 'pair', 'small']),
    )
    .addOption(new Option('--devices <number>', 'number of FTDs'))
    .addOption(new Option('--options <file>', 'JSON with everything that can be said about it'))
    .addOption(new Option('--foreground', 'stay until Ctrl-C'))
    .action(async (options: LabOptions) => up(command, options));
  command
    .command('down')
    .description('End the lab.')
    .addOption(folder)
    .action(async (options: LabOptions) => {
      const { stopLab } = await import('../lab-process.ts');
      const hasStopped = await stopLab(await folderOf(options));
      process.stderr.write(hasStopped ? 'The lab has ended.\n' : 'No lab was running.\n');
    });
  command
    .command('state')
    .description('Print the truth about the appliances as JSON, read from them and never from the product.')
    .addOption(folder)
    .action(async (options: LabOptions) => {
      const { callLab } = await import('../lab-process.ts');
      process.exitCode = await callLab(['state', '--dir', await labFolderOf(options)]);
    });
  command
    .command('fault')
    .description('Make something go wrong in the lab.')
    .argument('<name>', 'name of the fault')
    .argument('[json]', 'its details')
    .addOption(folder)
    .action(async (name: string, json: string | undefined, options: LabOptions) => {
      const { callLab } = await import('../lab-process.ts');
      process.exitCode = await callLab([
        'fault',
        '--dir',
        await folderOf(options),
        name,
        ...(json === undefined ? [] : [json]),
      ]);
    });
}

async function up(command: Command, options: LabOptions): Promise<void> {
  const { callLab, startLab } = await import('../lab-process.ts');
  const folder = await folderOf(options);
  const args = [
    ...(options.preset === undefined ? [] : ['--preset', options.preset]),
    ...(options.devices === undefined ? [] : ['--devices', options.devices]),
    ...(options.options === undefined ? [] : ['--options', path.resolve(options.options)]),
  ];
  if (options.foreground === true) {
    process.exitCode = await callLab(['up', '--dir', folder, ...args]);
    return;
  }
  const ready = await startLab(folder, args, 120_000);
  const files = { inventory: path.join(folder, 'devices.csv'), knownHosts: path.join(folder, 'known_hosts') };
  if (command.optsWithGlobals<GlobalOptions>().output === 'table') {
    process.stdout.write(`${ready}\n  --inventory ${files.inventory} --known-hosts ${files.knownHosts}\n`);
  } else process.stdout.write(`${JSON.stringify({ schemaVersion: 1, kind: 'lab', folder, ...files })}\n`);
}

async function labFolderOf(options: LabOptions): Promise<string> {
  const { isLabFolder } = await import('../lab-process.ts');
  const folder = await folderOf(options);
  if (isLabFolder(folder)) return folder;
  throw new RunbookError('INPUT_MISSING', `There is no lab in ${folder}.`, {
    remedy: 'Start one with `runbook lab up`, or name its folder with --dir.',
  });
}

async function folderOf(options: LabOptions): Promise<string> {
  if (options.dir !== undefined) return path.resolve(options.dir);
  const { runbookHome } = await import('../../supervisor/index.ts');
  return runbookHome().lab;
}
