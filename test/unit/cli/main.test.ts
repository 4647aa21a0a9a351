import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { Journal } from '../../../supervisor/index.ts';

const bin = fileURLToPath(new URL('../../../cli/bin.js', import.meta.url));

describe('the command line', () => {
  const runbook = (
    args: readonly string[],
    env: NodeJS.ProcessEnv = {},
    nodeArgs: readonly string[] = [],
  ) => {
    const done = spawnSync(process.execPath, [...nodeArgs, bin, ...args], {
      encoding: 'utf8',
      env: { ...process.env, ...env },
    });
    return { code: done.status, stdout: done.stdout, stderr: done.stderr };
  };

  it('shows its verbs and exit codes', () => {
    const { code, stdout } = runbook(['--help']);

    assert.equal(code, 0);
    for (const text of ['plan', 'doctor', 'Exit codes:', '130']) assert.ok(stdout.includes(text), text);
  });

  it('shows exit codes, global options and variables with every verb, and below it', () => {
    for (const words of [['up'], ['lab', 'up'], ['run']]) {
      const { code, stdout } = runbook([...words, '--help']);

      assert.equal(code, 0, words.join(' '));
      for (const text of ['Exit codes:', '--output', 'RUNBOOK_OUTPUT', '--no-input'])
        assert.ok(stdout.includes(text), text);
    }
  });

  it('does not load Temporal for a help text or a check of files', () => {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'runbook-command-line-'));
    const probe = path.join(folder, 'probe.mjs');
    const report = `process.on('exit', () => process.stderr.write(Object.keys(require.cache).join('\\n')));`;
    writeFileSync(
      probe,
      `import { createRequire } from 'node:module';\nconst require = createRequire(import.meta.url);\n${report}\n`,
    );

    for (const args of [
      ['--help'],
      ['run', '--help'],
      ['plan', '--help'],
      ['pause', '--help'],
      ['note', '--help'],
      ['validate', 'renew-sftunnel-ca'],
      ['schema', 'runbook'],
    ]) {
      const { code, stderr } = runbook(args, {}, ['--import', probe]);

      assert.equal(code, 0, stderr);
      assert.match(stderr, /commander/, 'the probe sees nothing');
      assert.doesNotMatch(stderr, /@temporalio/, args.join(' '));
      // Who only wants to know the options waits for no reader of files and no page.
      if (args.includes('--help')) assert.doesNotMatch(stderr, /\/(yaml|ghtml)\//, args.join(' '));
    }
    rmSync(folder, { recursive: true });
  });

  it('answers wrong usage with exit code 2, for programs as a document', () => {
    assert.equal(runbook(['no-such-verb']).code, 2);
    assert.equal(runbook(['up', '--no-such-flag']).code, 2);
    assert.equal(runbook([]).code, 2);

    const { code, stdout } = runbook(['no-such-verb', '-o', 'json']);
    assert.equal(code, 2);
    assert.deepEqual(Object.entries(JSON.parse(stdout) as object).slice(0, 4), [
      ['schemaVersion', 1],
      ['kind', 'error'],
      ['exitCode', 2],
      ['code', 'INPUT_INVALID'],
    ]);
  });

  it('refuses a pause or a take-over without a reason, and a note of several words, before any server is asked', () => {
    for (const [words, text] of [
      [['pause'], /pause needs --reason/],
      [['takeover', '@last', '--reason', ' '], /takeover needs --reason/],
      [['note', 'TAC', 'case', '12345'], /Put it in quotes/],
      [['note', ' '], /needs a text/],
    ] as const) {
      const { code, stderr } = runbook(words, { TEMPORAL_ADDRESS: '127.0.0.1:1' });

      assert.equal(code, 2, stderr);
      assert.match(stderr, text);
    }
  });

  it('takes flags from RUNBOOK_… variables', () => {
    const { stdout } = runbook(['validate', 'no-such-runbook'], { RUNBOOK_OUTPUT: 'jsonl' });

    assert.equal(stdout.trim().split('\n').length, 1);
    assert.equal((JSON.parse(stdout) as { exitCode: number }).exitCode, 2);
  });

  it('says what happened and what to do next', () => {
    const home = mkdtempSync(path.join(os.tmpdir(), 'runbook-command-line-'));
    const { code, stdout, stderr } = runbook(['up'], {
      RUNBOOK_TEMPORAL_CLI: '/no/such/program',
      RUNBOOK_HOME: home,
    });

    assert.equal(code, 1);
    assert.equal(stdout, '');
    assert.match(stderr, /^ENGINE_NO_SERVER: .*\/no\/such\/program[^]*next: {3}Set TEMPORAL_ADDRESS/);
    rmSync(home, { recursive: true });
  });

  it('says without any server what was begun on boxes', () => {
    const home = mkdtempSync(path.join(os.tmpdir(), 'runbook-command-line-'));
    new Journal(path.join(home, 'in-flight')).begin({
      action: 'deliverCerts',
      matter: 'probeDelivery',
      box: 'ftd01',
      address: '192.0.2.1:22',
      run: 'renew/1',
      step: 'deliver/brought',
    });
    const env = { RUNBOOK_TEMPORAL_CLI: '/no/such/program', RUNBOOK_HOME: home };

    const { code, stderr, stdout } = runbook(['status', '-o', 'json'], env);

    assert.equal(code, 1);
    assert.match(stderr, /state:[^]*ftd01 \(192\.0\.2\.1:22\)[^]*\.runbook-lock\/journal[^]*runbook up/);
    assert.match((JSON.parse(stdout) as { state: string }).state, /Bring the new set to ftd01/);
    rmSync(home, { recursive: true });
  });
});
