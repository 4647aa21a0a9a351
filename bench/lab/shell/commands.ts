import { FileFault, type Node } from '../files.ts';
import { content, each, nodeAt, parted, textOf, type Call, type Program } from './call.ts';
import { fileCommands } from './file-commands.ts';
import { openssl, sha256 } from './openssl.ts';

/** `head` and `tail`: ten lines, or as many as `-n` says. */
function lines(call: Call, choose: (all: string[], count: number) => string[]): number {
  const count = Number(/-n? ?(\d+)/.exec(call.args.join(' '))?.[1] ?? 10);
  const path = call.args.at(-1);
  const text = textOf(call, path !== undefined && !/^-?\d+$|^-n/.test(path) ? path : undefined);
  call.out(Buffer.from(choose(text.split(/(?<=\n)/), count).join(''), 'latin1'));
  return 0;
}

function test(call: Call, args: readonly string[]): boolean {
  if (args[0] === '!') return !test(call, args.slice(1));
  const or = args.indexOf('-o');
  if (or > 0) return test(call, args.slice(0, or)) || test(call, args.slice(or + 1));
  const [a = '', b = '', c = ''] = args;
  if (args.length === 1) return a !== '';
  if (args.length === 2) {
    const node = call.shell.world.files.get(call.shell.path(b));
    switch (a) {
      case '-e':
        return node !== undefined;
      case '-f':
        return node?.content !== undefined;
      case '-d':
        return node !== undefined && node.content === undefined;
      case '-s':
        return (node?.content?.length ?? 0) > 0;
      case '-x':
        return node !== undefined && (node.mode & 0o111) !== 0;
      case '-r':
      case '-w':
        return node !== undefined;
      case '-n':
        return b !== '';
      case '-z':
        return b === '';
      default:
        return false;
    }
  }
  if (b === '=' || b === '==') return a === c;
  if (b === '!=') return a !== c;
  const [x, y] = [Number(a), Number(c)];
  return (
    { '-eq': x === y, '-ne': x !== y, '-lt': x < y, '-gt': x > y, '-le': x <= y, '-ge': x >= y }[b] ?? false
  );
}

function strftime(format: string, ms: number): string {
  const at = new Date(ms).toISOString();
  const parts: Record<string, string> = {
    s: String(Math.floor(ms / 1000)),
    Y: at.slice(0, 4),
    m: at.slice(5, 7),
    d: at.slice(8, 10),
    H: at.slice(11, 13),
    M: at.slice(14, 16),
    S: at.slice(17, 19),
    n: '\n',
    '%': '%',
  };
  return format.replace(/%([a-zA-Z%])/g, (all, letter: string) => parts[letter] ?? all);
}

