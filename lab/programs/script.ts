import { ScreenSession } from '../terminals/screen-session.ts';
import type { Program } from './program.ts';

/**
 * util-linux's script: `script -q -f [-a] -c CMD FILE < FIFO`. The command gets a terminal of its own; what is written to
 * the FIFO is typed there. `script` ends when the command ends.
 */
export const script: Program = async (run) => {
  const { appliance } = run;
  const { view } = run.shell;
  let command: string | undefined;
  let file = 'typescript';
  /** Where its input comes from; the shell hands the path over, since a FIFO must not be read to its end first. */
  let input: string | undefined;
  for (let i = 0; i < run.args.length; i++) {
    const arg = run.args[i] ?? '';
    if (arg.startsWith('--input-from=')) input = view.resolvePath(run.cwd, arg.slice(13));
    else if (/^-[a-z]*c$/.test(arg)) command = run.args[++i];
    else if (!arg.startsWith('-')) file = arg;
  }
  if (command === undefined) {
    run.err('script: only -c is supported without a terminal\n');
    return 1;
  }
  const logFile = view.resolvePath(run.cwd, file);
  if (!run.args.some((a) => /^-[a-z]*a/.test(a) && a !== '-c')) await view.writeFile(logFile, '');
  const session = new ScreenSession(appliance, {
    kind: 'script',
    name: `script-${run.seat.process.pid}`,
    command,
    cwd: run.cwd,
    env: run.shell.environment(),
    umask: view.actor.umask,
    logFile,
  });
  run.signal.addEventListener('abort', () => session.quit(), { once: true });
  const fifo = input === undefined ? undefined : view.tree.find(input);
  if (fifo) {
    const timer = setInterval(() => {
      const typed = fifo.content.toString('utf8');
      fifo.content = Buffer.alloc(0);
      if (typed !== '') session.type(typed);
    }, 20);
    void session.ended.finally(() => clearInterval(timer));
  } else if (run.stdin !== '') session.type(Buffer.from(run.stdin, 'latin1').toString('utf8'));
  return await session.ended;
};
