import { spawn } from 'node:child_process';

/** Runs a node program on our own terminal, passes signals on, and resolves with its exit code. */
export function runNode(args, options) {
  return over(spawn(process.execPath, args, { stdio: 'inherit', ...options }));
}

/** Runs a node program and resolves with its exit code and all it printed. */
export async function runCaptured(args, options) {
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options });
  const chunks = [];
  child.stdout.on('data', (chunk) => chunks.push(chunk));
  child.stderr.on('data', (chunk) => chunks.push(chunk));
  return { code: await over(child), output: Buffer.concat(chunks).toString('utf8') };
}

function over(child) {
  const passOn = (name) => child.kill(name);
  for (const name of ['SIGINT', 'SIGTERM']) process.on(name, passOn);
  return new Promise((resolve) => {
    child.once('error', () => resolve(1));
    child.once('close', (code, signal) => {
      for (const name of ['SIGINT', 'SIGTERM']) process.off(name, passOn);
      resolve(code ?? (signal === 'SIGINT' ? 130 : 1));
    });
  });
}
