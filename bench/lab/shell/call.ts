import { FileFault, type Node } from '../files.ts';
import type { Shell } from './shell.ts';

export interface Call {
  readonly shell: Shell;
  readonly args: readonly string[];
  readonly input: string;
  readonly out: (text: string | Buffer) => void;
  readonly err: (text: string) => void;
}

export type Program = (call: Call) => number | undefined;

/** Letters of the options, and what is left. */
export function parted(args: readonly string[]): { flags: string; rest: string[] } {
  const rest = args.filter((arg) => !/^-[a-zA-Z0-9]+$/.test(arg) && arg !== '--');
  return { flags: args.filter((arg) => /^-[a-zA-Z0-9]+$/.test(arg)).join(''), rest };
}

export function nodeAt({ shell }: Call, path: string): Node {
  const node = shell.world.files.get(shell.path(path));
  if (node === undefined) throw new FileFault(`${path}: No such file or directory`);
  return node;
}

export function content(call: Call, path: string): Buffer {
  const node = nodeAt(call, path);
  if (node.content === undefined) throw new FileFault(`${path}: Is a directory`);
  if (call.shell.state.uid !== 0 && node.uid !== call.shell.state.uid && (node.mode & 0o004) === 0)
    throw new FileFault(`${path}: Permission denied`);
  return node.content;
}

export const textOf = (call: Call, path: string | undefined): string =>
  path === undefined || path === '-' ? call.input : content(call, path).toString('latin1');

/** Does `work` for each file; one that fails is named, and the others are still dealt with. */
export function each(call: Call, paths: readonly string[], work: (path: string) => void): number {
  let status = 0;
  for (const path of paths) {
    try {
      work(path);
    } catch (thrown) {
      if (!(thrown instanceof FileFault)) throw thrown;
      call.err(`${thrown.message}\n`);
      status = 1;
    }
  }
  return status;
}
