import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import path from 'node:path';

import { formatIssue } from '../../errors/index.ts';
import { loadRunbook, runbookNames } from '../../loader/index.ts';
import { exitCodes } from '../../cli/exit-codes.ts';
import { verbs } from '../../cli/verbs.ts';
import { read, repositoryFiles, root } from './sources.ts';

describe('the repository', () => {
  const files = repositoryFiles();

  it('has a changelog that is being written', () => {
    assert.match(read('CHANGELOG.md'), /^## \[Unreleased\]$/m);
  });

  it('has only runbooks that are valid', () => {
    assert.ok(runbookNames().includes('renew-sftunnel-ca'));
    for (const name of runbookNames()) {
      const loaded = loadRunbook(name);
      assert.ok(loaded.ok, loaded.ok ? '' : loaded.issues.map(formatIssue).join('\n'));
    }
  });

  it('has no dead links in its pages', () => {
    const dead = files
      .filter((file) => file.endsWith('.md'))
      .flatMap((file) =>
        [...read(file).matchAll(/\]\(([^)#\s]+)(#[^)]*)?\)/g)]
          .map(([, target = '']) => target)
          .filter((target) => !/^[a-z]+:/.test(target))
          .filter((target) => !existsSync(path.join(root, path.dirname(file), target)))
          .map((target) => `${file}: ${target}`),
      );

    assert.deepEqual(dead, []);
  });

  it('tells the exit codes in the README as the program does', () => {
    const readme = read('README.md');

    for (const code of Object.keys(exitCodes))
      assert.match(readme, new RegExp(`^\\|\\s*${code}\\s*\\|`, 'm'), code);
  });

  it('has a module for every verb, and a verb for every module', async () => {
    const modules = files
      .filter((file) => /^cli\/commands\/[^/]+\.ts$/.test(file))
      .map((file) => path.basename(file, '.ts'));

    assert.deepEqual(modules.sort(), Object.keys(verbs).sort());
    for (const { load } of Object.values(verbs)) assert.equal(typeof (await load()).configure, 'function');
  });

  it('ends its lines with LF', () => {
    for (const file of files.filter((name) => /\.(ts|js|sh|yaml|yml|md)$|^\.ci\//.test(name))) {
      assert.ok(!read(file).includes('\r\n'), file);
    }
  });
});
