import type { CustomCommand } from 'just-bash';
import { either, openShell, type Seat } from '../appliance/seat.ts';
import type { Process } from '../appliance/process-table.ts';
import { strftime } from '../clock.ts';
import type { Shell } from '../shell/shell.ts';
import { splitArguments } from './arguments.ts';
import { command, failed, type Output } from './command.ts';

/** Processes and what a shell keeps about itself: umask, traps, background jobs. */
export function processCommands(seat: Seat, shell: Shell): CustomCommand[] {
  const { appliance } = seat;
  const { view } = shell;
  const table = appliance.processes;
  return [
    command('umask', view, ({ args }) => {
      const given = args.find((a) => !a.startsWith('-'));
      if (given === undefined)
        return args.includes('-S')
          ? `u=rwx,g=rx,o=rx\n`
          : `${view.actor.umask.toString(8).padStart(4, '0')}\n`;
      if (!/^[0-7]{1,4}$/.test(given)) return failed(`bash: umask: ${given}: octal number out of range`);
      view.actor.umask = Number.parseInt(given, 8);
      return '';
    }),

    command('trap', view, ({ args }) => {
      if (args.length < 2)
        return [...shell.traps].map(([signal, text]) => `trap -- '${text}' ${signal}\n`).join('');
      const [action = '', ...signals] = args[0] === '--' ? args.slice(1) : args;
      for (const signal of signals) {
        const name = signal.replace(/^SIG/, '').replace(/^0$/, 'EXIT');
        if (action === '-') shell.traps.delete(name);
        else shell.traps.set(name, action);
      }
      return '';
    }),

    command('kill', view, ({ args }): Output => {
      let signal = 'TERM';
      const pids: string[] = [];
      for (let i = 0; i < args.length; i++) {
        const arg = args[i] ?? '';
        if (arg === '-s') signal = args[++i] ?? signal;
        else if (arg.startsWith('-') && pids.length === 0 && arg !== '--') signal = signalName(arg.slice(1));
        else pids.push(arg);
      }
      let err = '';
      for (const pid of pids) {
        const process = table.get(Math.abs(Number(pid)));
        if (!process) err += `bash: kill: (${pid}) - No such process\n`;
        else if (seat.user !== 'root' && process.user !== seat.user)
          err += `bash: kill: (${pid}) - Operation not permitted\n`;
        else if (signal !== '0') process.end(signal);
      }
      return { err, code: err === '' ? 0 : 1 };
    }),

    command('ps', view, ({ args }) => {
      const { flags, values, operands } = splitArguments(args, ['-o', '-p', '-C', '-u', '--format']);
      let shown = table.all();
      if (values.has('-p'))
        shown = shown.filter((p) => (values.get('-p') ?? '').split(',').includes(String(p.pid)));
      else if (values.has('-C')) shown = shown.filter((p) => p.command.includes(values.get('-C') ?? ''));
      else if (!flags.has('-e') && !flags.has('-A') && !operands.some((o) => o.includes('a')))
        shown = shown.filter((p) => p.tty === seat.ttyName);
      return psText(
        shown,
        values.get('-o') ?? values.get('--format'),
        operands.some((o) => o.includes('u')),
      );
    }),

    command('pgrep', view, ({ args }) => {
      const { flags, operands } = splitArguments(args, ['-u', '-P', '-d']);
      const pattern = new RegExp(operands[0] ?? '');
      // The real one leaves itself out, but finds the shell whose command line holds the pattern; so does this one.
      const found = table
        .all()
        .filter(
          (p) =>
            p.pid !== seat.process.pid &&
            pattern.test(flags.has('-f') ? p.command : (p.command.split(' ')[0] ?? '')),
        );
      const wide = flags.has('-a') || flags.has('-l');
      return {
        out: found.map((p) => `${p.pid}${wide ? ` ${p.command}` : ''}\n`).join(''),
        code: found.length > 0 ? 0 : 1,
      };
    }),

    command('wait', view, async () => ''),
    command('jobs', view, () => ''),
    command('disown', view, () => ''),
    command('history', view, ({ args }) => {
      if (args.includes('-c')) {
        shell.setVariable('__history', '');
        return '';
      }
      const lines = (shell.variable('__history') ?? '').split('\x00').filter((l) => l !== '');
      return lines.map((line, i) => `${String(i + 1).padStart(5)}  ${line}\n`).join('');
    }),

    command('__background', view, ({ args }) => {
      const [flag, text = ''] = args;
      const immune = /^\s*(nohup|setsid)\b/.test(text) || shell.traps.get('HUP') === '';
      const process = startJob(seat, shell, text, { immune, showOn: flag === 'o' });
      shell.lastJob = process.pid;
      return '';
    }),
  ];
}

