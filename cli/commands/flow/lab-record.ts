import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import {
  frozenBy,
  loadProfiles,
  makeRecording,
  printRecording,
  recordWalk,
  SessionLog,
  type ApplianceProfile,
  type RecordedWalk,
  type Recording,
} from '../../../devices/index.ts';
import { RunbookError } from '../../../errors/index.ts';
import { loadInventory, loadSettings, type Settings } from '../../../loader/index.ts';
import { familyFolders, runbookHome } from '../../../supervisor/index.ts';
import { faultyFiles } from '../../client/files.ts';
import { RefusedLogins } from '../../client/refused-logins.ts';
import type { GlobalOptions } from '../../main.ts';
import { byHand, terminalOfOperator } from './by-hand.ts';
import type { InventoryOptions } from './options.ts';
import { printData, say } from './print.ts';
import { boxByAddress, boxOfInventory, type RecordedBox } from './recorded-box.ts';

export interface RecordOptions extends InventoryOptions {
  readonly device?: string;
  readonly host?: string;
  readonly family?: string;
  readonly out?: string;
  readonly byHand?: boolean;
  readonly anonymise?: boolean;
  readonly hide?: readonly string[];
  readonly title?: string;
  readonly retryLogins?: boolean;
}

/** Records a session with one box into a file, without its secrets. */
export async function record(options: RecordOptions, output: GlobalOptions['output']): Promise<void> {
  const settings = settingsOf(options);
  const profiles = profilesOf(settings);
  const box = await boxOf(options, settings);
  const { endpoint } = box;
  // A name of a file tells the name of the box too.
  const named = options.anonymise === true ? 'anonymised' : endpoint.name.replace(/[^\w.-]+/g, '-');
  const file = options.out ?? `recording-${named}.yaml`;
  if (existsSync(file)) throw unwritable(file, 'EEXIST');
  if (box.withoutSecrets.length > 0)
    say(
      `warning: the passwords of ${box.withoutSecrets.join(', ')} cannot be read here; they would not be masked.`,
    );
  const profile = profiles.get(endpoint.family);
  if (profile === undefined) {
    throw new RunbookError(
      'DEVICE_FAMILY_UNKNOWN',
      `There is no profile for the family "${endpoint.family}".`,
      {
        remedy: `Name another one with --family: ${[...profiles.keys()].join(', ')}.`,
      },
    );
  }
  const isByHand = options.byHand === true;
  const terminal = isByHand ? terminalOfOperator() : profile.dialogue.terminal;
  const log = new SessionLog();
  const find = (family: string): ApplianceProfile | undefined => profiles.get(family);
  const refused = refusedLogins(options);
  if (options.retryLogins === true) refused?.forget(endpoint);
  refused?.check(endpoint);
  const note = (error: unknown): void => {
    if (error instanceof RunbookError)
      refused?.note(endpoint, { frozen: frozenBy(error), message: error.message });
  };
  let walk: RecordedWalk | undefined;
  try {
    if (isByHand) await byHand(endpoint, { profile, profiles: find, terminal, log });
    else walk = await walkWith(endpoint, { profile, profiles: find, log });
  } catch (error) {
    note(error);
    throw error;
  }
  note(walk?.error);
  if (log.events.length === 0) {
    say('It ended before the box said anything; nothing was written.');
    process.exitCode = 130;
    return;
  }
  const recording = makeRecording(log.events, {
    by: isByHand ? 'hand' : 'walk',
    box: endpoint.name,
    family: endpoint.family,
    terminal,
    made: new Date().toISOString(),
    ...(options.title === undefined ? {} : { title: options.title }),
    ...(walk?.ends === undefined ? {} : { ends: walk.ends }),
    secrets: [...box.secrets, ...(options.hide ?? []).map((text) => ({ text }))],
    ...(options.anonymise === true ? { anonymise: box.names } : {}),
  });
  writeNew(file, printRecording(recording));
  printData(
    {
      schemaVersion: 1,
      kind: 'recording',
      file: path.resolve(file),
      ...withoutEvents(recording),
      events: recording.events.length,
    },
    () => file,
    output,
  );
  tell(file, recording, walk, log);
}

/** Ctrl-C ends the walk, and what was seen so far is written. */
async function walkWith(
  endpoint: RecordedBox['endpoint'],
  given: Omit<Parameters<typeof recordWalk>[1], 'signal'>,
): Promise<RecordedWalk> {
  say(`Walking to root on ${endpoint.name}, then commands that only read. Ctrl-C ends it.`);
  const ended = new AbortController();
  const end = (): void => ended.abort(new Error('ended by the operator'));
  process.once('SIGINT', end);
  try {
    return await recordWalk(endpoint, { ...given, signal: ended.signal });
  } finally {
    process.off('SIGINT', end);
  }
}

