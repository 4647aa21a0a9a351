import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** A process that cannot be mistaken for a later one with the same number. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Opaque: boot and start time of the process. Empty where the platform does not tell. */
  readonly born: string;
}

/** Identity of a running process; undefined when there is none with this number. */
export function identify(pid: number): ProcessIdentity | undefined {
  if (!exists(pid)) return undefined;
  if (process.platform === 'linux') return identifyByProc(pid);
  if (process.platform === 'win32') return { pid, born: '' };
  try {
    return {
      pid,
      born: execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim(),
    };
  } catch {
    return undefined;
  }
}

/** True while exactly this process runs. */
export function isAlive(identity: ProcessIdentity): boolean {
  return identify(identity.pid)?.born === identity.born;
}

/** Sends a signal to exactly this process; false when it is not there any more. */
export function signal(identity: ProcessIdentity, name: NodeJS.Signals): boolean {
  if (!isAlive(identity)) return false;
  try {
    return process.kill(identity.pid, name);
  } catch {
    return false;
  }
}

/**
 * Ends a process: SIGTERM, and SIGKILL after `graceMs`. Returns when it is gone.
 */
export async function endProcess(identity: ProcessIdentity, graceMs: number): Promise<void> {
  if (!signal(identity, 'SIGTERM')) return;
  if (await isGoneWithin(identity, graceMs)) return;
  signal(identity, 'SIGKILL');
  await isGoneWithin(identity, 10_000);
}

/** True as soon as the process has ended, false when it still runs after `withinMs`. */
export async function isGoneWithin(identity: ProcessIdentity, withinMs: number): Promise<boolean> {
  const deadline = Date.now() + withinMs;
  while (isAlive(identity)) {
    if (Date.now() > deadline) return false;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return true;
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function identifyByProc(pid: number): ProcessIdentity | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name (second field) may hold blanks and brackets; what follows its last bracket is plain.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    // A zombie has ended; it only waits for its parent to ask.
    if (fields[0] === 'Z' || fields[0] === 'X') return undefined;
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return { pid, born: `${boot}:${fields[19] ?? ''}` };
  } catch {
    return undefined;
  }
}
