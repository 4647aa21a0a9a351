import type { Seat } from '../appliance/seat.ts';
import { askUnforeseen } from '../appliance/troubles.ts';
import { pause } from '../programs/starters.ts';
import { Hangup, type Pty } from '../shell/pty.ts';
import { Shell } from '../shell/shell.ts';

/** Expands what matters of PS1: \u \h \w \W \$ \n \r and octal escapes. */
function promptText(seat: Seat, shell: Shell): string {
  const home = seat.user === 'root' ? '/root' : '/home/admin';
  const cwd =
    shell.cwd === home
      ? '~'
      : shell.cwd.startsWith(`${home}/`)
        ? `~${shell.cwd.slice(home.length)}`
        : shell.cwd;
  const ps1 = shell.variable('PS1') ?? '\\u@\\h:\\w\\$ ';
  const text = ps1
    .replace(/\\([uhwWnr$[\]\\e]|0[0-7]{2})/g, (_, escape: string) => {
      switch (escape) {
        case 'u':
          return seat.user;
        case 'h':
          return seat.appliance.identity.hostname;
        case 'w':
          return cwd;
        case 'W':
          return cwd.slice(cwd.lastIndexOf('/') + 1) || '/';
        case 'n':
          return '\r\n';
        case 'r':
          return '\r';
        case '$':
          return seat.user === 'root' ? '#' : '$';
        case '[':
        case ']':
          return '';
        case '\\':
          return '\\';
        case 'e':
          return '\x1b';
        default:
          return String.fromCharCode(Number.parseInt(escape, 8));
      }
    })
    .replaceAll('$?', String(shell.status))
    .replace(/\$\{?(\w+)\}?/g, (_, name: string) => shell.variable(name) ?? '');
  return text.replace(/\r?\n/g, '\r\n');
}

/** Something that a shell of the admin may do and a plain shell may not: `sudo` with its password dialogue. */
export type Intercept = (line: string) => Promise<number> | undefined;

/**
 * bash at a terminal: prompt, line, output, until exit or the end of the terminal. Returns the exit status. Throws Hangup
 * when the terminal goes away.
 */
export async function interact(
  seat: Seat,
  shell: Shell,
  pty: Pty,
  options: { intercept?: Intercept } = {},
): Promise<number> {
  try {
    return await converse(seat, shell, pty, options);
  } catch (error) {
    // bash runs its EXIT trap also when its terminal hangs up; a box that goes down gives it no time.
    const trap = error instanceof Hangup ? shell.traps.get('EXIT') : undefined;
    if (trap !== undefined && !seat.appliance.rebooting) await shell.run(trap);
    throw error;
  }
}

async function converse(
  seat: Seat,
  shell: Shell,
  pty: Pty,
  options: { intercept?: Intercept },
): Promise<number> {
  const { appliance } = seat;
  for (;;) {
    let text = '';
    let prompt = promptText(seat, shell);
    let parsed: ReturnType<typeof Shell.parse> = { kind: 'more' };
    let ended = false;
    for (;;) {
      const result = await pty.editLine(prompt);
      if (result.kind === 'interrupt') {
        shell.status = 130;
        text = '';
        break;
      }
      if (result.kind === 'eof') {
        ended = true;
        break;
      }
      // A backslash at the end joins the next line on; other open ends keep the line feed.
      text =
        text === ''
          ? result.text
          : text.endsWith('\\')
            ? text.slice(0, -1) + result.text
            : `${text}\n${result.text}`;
      parsed = Shell.parse(text);
      if (parsed.kind !== 'more') break;
      prompt = shell.variable('PS2') ?? '> ';
    }
    if (ended) {
      pty.write('logout\n');
      return shell.status;
    }
    if (text.trim() === '') continue;
    remember(seat, shell, text);
    await appliance.heard(text);
    if (appliance.troubles.slowMs > 0) await pause(appliance.troubles.slowMs, seat.hangup);
    if (seat.user === 'root') await askUnforeseen(appliance.troubles, 'command', pty, text);
    const intercepted = options.intercept?.(text.trim());
    if (intercepted) {
      shell.status = await intercepted;
      continue;
    }
    const interrupt = new AbortController();
    pty.onInterrupt = () => interrupt.abort('INT');
    const signal = AbortSignal.any([interrupt.signal, seat.hangup]);
    const stopped = new Promise<'stopped'>((done) =>
      signal.addEventListener('abort', () => done('stopped'), { once: true }),
    );
    const run = shell.run(text, { show: (output) => pty.write(output), signal });
    const outcome = await Promise.race([run, stopped]);
    pty.onInterrupt = undefined;
    if (seat.hangup.aborted) {
      // The command in front ends first.
      await Promise.race([run.catch(() => {}), pause(1000)]);
      throw new Hangup();
    }
    if (outcome === 'stopped') {
      await run.catch(() => {});
      pty.write('\n');
      shell.status = 130;
    }
    if (shell.exited) {
      const trap = shell.traps.get('EXIT');
      if (trap) {
        shell.exited = false;
        pty.write((await shell.run(trap)).stdout);
      }
      pty.write('logout\n');
      return shell.status;
    }
  }
}

/** Keeps the line where the truth can be read: root's command lines, and the shell's history unless it is switched off. */
function remember(seat: Seat, shell: Shell, text: string): void {
  if (seat.user === 'root') seat.appliance.rootCommands.push(text);
  const ignoresBlank =
    /ignorespace|ignoreboth/.test(shell.variable('HISTCONTROL') ?? 'ignoreboth') && text.startsWith(' ');
  const file = shell.variable('HISTFILE');
  const off =
    file === '' ||
    file === '/dev/null' ||
    shell.variable('HISTSIZE') === '0' ||
    shell.variable('__nohistory') === '1';
  if (off || ignoresBlank) return;
  shell.setVariable('__history', `${shell.variable('__history') ?? ''}\x00${text}`);
  const at = file ?? (seat.user === 'root' ? '/root/.bash_history' : '/home/admin/.bash_history');
  // Real bash writes it at its end; here at once, so that a cut session cannot hide what would have been kept.
  void shell.view.appendFile(at, `${text}\n`).catch(() => {});
}
