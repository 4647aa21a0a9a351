import assert from 'node:assert/strict';
import { chmodSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { inspect } from 'node:util';
import type { Endpoint } from '../../../devices/index.ts';
import { formatIssue, RunbookError } from '../../../errors/index.ts';
import { loadInventory, unknownFamily, type Inventory, type InventoryFiles } from '../../../loader/index.ts';
import { hashedName, madeKey } from './made-keys.ts';
import { temporaryFolder } from './temporary-folder.ts';

const key = madeKey('k');
const secret = 'correct-horse,"battery" ß';

function load(files: InventoryFiles): { inventory: Inventory; digest: string; warnings: string[] } {
  const loaded = loadInventory(files);
  assert.ok(loaded.ok, loaded.ok ? '' : loaded.issues.map(formatIssue).join('\n'));
  return { ...loaded, warnings: loaded.warnings.map(formatIssue) };
}
function faults(files: InventoryFiles): string[] {
  const loaded = loadInventory(files);
  return loaded.ok
    ? []
    : loaded.issues.map((issue) => formatIssue({ ...issue, file: issue.file.replace(/^.*\//, '') }));
}

describe('loadInventory', () => {
  const write = temporaryFolder();

  describe('from devices.csv', () => {
    it('builds entries and endpoints, with ports and host keys from known_hosts', async () => {
      const inventory = write(
        'devices.csv',
        'FMC,10.0.0.1,admin,"a b"\nFTD-1,10.0.0.2,admin,c\nFTD-2,10.0.0.3,root,d\n',
      );
      const knownHosts = write('kh', `10.0.0.1 ${key.line}\n[10.0.0.2]:2222 ${key.line}\n`);
      const loaded = load({ inventory, knownHosts });
      assert.deepEqual(loaded.inventory.entries, [
        { key: 'FMC', name: 'FMC', host: '10.0.0.1', port: 22, username: 'admin' },
        { key: 'FTD-1', name: 'FTD-1', host: '10.0.0.2', port: 2222, username: 'admin' },
        { key: 'FTD-2', name: 'FTD-2', host: '10.0.0.3', port: 22, username: 'root' },
      ]);
      const endpoint: Endpoint = loaded.inventory.endpoint('FTD-1', 'cisco-ftd');
      assert.deepEqual(
        [endpoint.family, endpoint.hostKeys],
        ['cisco-ftd', [{ type: key.type, blob: key.blob }]],
      );
      assert.equal(await endpoint.credential.password(), 'c');
      assert.equal(await loaded.inventory.endpoint('FMC').credential.sudoPassword(), 'a b');
      assert.equal(loaded.inventory.endpoint('FTD-2').family, unknownFamily);
      assert.deepEqual(loaded.inventory.endpoint('FTD-2').hostKeys, []);
      assert.throws(
        () => loaded.inventory.endpoint('nobody'),
        (error) => error instanceof RunbookError && error.code === 'INPUT_INVALID',
      );
    });

    it('takes 22 where known_hosts has it among others, and asks where it cannot know', () => {
      const inventory = write('d.csv', 'A,10.0.0.1,u,p\n');
      const both = load({
        inventory,
        knownHosts: write('both', `10.0.0.1 ${key.line}\n[10.0.0.1]:2222 ${key.line}`),
      });
      assert.equal(both.inventory.entries[0]?.port, 22);
      assert.match(
        both.warnings.join(),
        /d\.csv:1: known_hosts has keys of 10\.0\.0\.1 for the ports 22, 2222; 22 is used/,
      );
      const two = write('two', `[10.0.0.1]:2201 ${key.line}\n[10.0.0.1]:2202 ${key.line}`);
      assert.match(
        faults({ inventory, knownHosts: two })[0] ?? '',
        /d\.csv:1: .*2201, 2202, and none for 22/,
      );
    });

    it('tries the ports of the settings for hashed names', () => {
      const inventory = write('d.csv', 'A,10.0.0.1,u,p\n');
      const knownHosts = write('kh', `${hashedName('[10.0.0.1]:2222')} ${key.line}\n`);
      assert.equal(
        load({ inventory, knownHosts, settings: { sshPorts: [22, 2222] } }).inventory.entries[0]?.port,
        2222,
      );
    });

    it('freezes logins together that share user and password, under a name without the secret', () => {
      const inventory = write(
        'd.csv',
        'A,10.0.0.1,admin,same\nB,10.0.0.2,admin,other\nC,10.0.0.3,admin,same\nD,10.0.0.4,root,same\nA,10.0.0.5,admin,third\n',
      );
      const {
        inventory: { entries, endpoint },
        warnings,
      } = load({ inventory });
      assert.deepEqual(
        entries.map((entry) => [entry.key, endpoint(entry.key).credential.id]),
        [
          ['A@10.0.0.1:22', 'admin (A)'],
          ['B', 'admin (B)'],
          ['C', 'admin (A)'],
          ['D', 'root (D)'],
          ['A@10.0.0.5:22', 'admin (A@10.0.0.5)'],
        ],
      );
      assert.match(warnings[0] ?? '', /d\.csv:5: a second box is called "A", the first in line 1/);
    });

    it('refuses two rows for one address', () => {
      const inventory = write(
        'd.csv',
        'A,10.0.0.1,u,p\nB,10.0.0.1,u,p\nC,2001:db8::1,u,p\nC,2001:DB8:0::1,u,p\n',
      );
      assert.deepEqual(faults({ inventory }), [
        'd.csv:2: "B" and "A" have one address: 10.0.0.1:22, first in line 1',
        'd.csv:4: "C" stands twice: [2001:db8::1]:22, first in line 3',
      ]);
    });

    it('reads a password again when the file has changed, and says so when the row is gone', async () => {
      const inventory = write('d.csv', 'A,10.0.0.1,u,wrong\n');
      const { credential } = load({ inventory }).inventory.endpoint('A');
      assert.equal(await credential.password(), 'wrong');
      writeFileSync(inventory, 'A,10.0.0.1,u,right\n');
      utimesSync(inventory, new Date(), new Date(Date.now() + 5000));
      assert.equal(await credential.password(), 'right');
      writeFileSync(inventory, 'B,10.0.0.1,u,right\n');
      await assert.rejects(
        credential.password(),
        (error) =>
          error instanceof RunbookError && error.code === 'INPUT_MISSING' && !error.message.includes('right'),
      );
      rmSync(inventory);
      await assert.rejects(
        credential.password(),
        (error) => error instanceof RunbookError && error.code === 'INPUT_MISSING',
      );
    });

    it('reports the faults of inventory and known_hosts together, also files that are not there', () => {
      const inventory = write('d.csv', 'A,10.0.0.999,u,p\n');
      assert.deepEqual(
        faults({ inventory, knownHosts: write('kh', 'h x y\n') }).map((fault) => fault.split(' ')[0]),
        ['d.csv:1:3:', 'kh:1:5:'],
      );
      assert.deepEqual(faults({ inventory: '/nowhere/d.csv', knownHosts: '/nowhere/kh' }), [
        'd.csv: there is no such inventory',
        'kh: there is no such known_hosts file',
      ]);
      assert.match(
        faults({
          inventory: write('l.csv', Buffer.from('A,1.1.1.1,u,p\nGer\xe4t,1.1.1.2,u,p\n', 'latin1')),
        })[0] ?? '',
        /l\.csv:2:1: the inventory is not UTF-8/,
      );
    });
  });

  describe('from YAML', () => {
    it('names secrets for prompts; an entry stands for its password; nothing else is to be had', async () => {
      write('token.txt', 't0ken-s3cret\n');
      const text = (secrets: string): string =>
        `secrets: ${secrets}\ndefaults: { username: a, password: { file: token.txt } }\nentries:\n  - { name: FTD, host: 10.0.0.2 }\n`;
      const { inventory } = load({
        inventory: write('secrets.yaml', text('{ token: { file: token.txt } }')),
      });
      assert.equal(await inventory.secret('token'), 't0ken-s3cret');
      assert.equal(await inventory.secret('FTD'), 't0ken-s3cret');
      await assert.rejects(inventory.secret('/etc/passwd'), /no secret and no entry/);
      assert.ok(!inspect(inventory, { depth: 9 }).includes('t0ken-s3cret'));
      const wrong = faults({ inventory: write('secrets.yaml', text('{ token: t0ken-s3cret }')) });
      assert.equal(wrong.length, 1);
      assert.match(wrong[0] ?? '', /token holds the password itself/);
      assert.ok(!JSON.stringify(wrong).includes('t0ken-s3cret'));
    });

    it('carries ports, families, host keys, routes and secrets by reference', async () => {
      write('devices.csv', `FMC,10.9.9.9,admin,"${secret.replaceAll('"', '""')}"\n`);
      write('jump.txt', 'jump-secret\nsecond line\n');
      const inventory = write(
        'inventory.yaml',
        `defaults: { username: admin, password: { env: LOADER_TEST_PASSWORD }, via: [outer, inner] }
jumpHosts:
  - { name: outer, host: outer.example, username: ops, password: { file: jump.txt }, hostKeys: ["${key.line}"] }
  - { name: inner, host: 10.8.0.1, port: 2200, username: ops, password: { file: jump.txt } }
entries:
  - { name: FMC, host: 10.0.0.1, port: 2022, family: cisco-fmc, hostKeys: ["${key.line} comment"], via: [], password: { csv: devices.csv, name: FMC } }
  - { name: FTD, host: 10.0.0.2, sudoPassword: { file: jump.txt } }
`,
      );
      process.env['LOADER_TEST_PASSWORD'] = 'from-env';
      try {
        const { inventory: made } = load({ inventory });
        assert.deepEqual(made.entries, [
          { key: 'FMC', name: 'FMC', host: '10.0.0.1', port: 2022, username: 'admin', family: 'cisco-fmc' },
          { key: 'FTD', name: 'FTD', host: '10.0.0.2', port: 22, username: 'admin', via: ['outer', 'inner'] },
        ]);
        const fmc = made.endpoint('FMC');
        assert.deepEqual(
          [fmc.family, fmc.hostKeys, fmc.via],
          ['cisco-fmc', [{ type: key.type, blob: key.blob }], undefined],
        );
        assert.equal(await fmc.credential.password(), secret);
        const ftd: Endpoint = made.endpoint('FTD', 'cisco-ftd');
        assert.equal(await ftd.credential.password(), 'from-env');
        assert.equal(await ftd.credential.sudoPassword(), 'jump-secret');
        assert.deepEqual(
          ftd.via?.map(({ name, host, port, family }) => [name, host, port, family]),
          [
            ['outer', 'outer.example', 22, 'linux'],
            ['inner', '10.8.0.1', 2200, 'linux'],
          ],
        );
        assert.equal(await ftd.via?.[0]?.credential.password(), 'jump-secret');
      } finally {
        delete process.env['LOADER_TEST_PASSWORD'];
      }
    });

    it('carries the site of a box; another site is another inventory', () => {
      const text = (site: string): string => `defaults: { username: u, password: { env: X }, site: ${site} }
entries:
  - { name: FMC, host: 10.0.0.1, site: "" }
  - { name: A, host: 10.0.0.2 }
  - { name: B, host: 10.0.0.3, site: ber-2 }
`;
      process.env['X'] = 'x';
      try {
        const loaded = load({ inventory: write('i.yaml', text('muc')) });
        assert.deepEqual(
          loaded.inventory.entries.map(({ site }) => site),
          [undefined, 'muc', 'ber-2'],
        );
        assert.notEqual(loaded.digest, load({ inventory: write('j.yaml', text('ham')) }).digest);
        assert.match(faults({ inventory: write('k.yaml', text('"a b"')) })[0] ?? '', /small letters/);
      } finally {
        delete process.env['X'];
      }
    });

    it('refuses a password that stands in the file, without quoting it', () => {
      const inventory = write(
        'i.yaml',
        `entries:
  - { name: A, host: 10.0.0.1, username: u, password: hunter2 }
  - { name: B, host: 10.0.0.2, username: u, password: { env: 'hunter2!' } }
  - { name: C, host: hunter2 hunter2, username: u, password: { env: X }, pasword: hunter2, port: hunter2 }
  - { name: D, host: 10.0.0.3, username: u, password: [hunter2] }
`,
      );
      const found = faults({ inventory });
      assert.match(
        found[0] ?? '',
        /^i\.yaml:2:55: password holds the password itself; name where it is instead/,
      );
      assert.deepEqual(
        found.map((fault) => fault.split(':')[1]),
        ['2', '3', '4', '4', '4', '5'],
      );
      assert.ok(!found.join().includes('hunter2'));
      for (const text of [
        'entries:\n - { password: *hunter2 }\n',
        'entries: !hunter2 [',
        'hunter2',
        'password: hunter2\n  hunter2: @hunter2',
      ]) {
        const broken = faults({ inventory: write('b.yaml', text) });
        assert.ok(broken.length > 0);
        assert.ok(!broken.join().includes('unter2'), broken.join('\n'));
      }
    });

    it('reports what the references lead to when it is not there', () => {
      const inventory = write(
        'i.yml',
        `defaults: { username: u }
jumpHosts:
  - { name: jump, host: 10.9.9.9, username: u, password: { file: nowhere.txt } }
entries:
  - { name: A, host: 10.0.0.1, password: { csv: nowhere.csv, name: A }, via: [jmp] }
  - { name: B, host: 10.0.0.2 }
  - { name: C, host: 10.0.0.3, password: { env: X }, hostKeys: [ssh-ed25519 AAAA] }
`,
      );
      assert.deepEqual(
        faults({ inventory }).length,
        1,
        'faults of shape come first, since the rest depends on it',
      );
      const whole = write(
        'w.yml',
        `defaults: { username: u }
jumpHosts:
  - { name: jump, host: 10.9.9.9, username: u, password: { file: nowhere.txt } }
entries:
  - { name: A, host: 10.0.0.1, password: { csv: nowhere.csv, name: A }, via: [jmp] }
  - { name: B, host: 10.0.0.2 }
`,
      );
      const found = faults({ inventory: whole }).join('\n');
      assert.match(found, /w\.yml:3:58: .*nowhere\.txt cannot be read/);
      assert.match(found, /w\.yml:5:42: .*nowhere\.csv: there is no such file/);
      const families = write(
        'f.yml',
        `defaults: { username: u, family: linx, password: { env: X } }
entries:
  - { name: A, host: 10.0.0.1, family: acme-bx }
  - { name: B, host: 10.0.0.2, family: linux }
`,
      );
      assert.deepEqual(
        faults({ inventory: families, families: ['linux', 'acme-box'] }).map((text) =>
          text.replace(/^.*f\.yml/, 'f.yml'),
        ),
        [
          'f.yml:1:34: there is no device family "linx" (did you mean "linux"?)',
          'f.yml:3:40: there is no device family "acme-bx" (did you mean "acme-box"?)',
        ],
      );
      assert.match(found, /w\.yml:5:79: "jmp" is not among the jumpHosts \(did you mean "jump"\?\)/);
      assert.match(found, /w\.yml:6:5: "B" has no password/);
    });
  });

  it('warns of files with passwords that others may read', function () {
    if (process.platform === 'win32') this.skip();
    const inventory = write('d.csv', 'A,10.0.0.1,u,p\n');
    assert.deepEqual(load({ inventory }).warnings, []);
    chmodSync(inventory, 0o644);
    assert.match(load({ inventory }).warnings[0] ?? '', /open to other users \(mode 644\) \(chmod 600/);
  });

  it('shows no secret in anything it returns', () => {
    const inventory = write('d.csv', `A,10.0.0.1,admin,"${secret.replaceAll('"', '""')}"\n`);
    const { inventory: made, ...rest } = load({ inventory, knownHosts: write('kh', `10.0.0.1 ${key.line}`) });
    const endpoint = made.endpoint('A');
    for (const thing of [
      made,
      rest,
      endpoint,
      endpoint.credential,
      made.entries,
      Object.getOwnPropertyDescriptors(endpoint.credential),
    ]) {
      for (const text of [
        JSON.stringify(thing),
        inspect(thing, { depth: 20, showHidden: true, getters: true }),
      ]) {
        assert.ok(!text.includes('battery'), text);
      }
    }
    const ids = Object.keys(endpoint.credential);
    assert.deepEqual(ids, ['id', 'username']);
  });

  it('makes a digest of everything but the secrets', () => {
    const digest = (text: string, hosts = `10.0.0.1 ${key.line}`): string =>
      load({ inventory: write('d.csv', text), knownHosts: write('kh', hosts) }).digest;
    const base = digest('A,10.0.0.1,admin,one\n');
    assert.equal(digest('# same\nA, 10.0.0.1, admin, other\n'), base);
    for (const other of ['B,10.0.0.1,admin,one', 'A,10.0.0.2,admin,one', 'A,10.0.0.1,root,one'])
      assert.notEqual(digest(other), base);
    assert.notEqual(digest('A,10.0.0.1,admin,one', `10.0.0.1 ${madeKey('z').line}`), base);
    assert.notEqual(digest('A,10.0.0.1,admin,one', `[10.0.0.1]:2222 ${key.line}`), base);
  });

  it('copes with a thousand devices and a thousand hashed lines', function () {
    this.timeout(60_000);
    const address = (index: number): string => `10.1.${Math.floor(index / 250)}.${(index % 250) + 1}`;
    const list = Array.from({ length: 1000 }, (_, index) => index);
    const inventory = write(
      'd.csv',
      list.map((index) => `FTD-${index},${address(index)},admin,p${index}`).join('\n'),
    );
    for (const [kind, name] of [
      ['plain', (host: string) => host],
      ['hashed', hashedName],
    ] as const) {
      const knownHosts = write(
        kind,
        list.map((index) => `${name(address(index))} ${madeKey(String(index)).line}`).join('\n'),
      );
      const before = performance.now();
      const { inventory: made } = load({ inventory, knownHosts });
      assert.ok(made.entries.every((entry) => made.endpoint(entry.key).hostKeys.length === 1));
      process.stdout.write(
        `        1000 devices × 1000 ${kind} lines: ${Math.round(performance.now() - before)} ms\n`,
      );
    }
  });
});
