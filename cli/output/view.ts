import process from 'node:process';
import { styleText } from 'node:util';

/** What a piece of text means to the reader; the colour follows from it, never the other way round. */
export type Tone = 'good' | 'bad' | 'warn' | 'quiet' | 'strong' | 'accent' | 'danger';

export type Paint = (tone: Tone, text: string) => string;

/** Where and when a page is shown. Pages are pure functions of their subject and this. */
export interface View {
  readonly paint: Paint;
  /** Columns of the terminal. */
  readonly width: number;
  readonly now: Date;
  /** How the program is called in the commands it prints: `runbook`, or `npx runbook` in a checkout. */
  readonly program: string;
}

const formats = {
  good: 'green',
  bad: 'red',
  warn: 'yellow',
  quiet: 'dim',
  strong: 'bold',
  accent: 'cyan',
  danger: ['bold', 'red'],
} as const satisfies Record<Tone, Parameters<typeof styleText>[0] | readonly string[]>;

const coloured: Paint = (tone, text) => {
  const format = formats[tone];
  return styleText(typeof format === 'string' ? format : [...format], text, { validateStream: false });
};

/** Text without any colour: for files, pipes and tests. */
export const plainPaint: Paint = (_tone, text) => text;

/** Wide enough for the tables, narrow enough to read when the output is a file or a very wide terminal. */
const widthOfFiles = 120;
const widest = 160;

/** The view of a stream: colour only on a terminal and without NO_COLOR. */
export function viewOf(stream: NodeJS.WriteStream, now = new Date()): View {
  const colour = stream.isTTY && (process.env['NO_COLOR'] ?? '') === '' && process.env['TERM'] !== 'dumb';
  return {
    paint: colour ? coloured : plainPaint,
    width: Math.min(stream.isTTY ? stream.columns : widthOfFiles, widest),
    now,
    program: programName(process.env),
  };
}

/** `npx runbook` when started through npx, else `runbook`: the commands printed must work as they stand. */
export function programName(env: NodeJS.ProcessEnv): string {
  return env['npm_command'] === 'exec' ? 'npx runbook' : 'runbook';
}
