import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';

import { workflowBundle } from '../support/temporal.ts';

describe('the workflow bundle', () => {
  it('holds nothing that has no business in the sandbox', async function () {
    this.timeout(60_000);
    const { codePath } = await workflowBundle();
    const code = await readFile(codePath, 'utf8');

    for (const name of ['zod', 'yaml', 'node-forge', 'ssh2', 'csv-parse', 'commander', 'pino']) {
      assert.ok(!code.includes(`/node_modules/${name}/`), name);
    }
    for (const folder of [
      'activities',
      'devices',
      'pki',
      'loader',
      'supervisor',
      'cli',
      'worker',
      'lab',
      'report',
    ]) {
      assert.ok(!new RegExp(`"\\./${folder}/[a-z/-]+\\.ts"`).test(code), folder);
    }
    // With its source map; what is much larger carries a library that nobody wanted.
    assert.ok(code.length < 4_000_000, `${code.length} bytes`);
  });
});
