import { execFile } from 'node:child_process';

export interface ProgramResult {
  /** Exit code; undefined when the program could not be started or was ended by a signal. */
  readonly code: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end. Never throws: what went wrong stands in `code` and `stderr`. */
export function runProgram(
  file: string,
  args: readonly string[],
  options: { readonly timeoutMs: number; readonly env?: NodeJS.ProcessEnv },
): Promise<ProgramResult> {
  return new Promise((resolve) => {
    const settings = {
      timeout: options.timeoutMs,
      killSignal: 'SIGKILL',
      maxBuffer: 4 * 1024 * 1024,
      env: options.env ?? process.env,
      encoding: 'utf8',
    } as const;
    execFile(file, args, settings, (error, stdout, stderr) => {
      if (error === null) resolve({ code: 0, stdout, stderr });
      else {
        const code = typeof error.code === 'number' ? error.code : undefined;
        resolve({ code, stdout, stderr: stderr === '' ? reasonOf(error, options.timeoutMs) : stderr });
      }
    });
  });
}

function reasonOf(error: Error & { killed?: boolean | undefined }, timeoutMs: number): string {
  return error.killed === true ? `did not end within ${timeoutMs / 1000} s` : error.message;
}
