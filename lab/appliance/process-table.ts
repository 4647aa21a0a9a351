/** A process of an appliance, as ps shows it. */
export interface Process {
  readonly pid: number;
  readonly ppid: number;
  readonly user: string;
  readonly command: string;
  /** Name of the terminal, `?` without one. */
  readonly tty: string;
  readonly startedAtMs: number;
  /** Ends it. Name without SIG: TERM, KILL, HUP, INT. */
  end(signal: string): void;
}

export class ProcessTable {
  readonly #processes = new Map<number, Process>();
  #nextPid: number;
  readonly #nowMs: () => number;

  constructor(nowMs: () => number, firstPid = 4211) {
    this.#nowMs = nowMs;
    this.#nextPid = firstPid;
  }

  add(details: {
    command: string;
    end?: (signal: string) => void;
    user?: string;
    tty?: string;
    ppid?: number;
  }): Process {
    // Pids are not consecutive on a busy box.
    this.#nextPid += 1 + (this.#nextPid % 3);
    const process: Process = {
      pid: this.#nextPid,
      ppid: details.ppid ?? 1,
      user: details.user ?? 'root',
      tty: details.tty ?? '?',
      command: details.command,
      startedAtMs: this.#nowMs(),
      end: details.end ?? (() => {}),
    };
    this.#processes.set(process.pid, process);
    return process;
  }

  remove(process: Process): void {
    this.#processes.delete(process.pid);
  }

  get(pid: number): Process | undefined {
    return this.#processes.get(pid);
  }

  all(): Process[] {
    return [...this.#processes.values()].sort((a, b) => a.pid - b.pid);
  }
}
