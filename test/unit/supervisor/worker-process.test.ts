import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { workerArguments, workerEnvironment } from '../../../supervisor/index.ts';

describe('the process of a worker', () => {
  it('is started by the image as by us', () => {
    const image = readFileSync(new URL('../../../Dockerfile', import.meta.url), 'utf8');
    const [, line = ''] = /^CMD (\[.*\])$/m.exec(image) ?? [];
    const command = JSON.parse(line) as string[];
    assert.deepEqual(
      command.filter((argument) => /^--.*=/.test(argument)),
      workerArguments.filter((argument) => /^--.*=/.test(argument)),
    );
    for (const [name, value] of Object.entries(workerEnvironment))
      assert.match(image, new RegExp(`^ENV .*\\b${name}=${value}\\b`, 'm'));
  });
});