/** Runs a text as a job of its own. Unless it is immune, it dies when the terminal hangs up. */
function startJob(
  seat: Seat,
  shell: Shell,
  text: string,
  options: { immune: boolean; showOn: boolean },
): Process {
  const { appliance } = seat;
  const abort = new AbortController();
  const process = appliance.processes.add({
    command: text,
    user: seat.user,
    ppid: seat.process.pid,
    tty: /^\s*setsid\b/.test(text) ? '?' : seat.ttyName,
    end: () => abort.abort(),
  });
  const hangup = options.immune ? abort.signal : either(seat.hangup, abort.signal);
  const job = openShell(
    { ...seat, hangup, process },
    { cwd: shell.cwd, env: shell.environment(), onTerminal: false, umask: shell.view.actor.umask },
  );
  for (const [name, value] of Object.entries(shell.environment())) job.setVariable(name, value);
  const down = (): void => abort.abort();
  appliance.onReboot.add(down);
  // A job cannot be started from within the shell's own synchronous step: it begins after the line.
  setImmediate(() => {
    void job
      .run(text, { signal: hangup })
      .then(
        (result) => options.showOn && !seat.hangup.aborted && seat.pty?.write(result.stdout + result.stderr),
      )
      .catch(() => {})
      .finally(() => {
        appliance.processes.remove(process);
        appliance.onReboot.delete(down);
      });
  });
  return process;
}

function signalName(text: string): string {
  const numbers: Record<string, string> = { 0: '0', 1: 'HUP', 2: 'INT', 9: 'KILL', 15: 'TERM' };
  return numbers[text] ?? text.replace(/^SIG/, '');
}

function psText(processes: Process[], format: string | undefined, bsd: boolean): string {
  const started = (p: Process): string => strftime('%H:%M', p.startedAtMs);
  if (format !== undefined) {
    const columns = format.split(/[,\s]+/).map((c) => c.split('=') as [string, string | undefined]);
    const fields: Record<string, (p: Process) => string> = {
      pid: (p) => String(p.pid).padStart(5),
      ppid: (p) => String(p.ppid).padStart(5),
      user: (p) => p.user.padEnd(8),
      tty: (p) => p.tty.padEnd(8),
      args: (p) => p.command,
      cmd: (p) => p.command,
      command: (p) => p.command,
      comm: (p) => baseName(p.command),
      stat: () => 'S   ',
      lstart: (p) => strftime('%a %b %e %H:%M:%S %Y', p.startedAtMs),
      etimes: () => '   10',
      etime: () => '      00:10',
      pgid: (p) => String(p.pid),
      sid: (p) => String(p.pid),
    };
    const header = columns.every(([, title]) => title !== undefined)
      ? ''
      : `${columns.map(([c]) => c.toUpperCase()).join(' ')}\n`;
    return (
      header + processes.map((p) => `${columns.map(([c]) => fields[c]?.(p) ?? '-').join(' ')}\n`).join('')
    );
  }
  if (bsd) {
    return (
      'USER       PID %CPU %MEM    VSZ   RSS TTY      STAT START   TIME COMMAND\n' +
      processes
        .map(
          (p) =>
            `${p.user.padEnd(8)} ${String(p.pid).padStart(5)}  0.0  0.1  11820  2960 ${p.tty.padEnd(8)} S    ${started(p)}   0:00 ${p.command}\n`,
        )
        .join('')
    );
  }
  return (
    'UID        PID  PPID  C STIME TTY          TIME CMD\n' +
    processes
      .map(
        (p) =>
          `${p.user.padEnd(8)} ${String(p.pid).padStart(5)} ${String(p.ppid).padStart(5)}  0 ${started(p)} ${p.tty.padEnd(8)} 00:00:00 ${p.command}\n`,
      )
      .join('')
  );
}

const baseName = (text: string): string => (text.split(' ')[0] ?? '').split('/').at(-1) ?? '';
