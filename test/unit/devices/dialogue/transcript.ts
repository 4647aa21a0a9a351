import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { shippedFamilies } from '../../../../devices/index.ts';
import { parse } from 'yaml';

/** What the box shows. */
export interface Shows {
  /** Whole lines, then `prompt` without a line end; either may be missing. */
  readonly shows?: string;
  readonly prompt?: string;
  /** Milliseconds of silence before it. */
  readonly after?: number;
}

/** What is typed: exactly these keys, or a secret that is named and never written down. */
export interface Types {
  readonly types: string | { readonly secret: 'password' | 'sudoPassword'; readonly end: string };
  /** At least this many milliseconds after the box fell silent. */
  readonly waits?: number;
}

/** From here on the box is a root shell; it answers the sentinel. */
export interface IsRootShell {
  readonly rootShell: true;
}

/** The box ends the connection. */
export interface Closes {
  readonly closes: true;
}

export type Step = Shows | Types | IsRootShell | Closes;

/** What must come of it. `code`: of the error; `message` and `screen` are patterns. */
export interface Ends {
  readonly states?: readonly string[];
  readonly code?: string;
  readonly message?: string;
  readonly screen?: string;
  readonly banner?: string;
  /** Patterns, by the name of the ask. */
  readonly asked?: Readonly<Record<string, string>>;
}

/** A file of `transcripts/`; README.md beside it describes the form. */
export interface Transcript {
  readonly title: string;
  readonly family?: string;
  /** Laid over the profile of the family: an edit that a site would make. */
  readonly profile?: Readonly<Record<string, unknown>>;
  readonly marks: readonly Readonly<Record<string, string>>[];
  readonly lineEnds?: 'crlf' | 'as-is';
  readonly steps: readonly Step[];
  readonly ends: Ends;
}

const folder = join(import.meta.dirname, 'transcripts');
const marks = ['transcript', 'fixture', 'documented', 'inferred'];

/**
 * Folders with families: the shipped ones, that of the tests, and those that `RUNBOOK_FAMILIES` names (as PATH does), so that a family
 * outside of this repository is played through too.
 */
export const familyFolders = [
  shippedFamilies,
  join(import.meta.dirname, '../../../families'),
  ...(process.env['RUNBOOK_FAMILIES'] ?? '').split(delimiter).filter((one) => one !== ''),
];

/** All transcripts, by the name of their file: those beside this file, and those of every family, `<family>/transcripts/*.yaml`. */
export function readTranscripts(): ReadonlyMap<string, Transcript> {
  const ofFamilies = familyFolders.flatMap((families) =>
    readdirSync(families, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .flatMap(({ name: family }) =>
        transcriptsIn(join(families, family, 'transcripts')).map(
          ([name, transcript]) => [`${family}/${name}`, { family, ...transcript }] as const,
        ),
      ),
  );
  return new Map([...transcriptsIn(folder), ...ofFamilies]);
}

function transcriptsIn(place: string): (readonly [string, Transcript])[] {
  if (!existsSync(place)) return [];
  return readdirSync(place)
    .filter((name) => name.endsWith('.yaml'))
    .sort()
    .map((name) => [name.replace(/\.yaml$/, ''), readTranscript(join(place, name))] as const);
}

function readTranscript(file: string): Transcript {
  const read = parse(readFileSync(file, 'utf8')) as Transcript;
  if (
    read.marks.length === 0 ||
    !read.marks.every((one) => Object.keys(one).every((mark) => marks.includes(mark)))
  )
    throw new Error(`${file}: each transcript says where it is from (${marks.join(', ')})`);
  for (const step of read.steps)
    if (!['shows', 'prompt', 'types', 'rootShell', 'closes'].some((key) => key in step))
      throw new Error(`${file}: not a step: ${JSON.stringify(step)}`);
  return read;
}

/** The text as it comes over the wire. */
export function wireText(step: Shows, lineEnds: Transcript['lineEnds'] = 'crlf'): string {
  const text = (step.shows ?? '') + (step.prompt ?? '');
  return lineEnds === 'as-is' ? text : text.replace(/(?<!\r)\n/g, '\r\n');
}
