import { openShell, type Seat } from '../appliance/seat.ts';
import { Hangup, Interrupted } from '../shell/pty.ts';
import type { Program, Run } from './program.ts';

/** `sh -c TEXT`, `sh FILE`, `… | sh`. A shell of its own on the same terminal; its EXIT trap runs at its end. */
export const shellProgram: Program = async (run) => {
  const flags = run.args.filter((a) => /^-[a-z]+$/.test(a));
  const at = run.args.findIndex((a) => /^-[a-z]*c$/.test(a));
  const rest = run.args.filter((a) => !/^-[a-z]+$/.test(a));
  let text: string;
  let parameters: readonly string[];
  if (at >= 0) [text, parameters] = [run.args[at + 1] ?? '', run.args.slice(at + 2)];
  else if (rest[0] !== undefined && !flags.includes('-s'))
    [text, parameters] = [await run.shell.view.readFile(run.shell.view.resolvePath(run.cwd, rest[0])), rest];
  else if (run.onTerminal.in) return await interactiveSubshell(run);
  else [text, parameters] = [Buffer.from(run.stdin, 'latin1').toString('utf8'), ['sh']];
  return await runText(run, text, {
    parameters,
    stdin: at >= 0 || rest[0] !== undefined ? run.stdin : '',
    errexit: flags.some((f) => f.includes('e')),
  });
};

export async function runText(
  run: Run,
  text: string,
  options: { parameters?: readonly string[]; stdin?: string; errexit?: boolean } = {},
): Promise<number> {
  const seat: Seat = run.seat;
  const shell = openShell(seat, {
    cwd: run.cwd,
    env: run.shell.environment(),
    onTerminal: run.onTerminal.out,
    umask: run.shell.view.actor.umask,
  });
  const [, ...positional] = options.parameters ?? [];
  const setUp = options.errexit ? 'set -e\n' : '';
  if (setUp !== '') await shell.run(setUp);
  const script = positional.length > 0 ? `set -- ${positional.map(quote).join(' ')}\n` : '';
  // Positional parameters last only within one run, so such a script runs in one piece.
  const body = script === '' ? text : `${script}{\n${text}\n}`;
  const show = (output: string): void => run.out(output);
  const result = run.onTerminal.out
    ? await shell.run(body, { show, signal: run.signal, ...(options.stdin ? { stdin: options.stdin } : {}) })
    : await shell.run(body, { signal: run.signal, ...(options.stdin ? { stdin: options.stdin } : {}) });
  let code = result.exitCode;
  if (!run.onTerminal.out) {
    run.out(result.stdout);
    run.err(result.stderr);
  }
  const trap = shell.traps.get('EXIT');
  if (trap) {
    shell.exited = false;
    const last = await shell.run(trap);
    run.out(last.stdout);
    run.err(last.stderr);
  }
  if (run.signal.aborted) code = 143;
  return code;
}

/** `bash` typed at a prompt: a nested shell until its exit. */
async function interactiveSubshell(run: Run): Promise<number> {
  const { pty } = run.seat;
  if (!pty) return 0;
  const { interact } = await import('../login/interactive-shell.ts');
  const shell = openShell(run.seat, { cwd: run.cwd, env: run.shell.environment(), onTerminal: true });
  return await interact(run.seat, shell, pty);
}

const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

export const sleep: Program = async (run) => {
  const units: Record<string, number> = { s: 1, m: 60, h: 3600, d: 86400 };
  let seconds = 0;
  for (const arg of run.args) {
    const match = /^(\d*\.?\d+)([smhd]?)$/.exec(arg);
    if (!match) {
      run.err(`sleep: invalid time interval '${arg}'\n`);
      return 1;
    }
    seconds += Number(match[1]) * (units[match[2] || 's'] ?? 1);
  }
  await pause(seconds * 1000, run.signal);
  return 0;
};

export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((done) => {
    const end = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', end);
      done();
    };
    const timer = setTimeout(end, ms);
    signal?.addEventListener('abort', end, { once: true });
  });
}

/** In the foreground both just run their command; in the background the job starter has made it immune already. */
export const nohup: Program = async (run) => {
  if (run.onTerminal.out) {
    run.err("nohup: ignoring input and appending output to 'nohup.out'\n");
    const shell = openShell(run.seat, { cwd: run.cwd, env: run.shell.environment(), onTerminal: false });
    return (await shell.run(`${run.args.map(quote).join(' ')} >> nohup.out 2>&1`, { signal: run.signal }))
      .exitCode;
  }
  return await runText(run, run.args.map(quote).join(' '), { stdin: run.stdin });
};

/** A new session has no controlling terminal: /dev/tty cannot be opened there. */
export const setsid: Program = async (run) => {
  const args = run.args.filter((a, i) => !(a.startsWith('-') && i === 0));
  const withoutTerminal: Run = {
    ...run,
    seat: { ...run.seat, pty: undefined, ttyName: '?' },
    onTerminal: { in: false, out: false },
  };
  return await runText(withoutTerminal, args.map(quote).join(' '), { stdin: run.stdin });
};

/** Root needs no password. Without a terminal the admin gives his with `-S`, as the first line of the input. */
export const sudo: Program = async (run) => {
  const { appliance } = run;
  const words = [...run.args];
  let fromInput = false;
  while (words[0]?.startsWith('-')) {
    const option = words.shift();
    if (option === '-S') fromInput = true;
    if (option === '-p' || option === '-u') words.shift();
  }
  const text = words.map(quote).join(' ');
  if (run.seat.user === 'root')
    return words.length === 0 ? 1 : await runText(run, text, { stdin: run.stdin });
  if (!fromInput) {
    run.err(
      'sudo: a terminal is required to read the password; either use the -S option to read from standard input or configure an askpass helper\n',
    );
    return 1;
  }
  const cut = run.stdin.indexOf('\n');
  const ok = run.stdin.slice(0, Math.max(0, cut)) === appliance.password && !appliance.troubles.sudoRefused;
  appliance.logins.push({
    at: new Date(appliance.nowMs()).toISOString(),
    user: appliance.identity.user,
    method: 'sudo',
    ok,
  });
  if (!ok) {
    run.err(
      'Password: \nSorry, try again.\nsudo: no password was provided\nsudo: 1 incorrect password attempt\n',
    );
    return 1;
  }
  appliance.rootCommands.push(text);
  const root = openShell({ ...run.seat, user: 'root' }, { cwd: run.cwd, onTerminal: false });
  const result = await root.run(text, { stdin: run.stdin.slice(cut + 1), signal: run.signal });
  run.out(result.stdout);
  run.err(result.stderr);
  return result.exitCode;
};

export const su: Program = (run) => {
  run.err('su: Authentication failure\n');
  return 1;
};

export const perl: Program = async (run) => {
  const [file, ...rest] = run.args;
  if (file === undefined || file.startsWith('-')) {
    run.err('perl: one-liners are not part of this appliance\n');
    return 2;
  }
  return await runText(run, [file, ...rest].map(quote).join(' '), { stdin: run.stdin });
};

export function isTerminalEnd(error: unknown): boolean {
  return error instanceof Hangup || error instanceof Interrupted;
}
