import type { ErrorCode } from '../../errors/index.ts';
import { regex } from '../profile/pattern.ts';
import { logLines, shownLine } from './log-lines.ts';
import type { FaultEntry } from './schema.ts';

/** A known fault, and the newest line that shows it. */
export interface FaultMatch {
  readonly fault: FaultEntry;
  /** Bounded, without steering characters and secrets. Empty where a code of ours says it. */
  readonly line: string;
  /** Milliseconds since 1970; undefined where the line shows no time. */
  readonly at: number | undefined;
}

/** The known faults that a log shows, each once with its newest line, in the order of the file. Pure. */
export function matchFaults(text: string, faults: readonly FaultEntry[], now: number): FaultMatch[] {
  const lines = logLines(text, now);
  return faults.flatMap((fault) => {
    const patterns = fault.seen.log;
    if (patterns === undefined) return [];
    let newest: FaultMatch | undefined;
    for (const { text: line, at } of lines) {
      if (!shows(line, patterns, fault.unless)) continue;
      if (newest === undefined || (at ?? -Infinity) >= (newest.at ?? -Infinity)) newest = { fault, line, at };
    }
    return newest ?? [];
  });
}

/** What a step failed with, as far as it is looked at. */
export interface FailureText {
  readonly code: ErrorCode;
  readonly message: string;
  readonly screen?: string | undefined;
}

/** The known fault that a failure is: by what the box said, else by the code. Pure. */
export function matchFailure(failure: FailureText, faults: readonly FaultEntry[]): FaultMatch | undefined {
  const lines = [...failure.message.split('\n'), ...(failure.screen ?? '').split('\n')].map(shownLine);
  for (const fault of faults) {
    const line = lines.findLast((one) => shows(one, fault.seen.output ?? [], fault.unless));
    if (line !== undefined) return { fault, line, at: undefined };
  }
  const fault = faults.find(({ seen }) => seen.codes?.includes(failure.code));
  return fault === undefined ? undefined : { fault, line: '', at: undefined };
}

function shows(line: string, patterns: readonly string[], unless: readonly string[] = []): boolean {
  const matches = (one: string): boolean => regex(one, 'i').test(line);
  return patterns.some(matches) && !unless.some(matches);
}
