import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createCurrentProfiles } from '../../../devices/index.ts';

describe('the profiles as their files are now', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'profiles-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });
  const write = (family: string, text: string): void => {
    mkdirSync(path.join(folder, family), { recursive: true });
    writeFileSync(path.join(folder, family, 'profile.yaml'), text);
  };

  it('are not read again while no file changes', () => {
    const current = createCurrentProfiles(() => [folder]);
    assert.equal(current(), current());
  });

  it('show an edit, a new family and a fault at the next use', () => {
    const current = createCurrentProfiles(() => [folder]);
    assert.equal(current().profiles.has('branch-box'), false);
    write('branch-box', 'extends: linux\ntitle: First\n');
    assert.equal(current().profiles.get('branch-box')?.title, 'First');
    write('branch-box', 'extends: linux\ntitle: The second\n');
    assert.equal(current().profiles.get('branch-box')?.title, 'The second');
    write('branch-box', 'extends: nobody\ntitle: The second\n');
    assert.notEqual(current().issues.length, 0);
  });
});
