import assert from 'node:assert/strict';
import { formatIssue } from '../../../errors/index.ts';
import { loadFleet, type Fleet } from '../../../loader/index.ts';
import { temporaryFolder } from './temporary-folder.ts';

function load(file: string): Fleet {
  const loaded = loadFleet(file);
  assert.ok(loaded.ok, loaded.ok ? '' : loaded.issues.map(formatIssue).join('\n'));
  return loaded.fleet;
}

function faults(file: string): string[] {
  const loaded = loadFleet(file);
  return loaded.ok
    ? []
    : loaded.issues.map((issue) => formatIssue({ ...issue, file: issue.file.replace(/^.*\//, '') }));
}

describe('loadFleet', () => {
  const write = temporaryFolder();
  const inventory = (name: string, net: number): void => {
    write(name, `FMC,10.0.${String(net)}.1,admin,a\nFTD,10.0.${String(net)}.2,admin,b\n`);
  };

  it('gives each member its inventory and what the fleet says for all', () => {
    inventory('a.csv', 1);
    inventory('b.csv', 2);
    const fleet = load(
      write(
        'fleet.yaml',
        `name: emea
change: CHG1
inputs: { proof: canary, adoptWithinDays: 3 }
limits: { fmcs: 2, budget: 10% }
canary: { member: b, approve: true }
members:
  - { name: a, inventory: a.csv, order: 2, change: CHG2, inputs: { proof: all }, devices: [FTD] }
  - { name: b, inventory: b.csv }
`,
      ),
    );
    assert.deepEqual(fleet.limits, { fmcs: 2, budget: '10%' });
    assert.deepEqual(fleet.canary, { member: 'b', approve: true });
    const [a, b] = fleet.members;
    assert.deepEqual(
      [a?.order, a?.change, a?.inputs, a?.devices, a?.loaded.entries.length],
      [2, 'CHG2', { proof: 'all', adoptWithinDays: 3 }, ['FTD'], 2],
    );
    assert.deepEqual([b?.order, b?.change, b?.inputs], [0, 'CHG1', { proof: 'canary', adoptWithinDays: 3 }]);
    assert.match(a?.inventory ?? '', /^\/.*\/a\.csv$/);
  });

  it('has a digest that does not depend on comments', () => {
    inventory('a.csv', 1);
    const text = 'name: x\nmembers: [{ name: a, inventory: a.csv }]\n';
    const { digest } = load(write('one.yaml', text));
    assert.equal(load(write('two.yaml', `# for tonight\n${text}`)).digest, digest);
    assert.notEqual(load(write('three.yaml', `limits: { fmcs: 5 }\n${text}`)).digest, digest);
  });

  it('says every fault at once, with line and column', () => {
    inventory('a.csv', 1);
    const file = write(
      'fleet.yaml',
      `name: x
limits: { fmcs: 0, budgt: 3 }
members:
  - { name: a, inventory: a.csv, order: first }
  - { name: 'b c', inventory: a.csv }
`,
    );
    assert.deepEqual(faults(file), [
      'fleet.yaml:2:17: fmcs must be at least 1',
      'fleet.yaml:2:20: unknown key "budgt" (did you mean "budget"?)',
      'fleet.yaml:4:41: order must be a number, this is a text',
      'fleet.yaml:5:13: name: "b c" is not valid (letters, digits, dots, dashes and underscores; at most 64)',
    ]);
  });

  it('says which name stands twice, which canary is not there, and what is wrong in an inventory', () => {
    inventory('a.csv', 1);
    write('b.csv', 'FMC,10.0.2.1,admin\n');
    const file = write(
      'fleet.yaml',
      `name: x
canary: { member: aa }
members:
  - { name: a, inventory: a.csv }
  - { name: a, inventory: b.csv }
  - { name: c, inventory: gone.csv }
`,
    );
    const said = faults(file);
    assert.match(said[0] ?? '', /^fleet\.yaml:2:19: there is no member "aa" .*"a"/);
    assert.match(said[1] ?? '', /^fleet\.yaml:5:13: a second member is called "a"/);
    assert.match(said[2] ?? '', /^fleet\.yaml:5:27: a: a fault in its inventory/);
    assert.match(said[3] ?? '', /^fleet\.yaml:6:27: c: a fault in its inventory/);
    assert.match(said[4] ?? '', /^b\.csv:1/);
    assert.match(said[5] ?? '', /^gone\.csv: there is no such inventory/);
  });

  it('refuses a box that stands in two inventories, but not the same address behind other jump hosts', () => {
    inventory('a.csv', 1);
    write('b.csv', 'FMC,10.0.2.1,admin,a\nOTHER,10.0.1.2,admin,b\n');
    const members = 'members:\n  - { name: a, inventory: a.csv }\n  - { name: b, inventory: b.csv }\n';
    assert.deepEqual(faults(write('fleet.yaml', `name: x\n${members}`)), [
      'fleet.yaml:4:27: a box stands in the inventory of a too: 10.0.1.2:22 (OTHER, there FTD) (a box belongs to one member: two runs must not work on it at once)',
    ]);
    const behind = (host: string): string => `defaults: { username: u, password: { env: HOME }, via: [j] }
jumpHosts: [{ name: j, host: ${host}, port: 22, username: u, password: { env: HOME } }]
entries: [{ name: FMC, host: 192.168.0.1, port: 22 }]
`;
    write('one.yaml', behind('10.1.0.1'));
    write('two.yaml', behind('10.2.0.1'));
    load(
      write(
        'apart.yaml',
        'name: x\nmembers: [{ name: a, inventory: one.yaml }, { name: b, inventory: two.yaml }]\n',
      ),
    );
    write('two.yaml', behind('10.1.0.1'));
    assert.equal(
      faults(
        write(
          'together.yaml',
          'name: x\nmembers: [{ name: a, inventory: one.yaml }, { name: b, inventory: two.yaml }]\n',
        ),
      ).length,
      1,
    );
  });
});
