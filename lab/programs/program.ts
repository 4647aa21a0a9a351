import type { CustomCommand } from 'just-bash';
import type { Appliance } from '../appliance/appliance.ts';
import { either, type Seat } from '../appliance/seat.ts';
import type { Shell } from '../shell/shell.ts';
import { copySftunnelCerts } from './copy-sftunnel-certs.ts';
import { generateCerts } from './generate-certs.ts';
import { omniQuery } from './omni-query.ts';
import { pmtool } from './pmtool.ts';
import { screen } from './screen.ts';
import { script } from './script.ts';
import { netcat } from './netcat.ts';
import { nohup, perl, setsid, shellProgram, sleep, su, sudo } from './starters.ts';
import { sftunnelStatus } from './sftunnel-status.ts';
import { tmux } from './tmux.ts';
import { troubleshootHadc } from './troubleshoot-hadc.ts';

/** What a running program has in hand. Output goes straight to the terminal when it is one, else into the pipe. */
export interface Run {
  readonly name: string;
  readonly args: readonly string[];
  readonly appliance: Appliance;
  readonly seat: Seat;
  readonly shell: Shell;
  readonly cwd: string;
  readonly stdin: string;
  /** True when its standard input, and its output and errors, are the terminal. */
  readonly onTerminal: { readonly in: boolean; readonly out: boolean };
  /** Fires when it is killed, interrupted, or its terminal hangs up. */
  readonly signal: AbortSignal;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
}

export type Program = (run: Run) => Promise<number> | number;

// A function, since programs start shells, and shells know the programs: a table would be read before it is whole.
const programs = (): Readonly<Record<string, Program>> => ({
  sh: shellProgram,
  bash: shellProgram,
  sleep,
  nohup,
  setsid,
  sudo,
  su,
  perl,
  screen,
  tmux,
  script,
  nc: netcat,
  pmtool,
  'sftunnel_status.pl': sftunnelStatus,
  'generate_certs.pl': generateCerts,
  'OmniQuery.pl': omniQuery,
  'troubleshoot_HADC.pl': troubleshootHadc,
  'copy_sftunnel_certs.py': copySftunnelCerts,
  'copy_sftunnel_certs_jumpserver.py': copySftunnelCerts,
});

export const programNames = (): string[] => Object.keys(programs());

export function isProgram(baseName: string): boolean {
  return Object.hasOwn(programs(), baseName);
}

/** The command that the rewriting of a line puts in the place of every program: `__program <streams> <name> <args>`. */
export function programCommand(seat: Seat, shell: Shell): CustomCommand {
  return {
    name: '__program',
    execute: async ([streams = '---', name = '', ...args], context) => {
      const base = name.slice(name.lastIndexOf('/') + 1);
      const missing = findProgram(shell, name, context.cwd, context.env.get('PATH') ?? '');
      if (missing) return { stdout: '', stderr: missing.text, exitCode: missing.code };
      const { appliance, pty } = seat;
      const killed = new AbortController();
      const process = appliance.processes.add({
        command: [name, ...args].join(' '),
        user: seat.user,
        ppid: seat.process.pid,
        tty: seat.ttyName,
        end: (signal) => killed.abort(signal),
      });
      let stdout = '';
      let stderr = '';
      const outToTerminal = streams[1] === 'o' && pty !== undefined;
      const errToTerminal = streams[2] === 'e' && pty !== undefined;
      const signals = [seat.hangup, killed.signal, ...(context.signal ? [context.signal] : [])];
      const signal = signals.reduce(either);
      const run: Run = {
        name: base,
        args,
        appliance,
        seat: { ...seat, process, hangup: signal },
        shell,
        cwd: context.cwd,
        stdin: context.stdin as unknown as string,
        signal,
        onTerminal: { in: streams[0] === 'i' && pty !== undefined, out: outToTerminal },
        out: (text) => (outToTerminal ? pty.write(text) : (stdout += text)),
        err: (text) => (errToTerminal ? pty.write(text) : (stderr += text)),
      };
      let exitCode: number;
      try {
        exitCode = await Promise.race([Promise.resolve((programs()[base] as Program)(run)), died(signal)]);
      } catch (error) {
        exitCode = 255;
        stderr += `${base}: ${error instanceof Error ? error.message : String(error)}\n`;
      } finally {
        appliance.processes.remove(process);
      }
      return { stdout, stderr, exitCode };
    },
  };
}

/** 128 + the signal's number once the program is ended from outside. */
function died(signal: AbortSignal): Promise<number> {
  return new Promise((done) => {
    const end = (): void =>
      done(
        signal.reason === 'KILL' ? 137 : signal.reason === 'INT' ? 130 : signal.reason === 'TERM' ? 143 : 129,
      );
    if (signal.aborted) end();
    else signal.addEventListener('abort', end, { once: true });
  });
}

function findProgram(
  shell: Shell,
  name: string,
  cwd: string,
  path: string,
): { text: string; code: number } | undefined {
  const candidates = name.includes('/')
    ? [shell.view.resolvePath(cwd, name)]
    : path.split(':').map((folder) => `${folder}/${name}`);
  const node = candidates.map((at) => shell.view.tree.find(at)).find((found) => found?.kind === 'file');
  if (!node)
    return {
      text: name.includes('/')
        ? `bash: ${name}: No such file or directory\n`
        : `bash: ${name}: command not found\n`,
      code: 127,
    };
  if ((node.mode & 0o111) === 0) return { text: `bash: ${name}: Permission denied\n`, code: 126 };
  return undefined;
}
