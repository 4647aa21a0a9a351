// `node scripts/test.js [file or folder …]`: the test suite, set-up included. Ends with the line `N passed, N failed`.
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

import { ensureDependencies, root } from './install.js';
import { runCaptured, runNode } from './run-child.js';

ensureDependencies();

const scratch = mkdtempSync(path.join(os.tmpdir(), 'runbook-test-'));
const counts = process.env.TEST_COUNTS_FILE;
const total = { passed: 0, failed: 0 };
const red = [];

if (
  (await runNode(['--import', 'tsx', 'scripts/prepare-tests.ts'], {
    cwd: root,
    env: environment('preparation'),
  })) === 0
) {
  await runGroups(groupsOf(process.argv.length > 2 ? process.argv.slice(2) : ['test']));
} else total.failed += 1;
rmSync(scratch, { recursive: true, force: true });
// Once more at the end: what is far up in a long output is not found.
for (const { group, test, why } of red) process.stdout.write(`\nFAILED ${group}\n  ${test}\n${why}\n`);
if (counts !== undefined) writeFileSync(counts, JSON.stringify(total));
process.stdout.write(`${total.passed} passed, ${total.failed} failed\n`);
process.exitCode = total.failed > 0 ? 1 : 0;

/** A home of their own for each group, and none of the settings of the person who runs the tests. */
function environment(group) {
  const kept = ['RUNBOOK_CACHE', 'RUNBOOK_TEMPORAL_CLI'];
  const own = Object.entries(process.env).filter(
    ([name]) => kept.includes(name) || !(name.startsWith('RUNBOOK_') || name.startsWith('TEMPORAL_')),
  );
  const folder = path.join(scratch, group.replace(/\W+/g, '-'));
  return {
    ...Object.fromEntries(own),
    RUNBOOK_HOME: path.join(folder, 'home'),
    TEST_COUNTS_FILE: `${folder}.json`,
  };
}

/**
 * The files of each group. End-to-end tests wait for boxes and tunnels most of the time, so each of their files is a group of its
 * own, with its own Temporal server; of all else each folder is one.
 */
function groupsOf(places) {
  const files = places.flatMap((place) => filesOf(place)).sort();
  const groups = new Map();
  for (const file of files) {
    const group = file.startsWith('test/end-to-end/') ? file : file.split('/').slice(0, 2).join('/');
    groups.set(group, [...(groups.get(group) ?? []), file]);
  }
  return groups;
}

function filesOf(place) {
  const full = path.join(root, place);
  if (!(statSync(full, { throwIfNoEntry: false })?.isDirectory() ?? false)) return [place];
  return readdirSync(full, { recursive: true })
    .map((name) => path.join(place, String(name)))
    .filter((name) => name.endsWith('.test.ts'));
}

/** A group that did not come to its end has failed, whatever had passed before. */
async function runGroups(groups) {
  // Large groups first: they would keep a single lane busy long after all others are done.
  const waiting = [...groups].sort((a, b) => b[1].length - a[1].length);
  const lane = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [name, files] = next;
      const env = environment(name);
      const mocha = [
        'node_modules/mocha/bin/mocha.js',
        '--reporter',
        './scripts/mocha-reporter.js',
        ...files,
      ];
      const begun = performance.now();
      const { code, output } = await runCaptured(mocha, { cwd: root, env });
      const seconds = Math.round((performance.now() - begun) / 1000);
      process.stdout.write(`\n── ${name} (${seconds} s)\n${output}`);
      const { passed, failed, red: failures } = readCounts(env.TEST_COUNTS_FILE);
      const brokeOff = failed === 0 && code !== 0;
      total.passed += passed;
      total.failed += brokeOff ? 1 : failed;
      red.push(...failures.map((failure) => ({ group: name, ...failure })));
      if (brokeOff) red.push({ group: name, test: 'broke off', why: `exit code ${code}` });
    }
  };
  const lanes = Number(process.env.TEST_JOBS ?? os.cpus().length + 2);
  await Promise.all(Array.from({ length: Math.min(lanes, groups.size) }, lane));
}

function readCounts(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return { passed: 0, failed: 1, red: [{ test: 'broke off', why: 'it left no counts' }] };
  }
}
