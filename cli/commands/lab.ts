import { existsSync } from 'node:fs';
import path from 'node:path';
import { Option, type Command } from 'commander';

import { RunbookError } from '../../errors/index.ts';
import type { GlobalOptions } from '../main.ts';
import type { RecordOptions } from './flow/lab-record.ts';
import type { ReplayOptions } from './flow/lab-replay.ts';
import { addInventoryOptions } from './flow/options.ts';

interface LabOptions {
  readonly dir?: string;
  readonly preset?: string;
  readonly devices?: string;
  readonly options?: string;
  readonly recording?: readonly string[];
  readonly foreground?: boolean;
  readonly system?: boolean;
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
    .addOption(
      new Option(
        '--recording <file...>',
        'boxes that behave as in these recordings, beside an FMC without FTDs',
      ),
    )
    .addOption(
      new Option('--system', 'of real programs (OpenSSH, sudo, bash …) in namespaces; needs root on Linux'),
    )
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
  configureRecord(command);
  configureReplay(command);
}

function configureRecord(command: Command): void {
  const recorder = command
    .command('record')
    .description('Record a session with a real box, without its secrets; to report what no profile knows.');
  addInventoryOptions(recorder)
    .addOption(new Option('--device <name>', 'a box of the inventory'))
    .addOption(
      new Option('--host <[user@]host[:port]>', 'a box without an inventory; its password is asked for'),
    )
    .addOption(new Option('--family <name>', 'family whose profile is used; default: as the inventory says'))
    .addOption(new Option('--out <file>', 'where it is written; default: recording-BOX.yaml'))
    .addOption(new Option('--by-hand', 'you type, in this terminal; Ctrl-] ends it'))
    .addOption(new Option('--anonymise', 'replace host names and addresses, the same one always by the same'))
    .addOption(new Option('--hide <text...>', 'texts that must not stand in the file either'))
    .addOption(new Option('--title <text>', 'what it shows, in a few words'))
    .addOption(new Option('--retry-logins', 'also with a login that was refused before'))
    .addHelpText(
      'after',
      `
Without --by-hand the way to root is walked as a run would walk it, then commands run that only read. Nothing is changed.
What is typed while the box shows no echo, or at a prompt for a password, is never written down; known secrets and private
keys are masked in whatever the box shows. READ THE FILE before you give it to anybody.

Example:
  runbook lab record --device ftd02 -i devices.csv --known-hosts known_hosts --anonymise`,
    )
    .action(async () => {
      const { record } = await import('./flow/lab-record.ts');
      await record(recorder.opts<RecordOptions>(), recorder.optsWithGlobals<GlobalOptions>().output);
    });
}

function configureReplay(command: Command): void {
  const replayer = command
    .command('replay')
    .description(
      'Run the dialogue over recordings, whole and cut at every byte, and tell what it saw. Touches no box.',
    )
    .argument('<file...>', 'recordings, or folders of them')
    .addOption(new Option('--settings <file>', 'settings of the site, for its own profiles'))
    .addOption(new Option('--family <name>', 'another family than the recording says'))
    .addHelpText('after', '\nExit code: 0 when each ends as it says, 3 when one does not.')
    .action(async (files: string[]) => {
      const { replay } = await import('./flow/lab-replay.ts');
      const { output } = replayer.optsWithGlobals<GlobalOptions>();
      process.exitCode = await replay(files, replayer.opts<ReplayOptions>(), output);
    });
}

async function up(command: Command, options: LabOptions): Promise<void> {
  const { callLab, startLab } = await import('../lab-process.ts');
  const folder = await folderOf(options);
  const recordings = options.recording ?? [];
  if (recordings.length > 0) {
    // With places in the file, before anything is started; the lab reads them again by itself.
    const { readRecordings } = await import('./flow/lab-replay.ts');
    readRecordings(recordings);
  }
  const args = [
    ...(options.preset === undefined ? [] : ['--preset', options.preset]),
    ...(options.devices === undefined ? [] : ['--devices', options.devices]),
    ...(options.system === true ? ['--system'] : []),
    ...(options.options === undefined ? [] : ['--options', path.resolve(options.options)]),
    ...recordings.flatMap((file) => ['--recording', path.resolve(file)]),
  ];
  if (options.foreground === true) {
    process.exitCode = await callLab(['up', '--dir', folder, ...args]);
    return;
  }
  const ready = await startLab(folder, args, 120_000);
  const inFolder = (name: string): string => path.join(folder, name);
  const [inventory = inFolder('devices.csv'), ...others] = ['devices.csv', 'hosts.yaml']
    .map(inFolder)
    .filter((file) => existsSync(file));
  const files = { inventory, knownHosts: inFolder('known_hosts') };
  if (command.optsWithGlobals<GlobalOptions>().output === 'table') {
    const ways = [inventory, ...others].map(
      (file) => `  --inventory ${file} --known-hosts ${files.knownHosts}\n`,
    );
    process.stdout.write(`${ready}\n${ways.join('')}`);
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
