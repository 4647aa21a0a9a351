/** An operator at a shell: the real command line, a home of its own, and labs to go at. */
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ControlClient, startLab, type LabOptions, type LabTruth } from '../../lab/index.ts';
import type { SupervisorState } from '../../supervisor/index.ts';
import { bin, run, runbook, type Typed } from './processes.ts';

/** Settings under which nothing waits longer than a test needs. */
const settingsText = `
loginsPerSecond: 50
loginBurst: 50
pollGenerateEvery: 200ms
verify: { every: 300ms, parkAfter: 20s, secondLookAfter: 300ms }
`;

export interface Operator {
  readonly folder: string;
  readonly home: string;
  type(...words: string[]): Promise<Typed>;
  /** A whole line as a page has shown it, beginning with the program's name; a shell takes it apart. */
  typeLine(line: string): Promise<Typed>;
  /** What the supervisor has written down; undefined when there is none. */
  processes(): SupervisorState | undefined;
  lab(name: string, options: LabOptions): Promise<LabSite>;
  /** Ends whatever was started. */
  leave(): Promise<void>;
}

export interface LabSite {
  readonly folder: string;
  readonly control: ControlClient;
  readonly inventory: string;
  readonly knownHosts: string;
  /** The two options that every verb takes. */
  readonly files: readonly string[];
  truth(): Promise<LabTruth>;
}

export async function anOperator(more: NodeJS.ProcessEnv = {}): Promise<Operator> {
  const folder = await mkdtemp(path.join(tmpdir(), 'operator-'));
  const home = path.join(folder, 'home');
  const settings = path.join(folder, 'settings.yaml');
  await writeFile(settings, settingsText);
  // A setting of the developer's own shell must not count.
  const inherited = Object.entries(process.env).filter(([name]) => !/^(TEMPORAL|RUNBOOK)_/.test(name));
  const cache = process.env['RUNBOOK_CACHE'];
  const env = {
    ...Object.fromEntries(inherited),
    ...(cache === undefined ? {} : { RUNBOOK_CACHE: cache }),
    RUNBOOK_HOME: home,
    RUNBOOK_SETTINGS: settings,
    NO_COLOR: '1',
    ...more,
  };
  const stopLabs: (() => Promise<void>)[] = [];
  const type = (...words: string[]): Promise<Typed> => runbook(words, { cwd: folder, env });
  const stateFile = path.join(home, 'supervisor.json');
  return {
    folder,
    home,
    type,
    typeLine: (line) =>
      run(
        '/bin/sh',
        ['-c', `runbook() { '${process.execPath}' '${bin}' "$@"; }\n${line.replace(/^npx /, '')}`],
        { cwd: folder, env },
      ),
    processes: () =>
      existsSync(stateFile) ? (JSON.parse(readFileSync(stateFile, 'utf8')) as SupervisorState) : undefined,
    lab: async (name, options) => {
      const labFolder = path.join(folder, name);
      await mkdir(labFolder, { recursive: true });
      const lab = await startLab({ ...options, dir: labFolder });
      stopLabs.push(() => lab.stop());
      const control = await ControlClient.open(labFolder);
      const inventory = path.join(labFolder, 'devices.csv');
      const knownHosts = path.join(labFolder, 'known_hosts');
      const files = ['--inventory', inventory, '--known-hosts', knownHosts];
      return { folder: labFolder, control, inventory, knownHosts, files, truth: () => control.state() };
    },
    leave: async () => {
      await type('down', '--now');
      for (const stop of stopLabs) await stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
