import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { loadSettings } from '../../../loader/index.ts';
import { createInventories } from '../../../worker/inventories.ts';

const key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ8Zk0bEFYIAtrOAdZ7wJUJ8vBpSOUmjr9q2lF0uOWlW';

describe('the inventories of a worker', () => {
  let folder: string;
  let endpoints: ReturnType<typeof createInventories>;

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'inventories-'));
    writeFileSync(path.join(folder, 'known_hosts'), `192.0.2.1 ${key}\n192.0.2.2 ${key}\n`);
    const loaded = loadSettings(undefined);
    assert.ok(loaded.ok);
    endpoints = createInventories(loaded.settings);
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  const write = (name: string, password: string): void => {
    writeFileSync(
      path.join(folder, name),
      `fmc,192.0.2.1,admin,${password}\nftd,192.0.2.2,admin,${password}\n`,
    );
  };
  const idIn = async (name: string, entry = 'fmc'): Promise<string> => {
    const ref = {
      inventory: path.join(folder, name),
      knownHosts: path.join(folder, 'known_hosts'),
      digest: '',
    };
    return (await endpoints(ref, entry, undefined)).credential.id;
  };

  it('name a login by what it holds: two files, two passwords, two names', async () => {
    write('one.csv', 'Right-1');
    write('two.csv', 'Wrong-1');
    write('three.csv', 'Right-1');

    assert.equal(await idIn('one.csv'), await idIn('one.csv', 'ftd'));
    assert.notEqual(await idIn('one.csv'), await idIn('two.csv'));
    assert.equal(await idIn('one.csv'), await idIn('three.csv'));
  });

  it('a corrected password is another login, neither refused nor accepted yet', async () => {
    write('one.csv', 'Wrong-1');
    const before = await idIn('one.csv');
    write('one.csv', 'Corrected-1');
    const after = await idIn('one.csv');

    assert.notEqual(before, after);
    assert.ok(!`${before}${after}`.includes('Wrong') && !after.includes('Corrected'));
  });
});
