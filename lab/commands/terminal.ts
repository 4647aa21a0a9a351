import type { CustomCommand } from 'just-bash';
import type { Seat } from '../appliance/seat.ts';
import { Hangup, Interrupted } from '../shell/pty.ts';
import type { Shell } from '../shell/shell.ts';
import { command, failed, type Output } from './command.ts';

/** Commands that deal with the terminal itself; the two with underscores are put in by the rewriting of typed lines. */
export function terminalCommands(seat: Seat, shell: Shell): CustomCommand[] {
  const { pty } = seat;
  const { view } = shell;
  return [
    command('stty', view, ({ args }): Output => {
      if (!pty) return failed("stty: 'standard input': Inappropriate ioctl for device");
      for (let i = 0; i < args.length; i++) {
        const arg = args[i];
        if (arg === '-echo') pty.echo = false;
        else if (arg === 'echo' || arg === 'sane') pty.echo = true;
        else if (arg === 'cols' || arg === 'columns') pty.columns = Number(args[++i] ?? 80);
        else if (arg === 'rows') i++;
      }
      if (args.includes('size')) return `24 ${pty.columns}\n`;
      if (args.length === 0 || args.includes('-a'))
        return `speed 38400 baud; rows 24; columns ${pty.columns}; line = 0;\n${pty.echo ? '' : '-'}echo icanon\n`;
      return '';
    }),
    command('__keephistory', view, ({ args }) => {
      shell.setVariable('__nohistory', args[0] === '+o' ? '1' : '0');
      return '';
    }),
    // The library's own `command -v` does not find files that it has no command for.
    command('__commandv', view, ({ args, context }): Output => {
      const builtin = new Set([
        'cd',
        'echo',
        'printf',
        'test',
        '[',
        'kill',
        'umask',
        'trap',
        'export',
        'read',
        'command',
        'exit',
        'set',
        'unset',
        'type',
        'wait',
        'history',
        'eval',
        'exec',
        'true',
        'false',
        'pwd',
      ]);
      let out = '';
      let code = 0;
      for (const name of args.slice(1)) {
        const places = name.includes('/')
          ? [view.resolvePath(context.cwd, name)]
          : (context.env.get('PATH') ?? '').split(':').map((folder) => `${folder}/${name}`);
        const found = places.find((place) => {
          const node = view.tree.find(place);
          return node?.kind === 'file' && (node.mode & 0o111) !== 0;
        });
        if (shell.hasFunction(name) || builtin.has(name)) out += `${name}\n`;
        else if (found !== undefined) out += `${found}\n`;
        else code = 1;
      }
      return { out, code };
    }),
    command('__wrote', view, ({ args }): Output => {
      const trouble = shell.written.take();
      return trouble === undefined ? { code: Number(args[0] ?? 0) } : failed(`bash: ${trouble}`);
    }),
    command('__umask', view, ({ args }): Output => {
      if (args[0] === 'keep') shell.umasks.push(view.actor.umask);
      else view.actor.umask = shell.umasks.pop() ?? view.actor.umask;
      return { code: Number(args[1] ?? 0) };
    }),
    command('clear', view, () => '\x1b[H\x1b[J'),

    command('__terminal', view, async ({ args }): Promise<Output> => {
      if (!pty) return '';
      const bytes = args[0] === '-c' ? Number(args[1]) : Number.POSITIVE_INFINITY;
      const count = args[0] === '-n' ? Number(args[1]) : Number.POSITIVE_INFINITY;
      let out = '';
      for (let lines = 0; lines < count && out.length < bytes; lines++) {
        const line = await readOr(() => pty.readLine());
        if (line === undefined) break;
        out += `${line}\n`;
      }
      return out.length > bytes ? out.slice(0, bytes) : out;
    }),

    command('__read', view, async ({ args, context }): Promise<Output> => {
      if (!pty) return { code: 1 };
      const names: string[] = [];
      let silent = false;
      for (let i = 0; i < args.length; i++) {
        const arg = args[i] ?? '';
        if (arg === '-p') pty.write(args[++i] ?? '');
        else if (arg === '-t' || arg === '-d' || arg === '-n' || arg === '-u') i++;
        else if (arg.startsWith('-')) silent ||= arg.includes('s');
        else names.push(arg);
      }
      const line = await readOr(() => pty.readLine({ echo: silent ? false : pty.echo }));
      const words = (line ?? '').split(/[ \t]+/).filter((w) => w !== '');
      if (names.length === 0) names.push('REPLY');
      for (const [i, name] of names.entries()) {
        const value =
          names.length === 1
            ? (line ?? '')
            : i === names.length - 1
              ? words.slice(i).join(' ')
              : (words[i] ?? '');
        await context.assignShellVariable?.(name, value);
      }
      return { code: line === undefined ? 1 : 0 };
    }),
  ];
}

/** End of input for a reader whose terminal went away or was interrupted. */
async function readOr(read: () => Promise<string | undefined>): Promise<string | undefined> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof Hangup || error instanceof Interrupted) return undefined;
    throw error;
  }
}
