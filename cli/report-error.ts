import type { CommanderError } from 'commander';

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
  printDocument(output, {
    exitCode,
    code: error.code,
    class: error.entry.class,
    message: error.message,
    box: device ?? null,
    address: address ?? null,
    state: state ?? null,
    next: error.remedy,
    issues,
  });
  return exitCode;
}

/** Commander has told the person already; this tells the program. Returns the exit code for wrong usage. */
export function reportUsage(error: CommanderError, output: GlobalOptions['output']): ExitCode {
  printDocument(output, {
    exitCode: 2,
    code: 'INPUT_INVALID',
    class: 'input',
    message: error.message.replace(/^error: /, ''),
    box: null,
    address: null,
    state: null,
    next: 'See --help.',
    issues: [],
  });
  return 2;
}

function printDocument(output: GlobalOptions['output'], content: object): void {
  if (output === 'table') return;
  const document = { schemaVersion: 1, kind: 'error', ...content };
  process.stdout.write(`${JSON.stringify(document, null, output === 'json' ? 2 : 0)}\n`);
}

/** A list of faults travels in the context as `issues`. */
function issuesOf(error: RunbookError): readonly Issue[] {
  const issues = error.context['issues'];
  return Array.isArray(issues) ? (issues as Issue[]) : [];
}
