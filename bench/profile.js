// Preloaded into the product's processes by `--profile FOLDER`: keeps a CPU profile of the worker's main thread until it ends.
// Plain JavaScript: it comes before the TypeScript loader. Node 20 takes no --cpu-prof out of NODE_OPTIONS.
import { writeFileSync } from 'node:fs';
import { Session } from 'node:inspector';
import path from 'node:path';
import { isMainThread } from 'node:worker_threads';

const folder = process.env.BENCH_PROFILES;
if (folder !== undefined && isMainThread && process.argv[1]?.endsWith(path.join('worker', 'main.ts'))) {
  const session = new Session();
  session.connect();
  session.post('Profiler.enable');
  session.post('Profiler.start');
  process.on('exit', () => {
    session.post('Profiler.stop', (_error, { profile }) => {
      writeFileSync(path.join(folder, `worker-${String(process.pid)}.cpuprofile`), JSON.stringify(profile));
    });
  });
}
