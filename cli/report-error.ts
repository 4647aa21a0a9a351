import { formatIssue, type Issue, type RunbookError } from '../errors/index.ts';
import { exitCodeOfClass, type ExitCode } from './exit-codes.ts';
import type { GlobalOptions } from './main.ts';

/**
 * Tells a person, on stderr, what happened, on which box, what state it is in and what to type next; with `-o json` a program too,
 * as one document on stdout. Returns the exit code.
 */
export function reportError(error: RunbookError, output: GlobalOptions['output']): ExitCode {
  const { device, address, state, screen } = error.context;
  const exitCode = exitCodeOfClass[error.entry.class];
  const issues = issuesOf(error);
  const box = [device, address === undefined ? undefined : `(${address})`]
    .filter((part) => part !== undefined)
    .join(' ');
  const lines = [
    `${error.code}: ${error.message}`,
    ...issues.map((issue) => `  ${formatIssue(issue)}`),
    ...(box === '' ? [] : [`  box:    ${box}`]),
    ...(state === undefined ? [] : [`  state:  ${state}`]),
    ...(screen === undefined || screen === ''
      ? []
      : ['  screen:', ...screen.split('\n').map((line) => `    ${line}`)]),
    `  next:   ${error.remedy}`,
  ];
  process.stderr.write(`${lines.join('\n')}\n`);
  if ((process.env['RUNBOOK_DEBUG'] ?? '') !== '') process.stderr.write(`${error.stack ?? ''}\n`);
  if (output !== 'table') {
    const document = {
      schemaVersion: 1,
      kind: 'error',
      exitCode,
      code: error.code,
      class: error.entry.class,
      message: error.message,
      box: device ?? null,
      address: address ?? null,
      state: state ?? null,
      next: error.remedy,
      issues,
    };
    process.stdout.write(`${JSON.stringify(document, null, output === 'json' ? 2 : 0)}\n`);
  }
  return exitCode;
}

/** A list of faults travels in the context as `issues`. */
function issuesOf(error: RunbookError): readonly Issue[] {
  const issues = error.context['issues'];
  return Array.isArray(issues) ? (issues as Issue[]) : [];
}
