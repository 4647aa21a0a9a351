import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const json = fileURLToPath(new URL('../../../cli/output/json.ts', import.meta.url));

describe('printJson', () => {
  it('writes one whole document into a slow pipe, also right before the end of the program', () => {
    const program = `import { printJson } from ${JSON.stringify(json)}; printJson({ text: 'x'.repeat(3_000_000) }); process.exit(0);`;

    const { stdout } = spawnSync(
      'sh',
      [
        '-c',
        `"${process.execPath}" --import tsx --input-type=module -e '${program.replaceAll("'", `'"'"'`)}' | (sleep 0.3; cat)`,
      ],
      {
        encoding: 'utf8',
        maxBuffer: 10_000_000,
        cwd: fileURLToPath(new URL('../../../', import.meta.url)),
      },
    );

    assert.equal((JSON.parse(stdout) as { text: string }).text.length, 3_000_000);
    assert.equal(stdout.at(-1), '\n');
  }).timeout(15_000);
});
