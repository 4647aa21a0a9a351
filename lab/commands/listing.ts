import type { CustomCommand } from 'just-bash';
import { strftime } from '../clock.ts';
import { strerror } from '../filesystem/fs-error.ts';
import type { FsView } from '../filesystem/fs-view.ts';
import type { Inode } from '../filesystem/inode.ts';
import { splitArguments } from './arguments.ts';
import { command, nameOf } from './command.ts';

const kindLetter = { file: '-', dir: 'd', link: 'l', fifo: 'p' } as const;

/** `-rw-r--r--` */
export function modeText(node: Inode): string {
  const bits = Array.from('rwxrwxrwx');
  return kindLetter[node.kind] + bits.map((bit, i) => ((node.mode >> (8 - i)) & 1 ? bit : '-')).join('');
}

const sizeOf = (node: Inode): number =>
  node.kind === 'dir' ? 4096 : node.kind === 'link' ? node.target.length : node.content.length;
const linksOf = (node: Inode): number => (node.kind === 'dir' ? 2 : 1);

export function listingCommands(view: FsView, nowMs: () => number): CustomCommand[] {
  return [
    command('ls', view, ({ args, path }) => {
      const { flags, values, operands } = splitArguments(args, ['-I', '-w']);
      const has = (letter: string): boolean => flags.has(`-${letter}`);
      const numeric = has('n');
      const long = has('l') || numeric;
      const style = values.get('--time-style') ?? '';
      const stamp = (ms: number): string => {
        if (style.startsWith('+')) return strftime(style.slice(1), ms);
        if (style === 'full-iso' || flags.has('--full-time')) return strftime('%F %T.%N %z', ms);
        if (style === 'long-iso') return strftime('%F %H:%M', ms);
        return nowMs() - ms > 182 * 86_400_000 ? strftime('%b %e  %Y', ms) : strftime('%b %e %H:%M', ms);
      };
      const size = (bytes: number): string => (has('h') && bytes >= 1024 ? human(bytes) : String(bytes));
      const rows = (entries: [string, Inode][]): string => {
        // `-c` with `-l` shows the time of the last change, with `-t` it sorts by it.
        const time = (node: Inode): number => (has('c') ? node.ctimeMs : node.mtimeMs);
        if (has('t')) entries.sort((a, b) => time(b[1]) - time(a[1]));
        if (has('S')) entries.sort((a, b) => sizeOf(b[1]) - sizeOf(a[1]));
        if (has('r')) entries.reverse();
        if (!long) return entries.map(([name]) => `${name}\n`).join('');
        const widest = (pick: (node: Inode) => string): number =>
          Math.max(0, ...entries.map(([, node]) => pick(node).length));
        const owner = (node: Inode): string => (numeric ? String(node.uid) : nameOf(node.uid));
        const group = (node: Inode): string => (numeric ? String(node.gid) : nameOf(node.gid));
        const [w1, w2, w3] = [widest(owner), widest(group), widest((node) => size(sizeOf(node)))];
        return entries
          .map(([name, node]) => {
            const target = node.kind === 'link' ? ` -> ${node.target}` : '';
            return `${modeText(node)} ${linksOf(node)} ${owner(node).padEnd(w1)} ${group(node).padEnd(w2)} ${size(sizeOf(node)).padStart(w3)} ${stamp(time(node))} ${name}${target}\n`;
          })
          .join('');
      };
      let out = '';
      let err = '';
      let code = 0;
      const files: [string, Inode][] = [];
      const folders: [string, Inode][] = [];
      for (const operand of operands.length > 0 ? operands : ['.']) {
        try {
          const node = view.inode(path(operand), { followLast: !long || operand.endsWith('/') });
          const isListed = node.kind === 'dir' && !has('d');
          if (isListed && !view.mayRead(node)) {
            err += `ls: cannot open directory '${operand}': Permission denied\n`;
            code = 2;
          } else (isListed ? folders : files).push([operand, node]);
        } catch (error) {
          err += `ls: cannot access '${operand}': ${strerror(error)}\n`;
          code = 2;
        }
      }
      out += rows(files);
      for (const [name, node] of folders) {
        if (operands.length > 1) out += `${out === '' ? '' : '\n'}${name}:\n`;
        const children = [...node.children]
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .filter(([n]) => has('a') || has('A') || !n.startsWith('.'));
        if (has('a')) children.unshift(['.', node], ['..', node]);
        if (long) out += `total ${children.length * 4}\n`;
        out += rows(children);
      }
      return { out, err, code };
    }),

    command('stat', view, ({ args, path }) => {
      const { flags, values, operands } = splitArguments(args, ['-c', '--format', '--printf']);
      const format = values.get('-c') ?? values.get('--format');
      const printf = values.get('--printf');
      let out = '';
      let err = '';
      for (const operand of operands) {
        try {
          const node = view.inode(path(operand), { followLast: flags.has('-L') });
          if (printf !== undefined)
            out += statFormat(printf, operand, node).replaceAll('\\n', '\n').replaceAll('\\t', '\t');
          else
            out += `${statFormat(format ?? '  File: %n\n  Size: %s\tBlocks: 8\tIO Block: 4096   %F\nAccess: (0%a/%A)  Uid: (%u/%U)   Gid: (%g/%G)\nModify: %y\nChange: %z', operand, node)}\n`;
        } catch (error) {
          err += `stat: cannot stat '${operand}': ${strerror(error)}\n`;
        }
      }
      return { out, err, code: err === '' ? 0 : 1 };
    }),
  ];
}

function statFormat(format: string, name: string, node: Inode): string {
  const kinds = {
    file: node.content.length === 0 ? 'regular empty file' : 'regular file',
    dir: 'directory',
    link: 'symbolic link',
    fifo: 'fifo',
  } as const;
  const fields: Record<string, () => string | number> = {
    n: () => name,
    N: () => `'${name}'`,
    a: () => node.mode.toString(8),
    A: () => modeText(node),
    U: () => nameOf(node.uid),
    G: () => nameOf(node.gid),
    u: () => node.uid,
    g: () => node.gid,
    s: () => sizeOf(node),
    F: () => kinds[node.kind],
    Y: () => Math.floor(node.mtimeMs / 1000),
    y: () => strftime('%F %T.%N %z', node.mtimeMs),
    Z: () => Math.floor(node.ctimeMs / 1000),
    z: () => strftime('%F %T.%N %z', node.ctimeMs),
    i: () => node.ino,
    h: () => linksOf(node),
    b: () => 8,
    B: () => 512,
    f: () => node.mode.toString(16),
    '%': () => '%',
  };
  return format.replace(/%([a-zA-Z%])/g, (whole, letter: string) => String(fields[letter]?.() ?? whole));
}

export function human(bytes: number): string {
  const units = ['', 'K', 'M', 'G', 'T'];
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${value < 10 && unit > 0 ? value.toFixed(1) : Math.ceil(value)}${units[unit]}`;
}
