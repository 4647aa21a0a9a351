import type { ErrorClass } from '../errors/index.ts';

/** What the exit codes mean: a contract with every script that calls us. Printed by `--help` of every verb. */
export const exitCodes = {
  0: 'done as planned, with the proof asked for, or nothing to do',
  1: 'engine or unexpected error',
  2: 'usage, invalid runbook, missing input',
  3: 'refused before anything was touched',
  4: 'closed, some devices left, listed',
  5: 'waiting for a person',
  7: 'outcome unknown, or less proof than asked for',
  8: 'verification failed after a change',
  130: 'client detached; the run goes on',
} as const;

export type ExitCode = keyof typeof exitCodes;

/**
 * The exit code for an error that reaches the command line. Errors of boxes get there only from looking, since a run parks instead
 * of failing: so nothing was touched.
 */
export const exitCodeOfClass: Readonly<Record<ErrorClass, ExitCode>> = {
  input: 2,
  internal: 1,
  'unknown-outcome': 7,
  auth: 3,
  unreachable: 3,
  prompt: 3,
  timeout: 3,
  refused: 3,
  'not-yet': 3,
  check: 3,
};

/** The table as shown under a help text. */
export function exitCodesHelp(): string {
  const lines = Object.entries(exitCodes).map(([code, meaning]) => `  ${code.padEnd(5)}${meaning}`);
  return ['', 'Exit codes:', ...lines].join('\n');
}