function printf(args: readonly string[]): string {
  const [format = '', ...values] = args;
  const unescaped = format.replace(/\\([ntr\\"']|[0-7]{1,3})/g, (_all, sign: string) =>
    /^\d/.test(sign) ? String.fromCharCode(parseInt(sign, 8)) : ({ n: '\n', t: '\t', r: '\r' }[sign] ?? sign),
  );
  let text = '';
  do {
    text += unescaped.replace(/%([sd%])/g, (_all, sign: string) =>
      sign === '%' ? '%' : (values.shift() ?? ''),
    );
  } while (values.length > 0 && /%[sd]/.test(unescaped));
  return text;
}

const modeText = (node: Node): string =>
  (node.content === undefined ? 'd' : '-') +
  [6, 3, 0]
    .map((at) => ['r', 'w', 'x'].map((l, i) => ((node.mode >> at) & (4 >> i) ? l : '-')).join(''))
    .join('');
const owner = (uid: number): string => (uid === 0 ? 'root' : 'admin');
const seconds = (ms: number): string => String(Math.floor(ms / 1000));

function statLine(format: string, path: string, node: Node): string {
  const parts: Record<string, string> = {
    n: path,
    s: String(node.content?.length ?? 4096),
    a: node.mode.toString(8),
    A: modeText(node),
    U: owner(node.uid),
    G: owner(node.uid),
    u: String(node.uid),
    g: String(node.uid),
    Y: seconds(node.mtimeMs),
    Z: seconds(node.ctimeMs),
    F: node.content === undefined ? 'directory' : 'regular file',
  };
  return `${format.replace(/%([a-zA-Z])/g, (all, letter: string) => parts[letter] ?? all)}\n`;
}

function longLine(name: string, node: Node): string {
  const when = new Date(node.mtimeMs).toISOString();
  const uid = String(node.uid);
  return `${modeText(node)} 1 ${uid} ${uid} ${String(node.content?.length ?? 4096)} ${when.slice(0, 10)} ${when.slice(11, 16)} ${name}\n`;
}

const nothing: Program = () => 0;

/** The commands of the box, each honest about files, modes and exit status as far as it is asked for here. */
export const commands: ReadonlyMap<string, Program> = new Map(
  Object.entries<Program>({
    ':': nothing,
    true: nothing,
    false: () => 1,
    export: ({ shell, args }) => {
      for (const arg of args) {
        const at = arg.indexOf('=');
        if (at > 0) shell.state.variables.set(arg.slice(0, at), arg.slice(at + 1));
      }
      return 0;
    },
    unset: ({ shell, args }) => {
      for (const arg of args) shell.state.variables.delete(arg);
      return 0;
    },
    set: ({ shell, args }) => {
      if (args[0] === '-C') shell.state.noClobber = true;
      if (args[0] === '+C') shell.state.noClobber = false;
      return 0;
    },
    unalias: nothing,
    history: nothing,
    sync: nothing,
    umask: ({ shell, args }) => {
      if (args[0] !== undefined) shell.state.umask = parseInt(args[0], 8);
      return 0;
    },
    trap: ({ shell, args }) => {
      shell.state.trap = args[0] === '-' ? '' : (args[0] ?? '');
      return 0;
    },
    cd: ({ shell, args }) => {
      const path = shell.path(args[0] ?? '/root');
      const node = shell.world.files.get(path);
      if (node === undefined || node.content !== undefined)
        throw new FileFault(`${args[0] ?? ''}: No such file or directory`);
      shell.state.cwd = path;
      return 0;
    },
    pwd: ({ shell, out }) => (out(`${shell.state.cwd}\n`), 0),
    echo: ({ args, out }) => (out(args[0] === '-n' ? args.slice(1).join(' ') : `${args.join(' ')}\n`), 0),
    printf: ({ args, out }) => (out(printf(args)), 0),
    test: (call) => (test(call, call.args) ? 0 : 1),
    '[': (call) => (test(call, call.args.slice(0, -1)) ? 0 : 1),
    command: ({ shell, args, out }): number => {
      const found: boolean =
        args[1] !== undefined &&
        (commands.has(args[1]) || shell.world.vendor(args[1], ['?'], 0) !== undefined);
      if (found) out(`/usr/bin/${args[1] ?? ''}\n`);
      return found ? 0 : 1;
    },
    id: ({ shell, args, out }) => {
      const { uid } = shell.state;
      if (args[0] === '-u') out(`${String(uid)}\n`);
      else if (args[0] === '-un') out(`${owner(uid)}\n`);
      else out(`uid=${String(uid)}(${owner(uid)}) gid=${String(uid)}(${owner(uid)})\n`);
      return 0;
    },
    whoami: ({ shell, out }) => (out(`${owner(shell.state.uid)}\n`), 0),
    hostname: ({ shell, out }) => (out(`${shell.world.hostname}\n`), 0),
    date: ({ shell, args, out }) => {
      out(
        `${strftime(args.find((arg) => arg.startsWith('+'))?.slice(1) ?? '%Y-%m-%d %H:%M:%S UTC', shell.now())}\n`,
      );
      return 0;
    },
    sleep: ({ shell, args }) => {
      shell.tookMs += Number(args[0] ?? 0) * 1000;
      return 0;
    },
    cat: (call) => {
      if (call.args.length === 0) call.out(Buffer.from(call.input, 'latin1'));
      return each(call, call.args, (path) => {
        call.out(content(call, path));
      });
    },
    head: (call) => lines(call, (all, count) => all.slice(0, count)),
    tail: (call) => lines(call, (all, count) => all.slice(-count)),
    wc: (call) => {
      const { flags, rest } = parted(call.args);
      const text = textOf(call, rest[0]);
      const count = flags.includes('l') ? text.split('\n').length - 1 : text.length;
      call.out(`${String(count)}${rest[0] === undefined ? '' : ` ${rest[0]}`}\n`);
      return 0;
    },
    cut: (call) => {
      const text = call.args.join('\u0000');
      const delimiter = /-d\u0000?([^\u0000])/.exec(text)?.[1] ?? '\t';
      const field = Number(/-f\u0000?(\d+)/.exec(text)?.[1] ?? 1);
      for (const line of call.input.split('\n').slice(0, -1))
        call.out(`${line.split(delimiter)[field - 1] ?? ''}\n`);
      return 0;
    },
    grep: (call) => {
      const { flags, rest } = parted(call.args);
      const [pattern = '', path] = rest;
      const regex = new RegExp(
        flags.includes('F') ? pattern.replace(/[.*+?^${}()|[\]\\]/g, '\\$&') : pattern,
        flags.includes('i') ? 'i' : '',
      );
      const lines = textOf(call, path)
        .split('\n')
        .filter((line) => line !== '' && regex.test(line) !== flags.includes('v'));
      if (flags.includes('c')) call.out(`${String(lines.length)}\n`);
      else if (!flags.includes('q')) for (const line of lines) call.out(Buffer.from(`${line}\n`, 'latin1'));
      return lines.length === 0 ? 1 : 0;
    },
    base64: (call) => {
      const { rest } = parted(call.args);
      const text = textOf(
        call,
        rest.find((arg) => arg !== '--decode'),
      );
      if (call.args.some((arg) => arg === '-d' || arg === '--decode')) call.out(Buffer.from(text, 'base64'));
      else
        call.out(
          `${(
            Buffer.from(text, 'latin1')
              .toString('base64')
              .match(/.{1,76}/g) ?? []
          ).join('\n')}\n`,
        );
      return 0;
    },
    sha256sum: (call) =>
      each(call, call.args, (path) => {
        call.out(`${sha256(content(call, path))}  ${path}\n`);
      }),
    stat: (call) => {
      const at = call.args.indexOf('-c');
      const format = at < 0 ? '%n' : (call.args[at + 1] ?? '');
      const paths = call.args.filter((_arg, index) => at < 0 || (index !== at && index !== at + 1));
      return each(call, paths, (path) => {
        call.out(statLine(format, path, nodeAt(call, path)));
      });
    },
    ls: (call) => {
      const { flags, rest } = parted(call.args.filter((arg) => !arg.startsWith('--')));
      return each(call, rest.length === 0 ? ['.'] : rest, (path) => {
        const node = nodeAt(call, path);
        const full = call.shell.path(path);
        const { files } = call.shell.world;
        const names = node.content !== undefined ? [path] : files.list(full);
        for (const name of names) {
          if (name.startsWith('.') && !/[aA]/.test(flags) && node.content === undefined) continue;
          const one = node.content !== undefined ? node : files.get(`${full}/${name}`);
          call.out(flags.includes('l') && one !== undefined ? longLine(name, one) : `${name}\n`);
        }
      });
    },
    find: (call) => {
      const [root = '.', ...tests] = call.args;
      const at = tests.indexOf('-path');
      const regex =
        at < 0
          ? /^/
          : new RegExp(
              `^${(tests[at + 1] ?? '').replace(/[.+^${}()|[\]\\]/g, '\\$&').replace(/\*/g, '.*')}$`,
            );
      const { files } = call.shell.world;
      nodeAt(call, root);
      const wantsFiles = tests.join(' ').includes('-type f');
      for (const path of files.below(call.shell.path(root)))
        if (regex.test(path) && (!wantsFiles || files.get(path)?.content !== undefined))
          call.out(`${path}\n`);
      return 0;
    },
    df: ({ args, out }) => {
      const path = args.at(-1) ?? '/';
      out('Filesystem     1024-blocks     Used Available Capacity Mounted on\n');
      out(`/dev/sda2         12345678  4567890   7000000      40% ${path === '/' ? '/' : '/ngfw'}\n`);
      return 0;
    },
    ps: ({ out }) => (
      out('  PID ELAPSED COMMAND\n    1   86400 init\n 6210   86000 /usr/local/sf/bin/adi\n'),
      0
    ),
    ...fileCommands,
    openssl,
  }),
);
