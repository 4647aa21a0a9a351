import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import {
  loadProfiles,
  parseFailedPush,
  parseGenerateOutput,
  parseImsConf,
  parseOmniQuery,
  parseOpensslDates,
  parsePmtoolStatus,
  parseSftunnelStatus,
  parseSftunnelStatusBrief,
  parseShowManagers,
  parseShowVersion,
} from '../../../../devices/index.ts';

/** What a box printed, and what must be read in it. README.md beside the files describes the form. */
export interface Golden {
  readonly name: string;
  readonly parser: keyof typeof parsers;
  readonly mark: 'transcript' | 'fixture' | 'documented' | 'inferred';
  readonly from: string;
  readonly text: string;
  /** As JSON; null where the parser gives undefined. */
  readonly expect: unknown;
}

const rules = loadProfiles().profiles.get('cisco-fmc')?.generate;
if (rules === undefined) throw new Error('cisco-fmc says nothing of the generator');

export const parsers = {
  'sftunnel-status': parseSftunnelStatus,
  'sftunnel-status-brief': parseSftunnelStatusBrief,
  'show-managers': parseShowManagers,
  'show-version': parseShowVersion,
  'pmtool-status': parsePmtoolStatus,
  'openssl-dates': parseOpensslDates,
  'failed-push': parseFailedPush,
  omniquery: parseOmniQuery,
  'ims-conf': parseImsConf,
  'generate-output': (text: string) => parseGenerateOutput(text, rules),
};

const folder = join(import.meta.dirname, 'goldens');

export const goldens: readonly Golden[] = readdirSync(folder)
  .filter((name) => name.endsWith('.yaml'))
  .sort()
  .map((file) => ({
    name: file.replace(/\.yaml$/, ''),
    ...(parse(readFileSync(join(folder, file), 'utf8')) as Omit<Golden, 'name'>),
  }));
