/** A program that `pmtool` watches. */
export interface PmtoolRecord {
  readonly id: string;
  /** What stands in brackets, e.g. `normal`. */
  readonly type: string;
  /** `Running`, `User Disabled`, `Waiting`, … as printed. */
  readonly state: string;
  /** Only while it runs. */
  readonly pid?: number;
}

/**
 * Reads `pmtool status`: the first line of each record; the lines below it (`Command:`, `PID File:`, …) are skipped. A last line
 * without its end is none: a process id that is cut short would be taken for a new one.
 */
export function parsePmtoolStatus(text: string): PmtoolRecord[] {
  const records: PmtoolRecord[] = [];
  for (const line of text.split('\n').slice(0, -1)) {
    const found = /^\s*(\S+)\s+\(([^)]*)\)\s+-\s+(\S.*?)\s*$/.exec(line);
    if (found === null) continue;
    const [, id = '', type = '', rest = ''] = found;
    const running = /^(Running)\s+(\d+)$/i.exec(rest);
    records.push(
      running === null
        ? { id, type, state: rest }
        : { id, type, state: running[1] ?? rest, pid: Number(running[2]) },
    );
  }
  return records;
}
