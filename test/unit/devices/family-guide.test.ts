import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { parameters } from '../../../language/parameters.ts';

const read = (file: string): string => readFileSync(new URL(`../../../${file}`, import.meta.url), 'utf8');

describe('the guide for a new family', () => {
  const guide = read('docs/guides/new-device-family.md');

  it('shows the profile that the tests use, to the letter', () => {
    assert.ok(guide.includes(`\`\`\`yaml\n${read('test/families/acme-box/profile.yaml')}\`\`\``));
  });

  it('names every action that fits any box', () => {
    assert.deepEqual(
      Object.keys(parameters).filter((action) => !guide.includes(`| \`${action}\` |`)),
      [],
    );
  });
});
