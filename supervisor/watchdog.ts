import { spawn, type ChildProcess } from 'node:child_process';

/**
 * Ends `pid` when this process dies, however it dies: a small shell waits on a pipe whose other end only we hold. The Temporal CLI
 * itself would not notice the death of its parent. Where there is no shell, the next supervisor ends the server by its record.
 *
 * @returns how to call the watchdog off; to be called when `pid` has ended by itself.
 */
export function endWithUs(pid: number): () => void {
  if (process.platform === 'win32') return () => undefined;
  const script = 'read -r _; kill -TERM "$1" 2>/dev/null; sleep 5; kill -KILL "$1" 2>/dev/null; true';
  const dog: ChildProcess = spawn('/bin/sh', ['-c', script, 'runbook-watchdog', String(pid)], {
    stdio: ['pipe', 'ignore', 'ignore'],
    // In a group of its own, so that a signal to our whole group does not silence it.
    detached: true,
  });
  dog.on('error', () => undefined);
  dog.unref();
  return () => {
    dog.kill('SIGKILL');
  };
}
