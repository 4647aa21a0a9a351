import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Option, type Command } from 'commander';
import { RunbookError } from '../../../errors/index.ts';

/** Options of every verb that shows the go/no-go page. */
export interface PageOptions {
  readonly html?: string;
  readonly until?: string;
}

export function addPageOptions(command: Command): Command {
  return command
    .addOption(new Option('--html <file>', 'write the go/no-go page as one HTML file too'))
    .addOption(
      new Option(
        '--until <time>',
        'end of the change window, in ISO 8601 (2026-11-24T04:00Z); without a zone it is UTC',
      ),
    );
}

/** @throws RunbookError INPUT_INVALID */
export function untilOf({ until }: PageOptions): Date | undefined {
  if (until === undefined) return undefined;
  const form = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d)?)\s*(Z|[+-]\d\d:?\d\d)?$/.exec(until.trim());
  const at = form === null ? NaN : Date.parse(`${form[1] ?? ''}T${form[2] ?? ''}${form[3] ?? 'Z'}`);
  if (Number.isNaN(at)) {
    throw new RunbookError('INPUT_INVALID', `--until ${until}: this is no time.`, {
      remedy: 'Give it as 2026-11-24T04:00Z, or with an offset: 2026-11-24T05:00+01:00.',
    });
  }
  return new Date(at);
}

/** Writes a page where only its owner reads it; gives the path back. */
export function writePage(file: string, html: string): string {
  const place = path.resolve(file);
  mkdirSync(path.dirname(place), { recursive: true, mode: 0o700 });
  writeFileSync(place, html, { mode: 0o600 });
  return place;
}
