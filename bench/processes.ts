import { readFileSync } from 'node:fs';

const ticksPerSecond = 100;

/** CPU time a process has used, in milliseconds, with that of its ended children. Undefined once it is gone. */
export function cpuMs(pid: number): number | undefined {
  try {
    const text = readFileSync(`/proc/${String(pid)}/stat`, 'utf8');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    // utime, stime, cutime, cstime
    return (fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0) * 1000) / ticksPerSecond;
  } catch {
    return undefined;
  }
}

/** Most memory a process has held, in MiB. */
export function peakMib(pid: number): number {
  try {
    return (
      Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${String(pid)}/status`, 'utf8'))?.[1] ?? 0) / 1024
    );
  } catch {
    return 0;
  }
}

/** What the whole machine has worked so far, in milliseconds. */
function machineMs(): number {
  const [, ...fields] = (readFileSync('/proc/stat', 'utf8').split('\n')[0] ?? '').split(/\s+/);
  const [user = 0, nice = 0, system = 0, , , irq = 0, softIrq = 0] = fields.map(Number);
  return ((user + nice + system + irq + softIrq) * 1000) / ticksPerSecond;
}

export interface Used {
  readonly wallMs: number;
  readonly cpuMs: Readonly<Record<string, number>>;
  readonly peakMib: Readonly<Record<string, number>>;
  /** Cores that everything else on the machine was using. */
  readonly others: number;
}

/** Watches processes by name until it is told to stop. A process that is gone counts as it was last seen. */
export class Watch {
  readonly #pids: Readonly<Record<string, number | undefined>>;
  readonly #before = new Map<number, number>();
  readonly #last = new Map<number, number>();
  readonly #peak = new Map<string, number>();
  readonly #startedAt = performance.now();
  readonly #machine = machineMs();
  readonly #own = process.cpuUsage();
  readonly #timer: NodeJS.Timeout;

  /** `fresh`: names of those that were started for this and count from nothing, with their children. */
  constructor(pids: Readonly<Record<string, number | undefined>>, fresh: readonly string[] = []) {
    this.#pids = pids;
    for (const [name, pid] of Object.entries(pids))
      if (pid !== undefined) this.#before.set(pid, fresh.includes(name) ? 0 : (cpuMs(pid) ?? 0));
    this.#timer = setInterval(() => {
      this.#sample();
    }, 100);
  }

  stop(): Used {
    clearInterval(this.#timer);
    this.#sample();
    const wallMs = performance.now() - this.#startedAt;
    const used = Object.fromEntries(
      Object.entries(this.#pids).map(([name, pid = 0]) => [
        name,
        (this.#last.get(pid) ?? 0) - (this.#before.get(pid) ?? 0),
      ]),
    );
    const own = process.cpuUsage(this.#own);
    const ours = Object.values(used).reduce((sum, ms) => sum + ms, 0) + (own.user + own.system) / 1000;
    return {
      wallMs,
      cpuMs: used,
      peakMib: Object.fromEntries(this.#peak),
      others: Math.max(0, (machineMs() - this.#machine - ours) / wallMs),
    };
  }

  #sample(): void {
    for (const [name, pid] of Object.entries(this.#pids)) {
      if (pid === undefined) continue;
      const now = cpuMs(pid);
      if (now !== undefined) this.#last.set(pid, now);
      this.#peak.set(name, Math.max(this.#peak.get(name) ?? 0, peakMib(pid)));
    }
  }
}
