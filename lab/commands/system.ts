import type { CustomCommand } from 'just-bash';
import type { Seat } from '../appliance/seat.ts';
import { strftime } from '../clock.ts';
import type { FsView } from '../filesystem/fs-view.ts';
import { splitArguments } from './arguments.ts';
import { command, failed, type Output } from './command.ts';
import { human } from './listing.ts';

const gib = 1024 ** 3;
const groups = {
  root: 'uid=0(root) gid=0(root) groups=0(root)\n',
  admin: 'uid=100(admin) gid=100(admin) groups=100(admin)\n',
} as const;

/** Commands that tell about the box: users, names, time, space. */
export function systemCommands(seat: Seat, view: FsView): CustomCommand[] {
  const { appliance, user } = seat;
  const host = appliance.identity.hostname;
  return [
    command('id', view, ({ args }) => {
      if (args.includes('-un')) return `${user}\n`;
      if (args.includes('-u')) return `${view.actor.uid}\n`;
      if (args.includes('-g')) return `${view.actor.gid}\n`;
      return groups[user];
    }),
    command('whoami', view, () => `${user}\n`),
    command('tty', view, () => (seat.pty ? `/dev/${seat.ttyName}\n` : { out: 'not a tty\n', code: 1 })),
    command('hostname', view, () => `${host}\n`),
    command('uname', view, ({ args }) =>
      args.includes('-a')
        ? `Linux ${host} 4.14.187-sf #1 SMP x86_64 GNU/Linux\n`
        : args.includes('-n')
          ? `${host}\n`
          : args.includes('-r')
            ? '4.14.187-sf\n'
            : args.includes('-m')
              ? 'x86_64\n'
              : 'Linux\n',
    ),
    command('uptime', view, ({ args }) => {
      const up = appliance.nowMs() - appliance.bootedAtMs;
      if (args.includes('-s')) return `${strftime('%F %T', appliance.bootedAtMs)}\n`;
      const minutes = Math.floor(up / 60_000);
      const clock =
        minutes < 60
          ? `${minutes} min`
          : `${Math.floor(minutes / 60) % 24}:${String(minutes % 60).padStart(2, '0')}`;
      const days = Math.floor(minutes / 1440);
      return ` ${strftime('%T', appliance.nowMs())} up ${days > 0 ? `${days} days, ` : ''}${clock},  1 user,  load average: 0.31, 0.27, 0.25\n`;
    }),
    command('sync', view, () => ''),

    command('date', view, ({ args }): Output => {
      const { values, operands } = splitArguments(args, ['-d', '--date', '-r', '-s']);
      const given = values.get('-d') ?? values.get('--date');
      let ms = appliance.nowMs();
      if (values.has('-s')) return failed('date: cannot set date: Operation not permitted');
      if (given !== undefined) ms = parseDate(given, ms);
      if (Number.isNaN(ms)) return failed(`date: invalid date '${given}'`);
      const format = operands.find((o) => o.startsWith('+'));
      return `${strftime(format?.slice(1) ?? '%a %b %e %H:%M:%S UTC %Y', ms)}\n`;
    }),

    command('df', view, ({ args, path }) => {
      const { flags, operands } = splitArguments(args, ['-t', '--block-size', '-B']);
      const humanly = flags.has('-h') || flags.has('-H');
      const withType = flags.has('-T');
      const wanted =
        operands.length === 0
          ? appliance.disk.mounts
          : operands.map((o) => appliance.disk.mountOf(view.tree.place(path(o)).path));
      const size = (bytes: number): string => (humanly ? human(bytes) : String(Math.floor(bytes / 1024)));
      const sizeTitle = humanly ? 'Size' : flags.has('-P') ? '1024-blocks' : '1K-blocks';
      let out = `Filesystem     ${withType ? 'Type ' : ''}${sizeTitle}     Used Available ${flags.has('-P') ? 'Capacity' : 'Use%'} Mounted on\n`;
      for (const mount of wanted) {
        const used = mount.totalBytes - mount.freeBytes;
        const percent = `${Math.ceil((used / Math.max(mount.totalBytes, gib / 1024)) * 100)}%`;
        out += `${mount.device.padEnd(14)} ${withType ? 'ext4 ' : ''}${size(mount.totalBytes)} ${size(used)} ${size(Math.max(0, mount.freeBytes))} ${percent.padStart(4)} ${mount.path}\n`;
      }
      return out;
    }),
  ];
}

function parseDate(text: string, nowMs: number): number {
  if (text.startsWith('@')) return Number(text.slice(1)) * 1000;
  const relative = /^([+-]?\d+)\s*(second|sec|minute|min|hour|day|week|year)s?( ago)?$/.exec(text.trim());
  if (relative) {
    const unit: Record<string, number> = {
      second: 1,
      sec: 1,
      minute: 60,
      min: 60,
      hour: 3600,
      day: 86400,
      week: 604800,
      year: 31536000,
    };
    return nowMs + Number(relative[1]) * (unit[relative[2] ?? ''] ?? 0) * (relative[3] ? -1000 : 1000);
  }
  if (text === 'now') return nowMs;
  return Date.parse(/GMT|UTC|Z$|[+-]\d\d:?\d\d$/.test(text) ? text : `${text} UTC`);
}
