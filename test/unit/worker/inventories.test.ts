import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { loadInventory, loadSettings } from '../../../loader/index.ts';
import { createInventories } from '../../../worker/inventories.ts';

const key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ8Zk0bEFYIAtrOAdZ7wJUJ8vBpSOUmjr9q2lF0uOWlW';

const run = { workflowId: 'renew/x', runId: 'r' };

describe('the inventories of a worker', () => {
  let folder: string;
  let endpoints: ReturnType<typeof createInventories>['endpoint'];

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'inventories-'));
    writeFileSync(path.join(folder, 'known_hosts'), `192.0.2.1 ${key}\n192.0.2.2 ${key}\n`);
    const loaded = loadSettings(undefined);
    assert.ok(loaded.ok);
    endpoints = createInventories(loaded.settings).endpoint;
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
    return (await endpoints({ inventory: ref, run }, entry, undefined)).credential.id;
  };

  it('name a login by what it holds: two files, two passwords, two names', async () => {
    write('one.csv', 'Right-1');
    write('two.csv', 'Wrong-1');
    write('three.csv', 'Right-1');

    assert.equal(await idIn('one.csv'), await idIn('one.csv', 'ftd'));
    assert.notEqual(await idIn('one.csv'), await idIn('two.csv'));
    assert.equal(await idIn('one.csv'), await idIn('three.csv'));
  });

  describe('of a site', () => {
    const site = (...inventories: string[]): ReturnType<typeof createInventories>['endpoint'] => {
      const loaded = loadSettings(undefined);
      assert.ok(loaded.ok);
      return createInventories(loaded.settings, { site: 'muc', inventories }).endpoint;
    };
    /** The run's reference to a file that lies elsewhere than on this machine. */
    const ofRun = (name: string): Parameters<typeof endpoints>[0] => {
      const inventory = path.join(folder, name);
      const knownHosts = path.join(folder, 'known_hosts');
      const loaded = loadInventory({ inventory, knownHosts });
      assert.ok(loaded.ok);
      return { inventory: { inventory: '/elsewhere/x.csv', knownHosts, digest: loaded.digest }, run };
    };

    it('is the one with the digest of the run, with the passwords of this machine', async () => {
      write('one.csv', 'Right-1');
      const asked = ofRun('one.csv');
      writeFileSync(path.join(folder, 'other.csv'), 'ftd,192.0.2.2,admin,x\n');
      write('one.csv', 'Of-This-Site-1');
      const found = await site(path.join(folder, 'other.csv'), path.join(folder, 'one.csv'))(asked, 'fmc');
      assert.equal(await found.credential.password(), 'Of-This-Site-1');
    });

    it('is refused before a login when it differs; a retry after that goes on with it', async () => {
      write('one.csv', 'Right-1');
      const asked = ofRun('one.csv');
      writeFileSync(path.join(folder, 'one.csv'), 'fmc,192.0.2.9,admin,x\n');
      const endpoint = site(path.join(folder, 'one.csv'));
      await assert.rejects(endpoint({ ...asked, askedFor: true }, 'fmc'), { code: 'ENGINE_SITE_FILES' });
      await assert.rejects(endpoint(asked, 'fmc'), /no login was tried/i);
      assert.equal((await endpoint({ ...asked, askedFor: true }, 'fmc')).host, '192.0.2.9');
      assert.equal((await endpoint(asked, 'fmc')).host, '192.0.2.9');
      const other = { ...asked, run: { workflowId: 'renew/y', runId: 'other' } };
      await assert.rejects(endpoint(other, 'fmc'), { code: 'ENGINE_SITE_FILES' });
    });

    it('is named when it is not there', async () => {
      write('one.csv', 'Right-1');
      await assert.rejects(site()(ofRun('one.csv'), 'fmc'), /site muc.*\/elsewhere\/x\.csv/);
    });
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
