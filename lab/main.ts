import { readFile } from 'node:fs/promises';
import { Command } from 'commander';
import { parse } from 'yaml';
import { ControlClient } from './control/control-client.ts';
import { startLab, type Lab } from './lab.ts';
import { startSystemLab, type SystemLab } from './system/index.ts';
import type { LabOptions } from './options.ts';

interface UpOptions {
  readonly dir: string;
  readonly preset?: string;
  readonly devices?: number;
  readonly options?: string;
  readonly recording?: string[];
  readonly system?: boolean;
}

const managersOf = ({ fmcs }: Lab | SystemLab): string =>
  [
    `${fmcs.length} FMC`,
    ...fmcs.slice(0, 1).map((fmc) => `at ${'identity' in fmc ? fmc.identity.address : fmc.address}`),
  ].join(' ');

const hostsOf = (lab: Lab | SystemLab): string =>
  'linuxHosts' in lab
    ? lab.linuxHosts.map(({ plan, address }) => ` ${plan.name} with nginx at ${address},`).join('')
    : '';

const recordedOf = (lab: Lab | SystemLab): string =>
  'recorded' in lab
    ? lab.recorded
        .map(({ settings, address }) => ` ${settings.name} from a recording at ${address},`)
        .join('')
    : '';

const program = new Command('lab').description(
  'Simulated FMCs and FTDs: SSH on loopback addresses, steered over HTTP.',
);

program
  .command('up')
  .description('runs a lab in the foreground until SIGTERM or SIGINT')
  .requiredOption('--dir <dir>', 'where devices.csv, known_hosts and lab.json are written')
  .option('--preset <name>', 'demo, expired, pair or small')
  .option('--devices <n>', 'number of FTDs', Number)
  .option('--options <file>', 'LabOptions as YAML or JSON')
  .option(
    '--recording <file...>',
    'boxes that behave as in these recordings; alone: beside an FMC without FTDs',
  )
  .option('--system', 'of real programs in namespaces; needs root on Linux')
  .action(async (given: UpOptions) => {
    const fromFile =
      given.options === undefined ? {} : (parse(await readFile(given.options, 'utf8')) as LabOptions);
    const startedAt = Date.now();
    const { recording = [] } = given;
    const isAlone = recording.length > 0 && given.preset === undefined && given.options === undefined;
    const start = given.system === true ? startSystemLab : startLab;
    const lab = await start({
      ...(isAlone ? { devices: 0 } : {}),
      ...fromFile,
      recorded: [...(fromFile.recorded ?? []), ...recording.map((file) => ({ file }))],
      dir: given.dir,
      ...(given.preset === undefined ? {} : { preset: given.preset as 'demo' }),
      ...(given.devices === undefined ? {} : { devices: given.devices }),
    });
    const stop = (): void => {
      lab.stop().then(
        () => process.exit(0),
        (thrown: unknown) => {
          process.stderr.write(`lab: not all could be taken down: ${String(thrown)}\n`);
          process.exit(1);
        },
      );
    };
    // Before anybody is told that it is there, and may end it.
    process.once('SIGTERM', stop);
    process.once('SIGINT', stop);
    process.stdout.write(
      `lab ready in ${Date.now() - startedAt} ms: ${managersOf(lab)}, ${lab.ftds.length} FTDs,${recordedOf(lab)}${hostsOf(lab)} control ${lab.controlUrl}, files in ${given.dir}\n`,
    );
  });

program
  .command('state')
  .description('prints the truth as JSON')
  .requiredOption('--dir <dir>')
  .action(async ({ dir }: { dir: string }) => {
    process.stdout.write(`${JSON.stringify(await (await ControlClient.open(dir)).state(), null, 2)}\n`);
  });

program
  .command('fault <name> [json]')
  .description('applies a fault')
  .requiredOption('--dir <dir>')
  .action(async (name: string, json: string | undefined, { dir }: { dir: string }) => {
    const client = await ControlClient.open(dir);
    process.stdout.write(
      `${JSON.stringify(await client.fault(name, json === undefined ? {} : (JSON.parse(json) as Record<string, unknown>)))}\n`,
    );
  });

await program.parseAsync();
