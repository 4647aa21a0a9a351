// `node scripts/test.js [file or folder …]`: the test suite, set-up included. Ends with the line `N passed, N failed`.
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

import { ensureDependencies, root } from './install.js';
import { runNode } from './run-child.js';

ensureDependencies();

const scratch = mkdtempSync(path.join(os.tmpdir(), 'runbook-test-'));
const counts = process.env.TEST_COUNTS_FILE ?? path.join(scratch, 'counts.json');
const env = testEnvironment();

let code = await runNode(['--import', 'tsx', 'scripts/fetch-temporal.ts'], { cwd: root, env });
if (code === 0) {
  const specs = (process.argv.length > 2 ? process.argv.slice(2) : ['test']).map(specOf);
  const mocha = ['node_modules/mocha/bin/mocha.js', '--reporter', './scripts/mocha-reporter.js', ...specs];
  code = await runNode(mocha, { cwd: root, env });
}
const { passed, failed } = readCounts();
rmSync(scratch, { recursive: true, force: true });
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exitCode = failed > 0 || code !== 0 ? 1 : 0;

/** A home of their own, and none of the settings of the person who runs the tests. */
function testEnvironment() {
  const kept = ['RUNBOOK_CACHE', 'RUNBOOK_TEMPORAL_CLI'];
  const own = Object.entries(process.env).filter(
    ([name]) => kept.includes(name) || !(name.startsWith('RUNBOOK_') || name.startsWith('TEMPORAL_')),
  );
  return { ...Object.fromEntries(own), RUNBOOK_HOME: path.join(scratch, 'home'), TEST_COUNTS_FILE: counts };
}

function specOf(place) {
  const isFolder = statSync(path.join(root, place), { throwIfNoEntry: false })?.isDirectory() ?? false;
  return isFolder ? `${place.replace(/\/$/, '')}/**/*.test.ts` : place;
}

/** A suite that did not come to its end has failed, whatever had passed before. */
function readCounts() {
  try {
    const { passed, failed } = JSON.parse(readFileSync(counts, 'utf8'));
    return { passed, failed: failed === 0 && code !== 0 ? 1 : failed };
  } catch {
    return { passed: 0, failed: 1 };
  }
}
