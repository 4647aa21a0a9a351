import {
  fillCommand,
  matchFailure,
  matchFaults,
  type FaultEntry,
  type FaultMatch,
  type RootShell,
} from '../../devices/index.ts';
import { RunbookError } from '../../errors/index.ts';
import type { ActivityDeps } from '../deps.ts';
import type { ActionInput, Finding, KnownFault, MetFault } from '../../workflows/contract.ts';

/** Older lines say little about tonight. */
const recentMs = 24 * 3_600_000;
/** Enough for a tunnel that tries again every few seconds to have left its mark. */
const tailLines = 500;

/**
 * The known faults that the end of the box's log shows, seen lately by the clock of the box (`now`, milliseconds), or since an
 * instant. A line without a time counts as recent: a warning too many is better than silence. A box whose log cannot be read
 * shows none.
 */
export async function faultsInLog(
  shell: RootShell,
  now: number,
  since = now - recentMs,
): Promise<FaultMatch[]> {
  return faultsIn(shell, await tailOfLog(shell), now, since);
}

/** As {@link faultsInLog}, in what {@link logCommand} has printed. */
export function faultsIn(shell: RootShell, log: string, now: number, since = now - recentMs): FaultMatch[] {
  return matchFaults(log, shell.profile.faults, now).filter(({ at }) => at === undefined || at >= since);
}

/** Prints the end of the box's log; nothing where no known fault shows in a log. */
export function logCommand(shell: RootShell): string {
  return shell.profile.faults.some(({ seen }) => seen.log !== undefined)
    ? fillCommand(shell.profile, 'tailMessages', { lines: tailLines })
    : ':';
}

/** The end of the box's log; empty where it cannot be read. */
export async function tailOfLog(shell: RootShell): Promise<string> {
  const { output } = await shell.run(fillCommand(shell.profile, 'tailMessages', { lines: tailLines }), {
    anyStatus: true,
  });
  return output;
}

/** What is known to go wrong with the box that an action is about; nothing where the inventory does not know it. */
export async function faultsOfTarget(input: ActionInput, deps: ActivityDeps): Promise<readonly FaultEntry[]> {
  const { target } = input;
  if (target?.entry === undefined) return [];
  try {
    return deps.faults((await deps.endpoint(input, target.entry, target.family)).family);
  } catch {
    return [];
  }
}

/** A fault met in a look at a box: what it is, why, and what to do. */
export function faultFinding(
  match: FaultMatch,
  box: { readonly name: string; readonly uuid?: string },
  severity: Finding['severity'] = 'warn',
): Finding {
  const { fault } = match;
  const when = match.at === undefined ? '' : `, last at ${new Date(match.at).toISOString()}`;
  return {
    code: 'KNOWN_FAULT',
    severity,
    text: `${fault.title}${when}. ${fault.cause} To do: ${fault.do.join(' ')}`,
    box: box.name,
    ...(box.uuid === undefined ? {} : { uuid: box.uuid }),
    fault: metFault(match),
  };
}

/** What a fault means, without how it is recognised. */
export function knownFault({
  id,
  title,
  cause,
  do: steps,
  doNot,
  tac,
  blocks,
  source,
}: FaultEntry): KnownFault {
  return { id, title, cause, do: steps, doNot, tac, blocks, source };
}

export function metFault({ fault, line, at }: FaultMatch): MetFault {
  return { id: fault.id, line, at: at === undefined ? null : new Date(at).toISOString() };
}

/** The error with the known fault that it is in its context, where one is known. An error that was named already stays so. */
export function nameFault(error: RunbookError, faults: readonly FaultEntry[]): RunbookError {
  if (error.context['known'] !== undefined) return error;
  const match = matchFailure(
    { code: error.code, message: error.message, screen: error.context.screen },
    faults,
  );
  return match === undefined ? error : withFault(error, match);
}

export function withFault(error: RunbookError, match: FaultMatch): RunbookError {
  const known = { fault: knownFault(match.fault), met: metFault(match) };
  return new RunbookError(error.code, error.message, { ...error.context, known }, { cause: error.cause });
}
