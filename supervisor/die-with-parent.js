// Loaded into the worker before its own code (`node --import`): a worker whose supervisor is gone would change boxes with nobody to
// stop it. When the channel to the supervisor closes, the worker drains as on SIGTERM, and is killed when it does not end.
// Plain JavaScript, since node loads it into the worker's threads too, where the TypeScript loader is not there yet.
import { isMainThread } from 'node:worker_threads';

if (isMainThread) {
  const graceMs = Number(process.env.RUNBOOK_WORKER_GRACE_MS ?? '30000');
  process.once('disconnect', () => {
    // Nobody reads our stdout any more; a log line must not end the draining.
    process.stdout.on('error', () => undefined);
    process.kill(process.pid, 'SIGTERM');
    setTimeout(() => process.kill(process.pid, 'SIGKILL'), graceMs).unref();
  });
  // The channel alone must not keep a worker alive that has ended its work.
  process.channel?.unref();
}