/** What other commands of this home were refused with this inventory. */
function refusedLogins({ inventory }: RecordOptions): RefusedLogins | undefined {
  return inventory === undefined ? undefined : new RefusedLogins(runbookHome().refusedLogins, inventory);
}

export function settingsOf({ settings }: Pick<InventoryOptions, 'settings'>): Settings {
  const loaded = loadSettings(settings);
  if (!loaded.ok) throw faultyFiles(loaded.issues);
  return loaded.settings;
}

export function profilesOf({ profilesDir }: Settings): ReadonlyMap<string, ApplianceProfile> {
  const { profiles, issues } = loadProfiles({ extraFolders: familyFolders(runbookHome(), profilesDir) });
  if (issues.length > 0) throw faultyFiles(issues);
  return profiles;
}

async function boxOf(options: RecordOptions, settings: Settings): Promise<RecordedBox> {
  const { device, host, inventory, knownHosts, family } = options;
  if ((device === undefined) === (host === undefined)) {
    throw new RunbookError('INPUT_MISSING', 'Which box? Give --device with --inventory, or --host.', {
      remedy:
        'runbook lab record --device NAME -i devices.csv --known-hosts known_hosts, or --host [user@]host[:port].',
    });
  }
  if (host !== undefined)
    return boxByAddress({
      host,
      ...(knownHosts === undefined ? {} : { knownHosts }),
      ...(family === undefined ? {} : { family }),
    });
  if (inventory === undefined)
    throw new RunbookError(
      'INPUT_MISSING',
      `${device ?? ''} is a box of which inventory? --inventory is missing.`,
    );
  const loaded = loadInventory({ inventory, knownHosts, settings });
  if (!loaded.ok) throw faultyFiles(loaded.issues);
  return boxOfInventory(loaded.inventory, device ?? '', family);
}

/** Readable by its owner only; what stands there already is never replaced. */
function writeNew(file: string, text: string): void {
  try {
    writeFileSync(file, text, { flag: 'wx', mode: 0o600 });
  } catch (thrown) {
    throw unwritable(file, (thrown as NodeJS.ErrnoException).code ?? 'unknown error');
  }
}

function unwritable(file: string, code: string): RunbookError {
  const why = code === 'EEXIST' ? 'exists already' : `cannot be written (${code})`;
  return new RunbookError('INPUT_INVALID', `${file} ${why}; nothing was recorded in it.`, {
    remedy: 'Name another file with --out.',
  });
}

function commandsRun({ ran, failed }: RecordedWalk): string {
  return ran.map((name) => (failed.includes(name) ? `${name} (failed)` : name)).join(', ');
}

function withoutEvents({ box, by, family, ends, masked, anonymised }: Recording): object {
  return { box, by, family, ends: ends ?? null, masked, anonymised };
}

function tell(
  file: string,
  { masked, events, anonymised }: Recording,
  walk: RecordedWalk | undefined,
  log: SessionLog,
): void {
  const typed = events.filter(({ types }) => types !== undefined).length;
  const seconds = Math.round((events.at(-1)?.at ?? 0) / 1000);
  const lines = [
    `Recorded ${seconds} s, ${typed} lines typed, in ${file} (mode 600).`,
    ...(log.isCut ? ['The box said more than is kept: the end is missing.'] : []),
    ...(walk?.error === undefined ? [] : [`It stopped: ${walk.error.code}: ${walk.error.message}`]),
    ...(walk === undefined || walk.ran.length === 0 ? [] : [`Commands: ${commandsRun(walk)}.`]),
    masked.length === 0
      ? 'Nothing was masked.'
      : `Masked: ${masked.map(({ what, times }) => `${what} (${times}×)`).join(', ')}.`,
    'Known secrets, what was typed unseen and private keys are not in the file. What only looks like a secret (hashes, tokens,',
    `\`password = …\`) was hidden where its form is known.${anonymised ? '' : ' Names and addresses stand there as they are: --anonymise replaces them.'}`,
    'READ THE FILE before you give it to anybody; you may edit it.',
    `  next:  runbook lab replay ${file}            what the dialogue makes of it`,
    `         runbook lab up --recording ${file}    a box in the lab that behaves so`,
  ];
  say(lines.join('\n'));
}
