import type { CustomCommand } from 'just-bash';
import { FsError, strerror } from '../filesystem/fs-error.ts';
import type { FsView } from '../filesystem/fs-view.ts';
import type { Inode } from '../filesystem/inode.ts';
import { splitArguments } from './arguments.ts';
import { command, failed, idOf, type Output } from './command.ts';

const baseOf = (path: string): string =>
  path.replace(/\/+$/, '').slice(path.replace(/\/+$/, '').lastIndexOf('/') + 1);

/** Where `cp`/`mv` put a source: into the target if that is a folder (and not `-T`). */
function destination(view: FsView, target: string, source: string, asFile: boolean): string {
  const isFolder = !asFile && view.tree.find(target)?.kind === 'dir';
  return isFolder ? `${target}/${baseOf(source)}` : target;
}

async function copyOne(
  view: FsView,
  from: string,
  to: string,
  options: { preserve: boolean; recursive: boolean },
): Promise<void> {
  const source = view.inode(from);
  if (source.kind === 'dir') {
    if (!options.recursive) throw new FsError('EISDIR', from);
    await view.mkdir(to, { recursive: true });
    for (const name of source.children.keys())
      await copyOne(view, `${from}/${name}`, `${to}/${name}`, options);
  } else {
    const existed = view.tree.find(to) !== undefined;
    const bytes = await view.readFileBuffer(from);
    await view.writeFile(to, bytes);
    if (!existed) view.inode(to).mode = source.mode & ~view.actor.umask;
  }
  if (options.preserve) takeOver(view.inode(to), source, view.actor.uid === 0);
}

function takeOver(target: Inode, source: Inode, withOwner: boolean): void {
  target.mode = source.mode;
  target.mtimeMs = source.mtimeMs;
  if (withOwner) {
    target.uid = source.uid;
    target.gid = source.gid;
  }
}

function parseOwner(text: string): { uid?: number; gid?: number } | undefined {
  const [user = '', group] = text.split(/[:.]/);
  const uid = user === '' ? undefined : idOf(user);
  const gid = group === undefined || group === '' ? undefined : idOf(group);
  if ((user !== '' && uid === undefined) || (group && gid === undefined)) return undefined;
  return { ...(uid === undefined ? {} : { uid }), ...(gid === undefined ? {} : { gid }) };
}

