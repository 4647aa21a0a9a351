import type { CustomCommand } from 'just-bash';
import { fileCommands } from '../commands/files.ts';
import { listingCommands } from '../commands/listing.ts';
import { networkCommands } from '../commands/network.ts';
import { opensslCommand } from '../commands/openssl.ts';
import { processCommands } from '../commands/processes.ts';
import { systemCommands } from '../commands/system.ts';
import { terminalCommands } from '../commands/terminal.ts';
import { furnishCommands } from '../fleet/furnish.ts';
import { isProgram, programCommand } from '../programs/program.ts';
import { Shell } from '../shell/shell.ts';
import type { Pty } from '../shell/pty.ts';
import type { Appliance } from './appliance.ts';
import type { Process } from './process-table.ts';

/** Where a shell runs: on which box, as whom, on which terminal, and what ends it. */
export interface Seat {
  readonly appliance: Appliance;
  readonly user: 'root' | 'admin';
  readonly pty: Pty | undefined;
  readonly ttyName: string;
  /** Fires when the terminal hangs up or the box goes down. */
  readonly hangup: AbortSignal;
  readonly process: Process;
}

export const rootPath =
  '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/sf/bin:/ngfw/usr/local/sf/bin';

/** Starts a shell on a seat. Its terminal is also its /dev/tty. */
export function openShell(
  seat: Seat,
  options: { cwd: string; env?: Record<string, string>; onTerminal: boolean; umask?: number },
): Shell {
  const { appliance, user, pty } = seat;
  furnishCommands(appliance);
  const root = user === 'root';
  const view = appliance.view({
    uid: root ? 0 : 100,
    gid: root ? 0 : 100,
    umask: options.umask ?? 0o022,
    tty: pty && {
      write: (text: string) => pty.write(text),
      readLine: async () => {
        const line = await pty.readLine();
        return line === undefined ? '' : `${line}\n`;
      },
    },
  });
  const nowMs = (): number => appliance.nowMs();
  const home = root ? '/root' : '/home/admin';
  return new Shell({
    view,
    nowMs,
    cwd: options.cwd,
    pid: seat.process.pid,
    ppid: seat.process.ppid,
    onTerminal: options.onTerminal,
    isProgram,
    env: options.env ?? {
      HOME: home,
      USER: user,
      LOGNAME: user,
      SHELL: '/bin/bash',
      TERM: 'vt100',
      LANG: 'C',
      PWD: options.cwd,
      PATH: root ? rootPath : '/usr/local/bin:/usr/bin:/bin:/usr/local/sf/bin',
      HOSTNAME: appliance.identity.hostname,
    },
    commands: (shell): CustomCommand[] => [
      ...listingCommands(view, nowMs),
      ...fileCommands(view, nowMs),
      ...systemCommands(seat, view),
      ...processCommands(seat, shell),
      ...terminalCommands(seat, shell),
      ...networkCommands(seat, view),
      opensslCommand(view, nowMs),
      programCommand(seat, shell),
    ],
  });
}

/** A signal that fires with the first of two. */
export function either(a: AbortSignal, b: AbortSignal): AbortSignal {
  return AbortSignal.any([a, b]);
}
