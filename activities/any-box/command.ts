import { RunbookError } from '../../errors/index.ts';
import { durationMs } from '../../language/index.ts';
import { commandParameters, observeParameters, onceParameters } from '../../language/parameters.ts';
import { createMask, shellQuote, type CommandResult, type RootShell } from '../../devices/index.ts';
import type { Json } from '../../language/index.ts';
import type { ActionInput, ActionResult } from '../../workflows/contract.ts';
import { beating, lookAtBox, onBox, type Action } from '../action.ts';
import type { ActivityDeps } from '../deps.ts';
import { parametersOf } from './parameters.ts';

/** The end of what a command printed is kept in the history, as far as this. */
const keptOutput = 2_000;
/** A private key that a command prints goes no further than here. */
const withoutKeys = createMask([]);

interface Told {
  readonly shows?: string | undefined;
  readonly read: Readonly<Record<string, string>>;
}

interface Line {
  readonly command: string;
  readonly values: Readonly<Record<string, string | number | boolean>>;
  readonly timeout?: string | undefined;
}

/** Looks with a command. What it printed and how it ended are facts. */
export const observe: Action = async (input, deps) =>
  await beating(async () => {
    const given = parametersOf(observeParameters, input);
    const result = await lookAtBox(deps, input, input.target, (shell) => runLine(shell, given));
    if (!given.anyStatus) proveEnded(result, 'It only looks.');
    return told(result, given);
  });

/** Changes something that can be changed back, or done again. */
export const runCommand: Action = (input, deps) =>
  change(parametersOf(commandParameters, input), input, deps);

/** Changes something that cannot be taken back. */
export const runCommandOnce: Action = (input, deps) =>
  change(parametersOf(onceParameters, input), input, deps);

async function change(given: Line & Told, input: ActionInput, deps: ActivityDeps): Promise<ActionResult> {
  return await beating(async () => {
    const result = await onBox(deps, input, input.target, (shell) => runLine(shell, given));
    proveEnded(result, 'What it did before it failed is not known.');
    return told(result, given);
  });
}

/** Has the command of a step done its work? The step says with which command that is seen. */
export const probeCommand: Action = async (input, deps) =>
  await beating(async () => {
    const { probe, repeatable, ...line } = parametersOf(commandParameters, input);
    if (probe === undefined) {
      const facts = repeatable
        ? { outcome: 'not-done', text: 'It may be done again.' }
        : { outcome: 'unknown', text: 'The runbook names no command that would tell.' };
      return { facts, note: facts.text };
    }
    const result = await lookAtBox(deps, input, input.target, (shell) =>
      runLine(shell, { ...line, command: probe }),
    );
    const outcome = (['done', 'not-done'] as const)[result.status] ?? 'unknown';
    const text = `The probe ended with status ${String(result.status)}: ${words[outcome]}.`;
    return { facts: { outcome, text, facts: factsOf(result, { read: {} }) }, note: text };
  });

const words = { done: 'it is done', 'not-done': 'it is not done', unknown: 'nobody can tell' } as const;

/**
 * In a shell of its own, so that nothing the command does to its shell, and no quote that it lacks, reaches the session; without
 * input, so that it cannot read what is typed next.
 */
async function runLine(shell: RootShell, { command, values, timeout }: Line): Promise<CommandResult> {
  const variables = Object.entries(values).map(([name, value]) => `${name}=${shellQuote(String(value))}`);
  const line = [...variables, `sh -c ${shellQuote(command)}`, '</dev/null', '2>&1'].join(' ');
  return await shell.run(line, {
    anyStatus: true,
    ...(timeout === undefined ? {} : { timeoutMs: durationMs(timeout) }),
  });
}

function proveEnded({ status, output }: CommandResult, state: string): void {
  if (status === 0) return;
  throw new RunbookError(
    'SESSION_COMMAND_FAILED',
    `The command ended with status ${String(status)}: ${lastLine(output)}`,
    {
      screen: withoutKeys(output).slice(-keptOutput),
      state,
    },
  );
}

function told(result: CommandResult, { shows, read }: Told): ActionResult {
  if (shows !== undefined && !new RegExp(shows, 'm').test(result.output))
    throw new RunbookError('COMMAND_UNEXPECTED', `What the command printed does not match ${shows}.`, {
      screen: withoutKeys(result.output).slice(-keptOutput),
      state: `It ended with status ${String(result.status)}.`,
    });
  const facts = factsOf(result, { read });
  return {
    facts,
    note: `status ${String(result.status)}${lastLine(result.output) === '' ? '' : `: ${lastLine(result.output)}`}`,
  };
}

function factsOf({ status, output }: CommandResult, { read }: Pick<Told, 'read'>): Record<string, Json> {
  const found = Object.entries(read).flatMap(([name, pattern]): [string, string][] => {
    const match = new RegExp(pattern, 'm').exec(output);
    return match === null ? [] : [[name, match[1] ?? match[0]]];
  });
  return { status, output: withoutKeys(output).slice(-keptOutput).trimEnd(), ...Object.fromEntries(found) };
}

function lastLine(output: string): string {
  return withoutKeys(output).trimEnd().split('\n').at(-1)?.trim().slice(-200) ?? '';
}
