import type { Appliance } from '../appliance/appliance.ts';
import { strftime } from '../clock.ts';
import { ScreenSession } from '../terminals/screen-session.ts';
import type { Program } from './program.ts';

const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/** GNU screen: `-dmS NAME [-L] [-Logfile F] CMD…`, `-S NAME [-p N] -X stuff|hardcopy|quit|log…`, `-ls`, `-wipe`. */
export const screen: Program = async (run) => {
  const { appliance } = run;
  const args = [...run.args];
  let name: string | undefined;
  let logFile: string | undefined;
  let detached = false;
  let log = false;
  while (args.length > 0) {
    const arg = args[0] ?? '';
    if (arg === '-ls' || arg === '-list') return list(appliance, run.out);
    if (arg === '-wipe') return list(appliance, run.out);
    if (arg === '-v' || arg === '--version') {
      run.out('Screen version 4.06.02 (GNU) 23-Oct-17\n');
      return 0;
    }
    if (arg === '-X') return await act(appliance, name, args.slice(1), run);
    if (arg === '-Logfile') [logFile] = args.splice(0, 2).slice(1);
    else if (arg === '-p' || arg === '-h' || arg === '-T' || arg === '-t' || arg === '-s') args.splice(0, 2);
    else if (arg === '-c') {
      const [file = ''] = args.splice(0, 2).slice(1);
      const rc = await run.shell.view.readFile(run.shell.view.resolvePath(run.cwd, file)).catch(() => '');
      // The line `logfile flush N` is about how often it is written.
      logFile ??= [...rc.matchAll(/^\s*logfile\s+(?!flush\b)(\S+)/gm)].at(-1)?.[1];
    } else if (/^-[dmSLUaDRrxq]+$/.test(arg)) {
      args.shift();
      if (arg.includes('d') && arg.includes('m')) detached = true;
      if (arg.includes('L')) log = true;
      if (arg.endsWith('S')) name = args.shift();
      if (arg === '-d' && args[0] === '-m') {
        args.shift();
        detached = true;
      }
    } else break;
  }
  if (!detached) {
    run.err('Must be connected to a terminal.\n');
    return 1;
  }
  const { view } = run.shell;
  if (log && logFile === undefined) logFile = 'screenlog.0';
  const command = args.length === 0 ? 'sleep 86400' : args.map(quote).join(' ');
  new ScreenSession(appliance, {
    kind: 'screen',
    name: name ?? `tty.${appliance.identity.hostname}`,
    command,
    ...(args.length > 0 ? { title: args.join(' ') } : {}),
    cwd: run.cwd,
    env: run.shell.environment(),
    umask: view.actor.umask,
    ...(log && logFile !== undefined ? { logFile: view.resolvePath(run.cwd, logFile) } : {}),
  });
  return 0;
};

function list(appliance: Appliance, out: (text: string) => void): number {
  const sessions = [...appliance.screens.values()].filter((s) => s.kind === 'screen');
  if (sessions.length === 0) {
    out('No Sockets found in /var/run/screen/S-root.\n\n');
    return 1;
  }
  out(sessions.length === 1 ? 'There is a screen on:\n' : 'There are screens on:\n');
  for (const s of sessions)
    out(`\t${s.pid}.${s.name}\t(${strftime('%m/%d/%y %H:%M:%S', s.startedAtMs)})\t(Detached)\n`);
  out(`${sessions.length} Socket${sessions.length === 1 ? '' : 's'} in /var/run/screen/S-root.\n`);
  return 0;
}

/** `stuff` knows ^M, \015, \r and \n, and takes other text as it is. */
export function stuffed(text: string): string {
  return text
    .replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)))
    .replaceAll('\\r', '\r')
    .replaceAll('\\n', '\n')
    .replaceAll('\\\\', '\\')
    .replace(/\^([@-_])/g, (_, letter: string) => String.fromCharCode(letter.charCodeAt(0) - 64));
}

async function act(
  appliance: Appliance,
  name: string | undefined,
  [verb = '', ...rest]: string[],
  run: Parameters<Program>[0],
): Promise<number> {
  const session = [...appliance.screens.values()].find(
    (s) =>
      s.kind === 'screen' && (s.name === name || `${s.pid}.${s.name}` === name || String(s.pid) === name),
  );
  if (!session) {
    run.out('No screen session found.\n');
    return 1;
  }
  const { view } = run.shell;
  switch (verb) {
    case 'stuff':
      session.type(stuffed(rest[0] ?? ''));
      return 0;
    case 'quit':
    case 'kill':
      session.quit();
      return 0;
    case 'hardcopy': {
      const file = rest.find((r) => r !== '-h') ?? 'hardcopy.0';
      await view.writeFile(
        view.resolvePath(run.cwd, file),
        session.screenText(rest.includes('-h') ? 10_000 : 24),
      );
      return 0;
    }
    case 'logfile':
      session.logFile = view.resolvePath(run.cwd, rest.at(-1) ?? 'screenlog.0');
      return 0;
    case 'log':
    case 'colon':
    case 'width':
      return 0;
    default:
      run.out(`-X: unknown command '${verb}'\n`);
      return 1;
  }
}
