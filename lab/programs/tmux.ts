import { ScreenSession } from '../terminals/screen-session.ts';
import type { Program } from './program.ts';

const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
const keys: Readonly<Record<string, string>> = {
  Enter: '\r',
  'C-m': '\r',
  'C-c': '\x03',
  'C-d': '\x04',
  'C-u': '\x15',
  Space: ' ',
  Tab: '\t',
  Escape: '\x1b',
};

/** tmux as far as a program can be run in it: new-session -d, send-keys, capture-pane -p, pipe-pane, has-session, kill-session, ls. */
export const tmux: Program = async (run) => {
  const { appliance } = run;
  // `-L NAME`, `-S SOCKET`: a server of its own. There is one here; sessions have names of their own anyhow.
  const [verb = '', ...rest] = /^-[LS]$/.test(run.args[0] ?? '') ? run.args.slice(2) : run.args;
  const values: Record<string, string> = {};
  const flags = new Set<string>();
  const words: string[] = [];
  for (let i = 0; i < rest.length; i++) {
    const arg = rest[i] ?? '';
    if (words.length === 0 && arg === '--') continue;
    if (words.length === 0 && /^-[stxyncS]$/.test(arg)) values[arg] = rest[++i] ?? '';
    else if (words.length === 0 && /^-[a-zA-Z]+$/.test(arg)) flags.add(arg);
    else words.push(arg);
  }
  if (verb === '-V') {
    run.out('tmux 2.7\n');
    return 0;
  }
  const sessions = [...appliance.screens.values()].filter((s) => s.kind === 'tmux');
  if (verb === 'new-session' || verb === 'new') {
    const name = values['-s'] ?? String(sessions.length);
    if (sessions.some((s) => s.name === name)) {
      run.err(`duplicate session: ${name}\n`);
      return 1;
    }
    // One word is a text for the shell, several are a command and its arguments.
    const command = words.length === 1 ? (words[0] ?? '') : words.map(quote).join(' ');
    new ScreenSession(appliance, {
      kind: 'tmux',
      name,
      command,
      title: words.join(' '),
      cwd: values['-c'] ?? run.cwd,
      env: run.shell.environment(),
      umask: run.shell.view.actor.umask,
      columns: Number(values['-x'] ?? 80),
    });
    return 0;
  }
  if (sessions.length === 0) {
    run.err('no server running on /tmp/tmux-0/default\n');
    return 1;
  }
  if (verb === 'ls' || verb === 'list-sessions') {
    run.out(
      sessions
        .map((s) => `${s.name}: 1 windows (created ${new Date(s.startedAtMs).toUTCString()}) [80x24]\n`)
        .join(''),
    );
    return 0;
  }
  if (verb === 'kill-server') {
    for (const session of sessions) session.quit();
    return 0;
  }
  const target = (values['-t'] ?? '').replace(/^=/, '').replace(/:.*$/, '');
  const session = sessions.find((s) => s.name === target);
  if (!session) {
    run.err(`can't find session: ${target}\n`);
    return 1;
  }
  switch (verb) {
    case 'has-session':
    case 'has':
      return 0;
    case 'kill-session':
      session.quit();
      return 0;
    case 'send-keys':
    case 'send':
      for (const word of words) session.type(flags.has('-l') ? word : (keys[word] ?? word));
      return 0;
    case 'capture-pane':
    case 'capturep':
      run.out(session.screenText(values['-S'] === undefined ? 24 : 10_000));
      return 0;
    case 'pipe-pane':
    case 'pipep': {
      const file = /cat\s*>>?\s*['"]?([^'"]+)['"]?\s*$/.exec(words.at(-1) ?? '')?.[1];
      session.logFile = file === undefined ? undefined : run.shell.view.resolvePath(run.cwd, file.trim());
      return 0;
    }
    default:
      run.err(`unknown command: ${verb}\n`);
      return 1;
  }
};
