import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { recordingSchema, replayRecording, type Recording, type Replay } from '../../../devices/index.ts';
import { RunbookError } from '../../../errors/index.ts';
import { loadDataFile } from '../../../loader/index.ts';
import { printable } from '../../../report/index.ts';
import { faultyFiles } from '../../client/files.ts';
import type { GlobalOptions } from '../../main.ts';
import { profilesOf, settingsOf } from './lab-record.ts';
import { printData } from './print.ts';

export interface ReplayOptions {
  readonly settings?: string;
  readonly family?: string;
}

interface Played extends Replay {
  readonly file: string;
  readonly recording: Recording;
}

/** Runs the dialogue machine over recordings. Returns the exit code: 0 when each ends as it says, however its texts are cut. */
export async function replay(
  places: readonly string[],
  options: ReplayOptions,
  output: GlobalOptions['output'],
): Promise<number> {
  const profiles = profilesOf(settingsOf(options));
  const recordings = readRecordings(places);
  const played: Played[] = [];
  for (const [file, recording] of recordings) {
    const family = options.family ?? recording.family;
    const profile = profiles.get(family);
    if (profile === undefined)
      throw new RunbookError(
        'DEVICE_FAMILY_UNKNOWN',
        `${file}: there is no profile for the family "${family}".`,
      );
    played.push({ file, recording, ...(await replayRecording(recording, profile)) });
  }
  const isWell = played.every(isAsItShould);
  printData(
    {
      schemaVersion: 1,
      kind: 'replay',
      well: isWell,
      recordings: played.map(({ recording, ...rest }) => ({
        ...rest,
        box: recording.box,
        ends: recording.ends ?? null,
      })),
    },
    () => played.map(page).join('\n\n'),
    output,
  );
  return isWell ? 0 : 3;
}

/** Files, and all recordings of folders. Throws INPUT_INVALID with every fault of all of them. */
export function readRecordings(places: readonly string[]): [string, Recording][] {
  const files = places.flatMap((place) =>
    isFolder(place)
      ? readdirSync(place)
          .filter((name) => /\.ya?ml$/.test(name))
          .sort()
          .map((name) => path.join(place, name))
      : [place],
  );
  const loaded = files.map((file) => [file, loadDataFile(file, 'recording', recordingSchema)] as const);
  const issues = loaded.flatMap(([, one]) => (one.ok ? [] : one.issues));
  if (issues.length > 0) throw faultyFiles(issues);
  return loaded.flatMap(([file, one]) => (one.ok ? [[file, one.data] as [string, Recording]] : []));
}

function isFolder(place: string): boolean {
  return statSync(place, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function isAsItShould({ isAsSaid, cuts }: Replay): boolean {
  return isAsSaid && cuts.different.length === 0;
}

function page(played: Played): string {
  const { file, recording, states, error, unknown, notAsked, commands, cuts, isAsSaid } = played;
  const { title, box, ends } = recording;
  const failed = commands.filter(({ status }) => status !== 0).length;
  const lines = [
    `${isAsItShould(played) ? 'ok  ' : 'BAD '}  ${file}  ${box}${title === undefined ? '' : `: ${title}`}`,
    `      states   ${states.length === 0 ? 'none' : states.join(' → ')}`,
    ...(error === undefined
      ? []
      : [
          `      stops    ${error.code}: ${error.message}`,
          ...error.screen.split('\n').map((line) => `      |        ${line}`),
        ]),
    ...(isAsSaid
      ? []
      : [`      expected ${ends === undefined ? 'to come to the goal' : JSON.stringify(ends)}`]),
    ...(commands.length === 0
      ? []
      : [
          `      commands ${commands.length} run again${failed === 0 ? '' : `, ${failed} with another status than 0`}`,
        ]),
    ...(notAsked.length === 0
      ? []
      : [`      left out ${notAsked.join(', ')}: nobody asked it in the recording`]),
    ...unknown.map(
      ({ prompt, typed }) =>
        `      unknown  ${JSON.stringify(typed)} at ${JSON.stringify(prompt)}: the recording has no answer`,
    ),
    `      cuts     ${cuts.tried} places, ${cuts.different.length === 0 ? 'all end the same' : `${cuts.different.length} end differently, first at byte ${cuts.different[0]?.at ?? 0}`}`,
  ];
  return lines.map((line) => printable(line)).join('\n');
}
