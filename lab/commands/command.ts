import type { CustomCommand, ResolvedCommandContext } from 'just-bash';
import { strerror } from '../filesystem/fs-error.ts';
import type { FsView } from '../filesystem/fs-view.ts';

/** What a command prints and its exit status; a string alone is output with status 0. */
export type Output = string | { readonly out?: string; readonly err?: string; readonly code: number };

export interface Call {
  readonly args: string[];
  readonly cwd: string;
  readonly stdin: string;
  readonly context: ResolvedCommandContext;
  /** Absolute path of an operand. */
  readonly path: (operand: string) => string;
}

/** Makes a shell command of a function; an error becomes its text on standard error and status 1. */
export function command(
  name: string,
  view: FsView,
  run: (call: Call) => Promise<Output> | Output,
): CustomCommand {
  return {
    name,
    execute: async (args, context) => {
      const call: Call = {
        args,
        cwd: context.cwd,
        context,
        stdin: context.stdin as unknown as string,
        path: (operand) => view.resolvePath(context.cwd, operand),
      };
      try {
        const output = await run(call);
        if (typeof output === 'string') return { stdout: output, stderr: '', exitCode: 0 };
        return { stdout: output.out ?? '', stderr: output.err ?? '', exitCode: output.code };
      } catch (error) {
        return { stdout: '', stderr: `${name}: ${strerror(error)}\n`, exitCode: 1 };
      }
    },
  };
}

export function failed(text: string, code = 1): Output {
  return { err: `${text}\n`, code };
}

const names: Readonly<Record<number, string>> = { 0: 'root', 100: 'admin', 99: 'nobody' };
export const nameOf = (id: number): string => names[id] ?? String(id);
export function idOf(name: string): number | undefined {
  if (/^\d+$/.test(name)) return Number(name);
  const entry = Object.entries(names).find(([, n]) => n === name);
  return entry ? Number(entry[0]) : undefined;
}
