import { spawn } from 'node:child_process';

/** Runs a node program on our own terminal, passes signals on, and resolves with its exit code. */
export function runNode(args, options) {
  const child = spawn(process.execPath, args, { stdio: 'inherit', ...options });
  for (const name of ['SIGINT', 'SIGTERM']) process.on(name, () => child.kill(name));
  return new Promise((resolve) => {
    child.once('error', () => resolve(1));
    child.once('exit', (code, signal) => resolve(code ?? (signal === 'SIGINT' ? 130 : 1)));
  });
}
