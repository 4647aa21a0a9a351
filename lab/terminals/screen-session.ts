import type { Appliance } from '../appliance/appliance.ts';
import { openShell, type Seat } from '../appliance/seat.ts';
import { Pty } from '../shell/pty.ts';

/**
 * A detached terminal with a program in it, as screen, tmux and script keep one. It outlives the SSH session that started
 * it and dies when its program ends, when it is told to quit, or when the box goes down.
 */
export class ScreenSession {
  readonly name: string;
  readonly pid: number;
  readonly startedAtMs: number;
  readonly pty: Pty;
  readonly kind: string;
  /** Everything shown so far; hardcopy prints its last screen. */
  shown = '';
  readonly ended: Promise<number>;
  readonly #abort = new AbortController();

  constructor(
    appliance: Appliance,
    options: {
      kind: string;
      name: string;
      command: string;
      title?: string;
      cwd: string;
      env: Record<string, string>;
      logFile?: string;
      umask: number;
      columns?: number;
    },
  ) {
    this.kind = options.kind;
    this.name = options.name;
    this.startedAtMs = appliance.nowMs();
    // ps shows arguments without the quotes that the shell took.
    const title = options.title ?? options.command;
    const process = appliance.processes.add({
      command: `${options.kind === 'screen' ? 'SCREEN -dmS' : options.kind} ${options.name} ${title}`,
      tty: '?',
      end: () => this.quit(),
    });
    this.pid = process.pid;
    this.logFile = options.logFile;
    const ttyName = `pts/${10 + appliance.screens.size}`;
    const view = appliance.view({ uid: 0, gid: 0, umask: options.umask, tty: undefined });
    this.pty = new Pty((text) => {
      this.shown += text;
      if (this.shown.length > 200_000) this.shown = this.shown.slice(-100_000);
      if (this.logFile !== undefined) void view.appendFile(this.logFile, text).catch(() => {});
    }, options.columns ?? 80);
    appliance.transcripts.push(this.pty);
    const inner = appliance.processes.add({
      command: title,
      ppid: process.pid,
      tty: ttyName,
      end: () => this.quit(),
    });
    const seat: Seat = {
      appliance,
      user: 'root',
      pty: this.pty,
      ttyName,
      hangup: this.#abort.signal,
      process: inner,
    };
    const shell = openShell(seat, {
      cwd: options.cwd,
      env: { ...options.env, TERM: 'screen', STY: `${this.pid}.${this.name}` },
      onTerminal: true,
      umask: options.umask,
    });
    const reboot = (): void => this.quit();
    appliance.onReboot.add(reboot);
    appliance.screens.set(this.name, this);
    this.ended = shell
      .run(options.command, { show: (text) => this.pty.write(text), signal: this.#abort.signal })
      .then(
        (result) => result.exitCode,
        () => 1,
      )
      .finally(() => {
        appliance.processes.remove(process);
        appliance.processes.remove(inner);
        appliance.onReboot.delete(reboot);
        if (appliance.screens.get(this.name) === this) appliance.screens.delete(this.name);
      });
  }

  logFile: string | undefined;

  type(text: string): void {
    this.pty.feed(text);
  }

  quit(): void {
    this.#abort.abort('HUP');
    this.pty.hangup();
  }

  /** The last lines of the screen, as hardcopy writes them. */
  screenText(rows = 24): string {
    const lines = this.shown
      .replaceAll('\r\n', '\n')
      .replace(/.*\r(?!\n)/g, '')
      .split('\n');
    return `${lines.slice(-rows).join('\n')}\n`;
  }
}