export function fileCommands(view: FsView, nowMs: () => number): CustomCommand[] {
  const transfer = (name: 'cp' | 'mv') =>
    command(name, view, async ({ args, path }): Promise<Output> => {
      const { flags, values, operands } = splitArguments(args, [
        '-t',
        '--target-directory',
        '-S',
        '--suffix',
      ]);
      const into = values.get('-t') ?? values.get('--target-directory');
      const sources = into === undefined ? operands.slice(0, -1) : [...operands];
      const target = into ?? operands.at(-1);
      if (sources.length === 0 || target === undefined) return failed(`${name}: missing file operand`);
      const noClobber = flags.has('-n') || flags.has('--no-clobber');
      const preserve = flags.has('-p') || flags.has('-a') || flags.has('--preserve');
      const recursive = flags.has('-r') || flags.has('-R') || flags.has('-a');
      if (sources.length > 1 && view.tree.find(path(target))?.kind !== 'dir')
        return failed(`${name}: target '${target}' is not a directory`);
      let err = '';
      for (const source of sources) {
        const from = path(source);
        const to = destination(view, path(target), from, flags.has('-T'));
        try {
          if (!view.tree.place(from, { followLast: false }).node) throw new FsError('ENOENT', from);
        } catch (error) {
          err += `${name}: cannot stat '${source}': ${strerror(error)}\n`;
          continue;
        }
        if (noClobber && view.tree.find(to)) continue;
        if (from === to) {
          err += `${name}: '${source}' and '${target}' are the same file\n`;
          continue;
        }
        try {
          if (name === 'mv') await view.mv(from, to);
          else await copyOne(view, from, to, { preserve, recursive });
        } catch (error) {
          const what =
            name === 'mv'
              ? `cannot move '${source}' to '${target}'`
              : error instanceof FsError && error.code === 'ENOSPC'
                ? `error writing '${to}'`
                : error instanceof FsError && error.code === 'EISDIR'
                  ? `-r not specified; omitting directory '${source}'`
                  : `cannot create regular file '${target}'`;
          err += what.startsWith('-r') ? `${name}: ${what}\n` : `${name}: ${what}: ${strerror(error)}\n`;
        }
      }
      return { err, code: err === '' ? 0 : 1 };
    });

  return [
    transfer('cp'),
    transfer('mv'),

    command('mkdir', view, async ({ args, path }) => {
      const { flags, values, operands } = splitArguments(args, ['-m', '--mode']);
      const mode = values.get('-m') ?? values.get('--mode');
      let err = '';
      for (const operand of operands) {
        try {
          await view.mkdir(path(operand), { recursive: flags.has('-p') || flags.has('--parents') });
          if (mode !== undefined) view.inode(path(operand)).mode = Number.parseInt(mode, 8);
        } catch (error) {
          err += `mkdir: cannot create directory '${operand}': ${strerror(error)}\n`;
        }
      }
      return { err, code: err === '' ? 0 : 1 };
    }),

    command('touch', view, async ({ args, path }) => {
      const { flags, values, operands } = splitArguments(args, ['-d', '--date', '-t', '-r']);
      const date = values.get('-d') ?? values.get('--date');
      const at =
        date === undefined
          ? nowMs()
          : date.startsWith('@')
            ? Number(date.slice(1)) * 1000
            : Date.parse(`${date}${/Z|[+-]\d\d:?\d\d$|GMT|UTC/.test(date) ? '' : ' UTC'}`);
      if (Number.isNaN(at)) return failed(`touch: invalid date format '${date}'`);
      for (const operand of operands) {
        if (!view.tree.find(path(operand))) {
          if (flags.has('-c')) continue;
          await view.writeFile(path(operand), '');
        }
        await view.utimes(path(operand), new Date(at), new Date(at));
      }
      return '';
    }),

    command('chown', view, async ({ args, path }) => {
      const { flags, operands } = splitArguments(args);
      const owner = parseOwner(operands[0] ?? '');
      if (!owner) return failed(`chown: invalid user: '${operands[0]}'`);
      const apply = async (at: string): Promise<void> => {
        await view.chown(at, owner);
        if (flags.has('-R')) for (const name of view.inode(at).children.keys()) await apply(`${at}/${name}`);
      };
      for (const operand of operands.slice(1)) {
        try {
          await apply(path(operand));
        } catch (error) {
          return failed(
            error instanceof FsError && error.code === 'ENOENT'
              ? `chown: cannot access '${operand}': ${strerror(error)}`
              : `chown: changing ownership of '${operand}': ${strerror(error)}`,
          );
        }
      }
      return '';
    }),

    command('install', view, async ({ args, path }) => {
      const { flags, values, operands } = splitArguments(args, [
        '-m',
        '--mode',
        '-o',
        '--owner',
        '-g',
        '--group',
      ]);
      const mode = Number.parseInt(values.get('-m') ?? values.get('--mode') ?? '755', 8);
      const owner = parseOwner(
        `${values.get('-o') ?? values.get('--owner') ?? ''}:${values.get('-g') ?? values.get('--group') ?? ''}`,
      );
      if (!owner) return failed('install: invalid user');
      const made: string[] = [];
      if (flags.has('-d')) {
        for (const operand of operands) {
          await view.mkdir(path(operand), { recursive: true });
          made.push(path(operand));
        }
      } else {
        const target = path(operands.at(-1) ?? '');
        for (const source of operands.slice(0, -1)) {
          const from = source === '/dev/stdin' ? source : path(source);
          const to = destination(view, target, from, flags.has('-T'));
          const bytes = await view.readFileBuffer(from);
          // install(1) unlinks first, so a new inode appears.
          await view.rm(to, { force: true });
          await view.writeFile(to, bytes);
          made.push(to);
        }
      }
      for (const to of made) {
        view.inode(to).mode = mode;
        await view.chown(to, owner);
      }
      return '';
    }),

    command('mktemp', view, async ({ args, path }) => {
      const { flags, values, operands } = splitArguments(args, ['-p', '--tmpdir', '--suffix']);
      const template = operands[0] ?? 'tmp.XXXXXXXXXX';
      const folder =
        values.get('-p') ?? values.get('--tmpdir') ?? (operands[0] === undefined ? '/tmp' : undefined);
      const name = template.replace(/X{3,}(?=[^X]*$)/, (x) =>
        Array.from(
          x,
          () => 'abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789'[Math.floor(Math.random() * 56)],
        ).join(''),
      );
      const at = folder === undefined ? name : `${folder}/${name}`;
      if (flags.has('-d')) {
        await view.mkdir(path(at));
        view.inode(path(at)).mode = 0o700;
      } else {
        await view.writeFile(path(at), '');
        view.inode(path(at)).mode = 0o600;
      }
      return `${at}\n`;
    }),

    command('mkfifo', view, async ({ args, path }) => {
      const { values, operands } = splitArguments(args, ['-m']);
      for (const operand of operands) {
        await view.mkfifo(path(operand));
        if (values.has('-m')) view.inode(path(operand)).mode = Number.parseInt(values.get('-m') ?? '', 8);
      }
      return '';
    }),
  ];
}
