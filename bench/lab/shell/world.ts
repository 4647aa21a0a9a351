import type { Files } from '../files.ts';
import type { Command } from './parse.ts';

/** What a command of the shell finds around it. */
export interface World {
  readonly files: Files;
  readonly hostname: string;
  /** Milliseconds; the box's clock. */
  now(): number;
  /** A command of the vendor, or undefined where there is none of that name. */
  vendor(
    name: string,
    args: readonly string[],
    now: number,
  ): { out: string; status: number; takesMs?: number } | undefined;
  /** A file came to lie at this path. */
  changed(path: string, now: number): void;
}

export interface State {
  cwd: string;
  umask: number;
  noClobber: boolean;
  uid: number;
  readonly variables: Map<string, string>;
  readonly functions: Map<string, Command>;
  args: readonly string[];
  trap: string;
}
