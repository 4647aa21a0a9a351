/** `node --import tsx bench/start-up.ts [ROUNDS]`: how long the command line and the engine take to start, in milliseconds: best and median of some rounds. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const rounds = Number(process.argv[2] ?? '5');
const bin = fileURLToPath(new URL('../cli/bin.js', import.meta.url));
const home = mkdtempSync(path.join(os.tmpdir(), 'runbook-bench-'));
const times = new Map<string, number[]>();

function measure(name: string, args: readonly string[]): void {
  const startedAt = performance.now();
  const done = spawnSync(process.execPath, [bin, ...args], {
    encoding: 'utf8',
    env: { ...process.env, RUNBOOK_HOME: home },
  });
  if (done.status !== 0) throw new Error(`${name}: ${done.stderr}`);
  times.set(name, [...(times.get(name) ?? []), performance.now() - startedAt]);
}

try {
  for (let round = 0; round < rounds; round += 1) {
    measure('runbook --help', ['--help']);
    measure('runbook run --help', ['run', '--help']);
    measure('runbook validate', ['validate', 'renew-sftunnel-ca']);
    measure('server start', ['up', '--server-only']);
    measure('worker start', ['up']);
    measure('runbook list', ['list']);
    measure('runbook down', ['down']);
  }
} finally {
  spawnSync(process.execPath, [bin, 'down', '--now'], { env: { ...process.env, RUNBOOK_HOME: home } });
  rmSync(home, { recursive: true });
}
for (const [name, list] of times) {
  const sorted = list.toSorted((a, b) => a - b);
  const [best = 0, median = 0] = [sorted[0], sorted[Math.floor(sorted.length / 2)]];
  process.stdout.write(
    `${name.padEnd(20)} ${best.toFixed(0).padStart(6)} ${median.toFixed(0).padStart(6)}\n`,
  );
}
