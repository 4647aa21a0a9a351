import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fillCommand, fillTemplate, loadProfiles, shippedFamilies } from '../../../devices/index.ts';
import { formatIssue, RunbookError } from '../../../errors/index.ts';

describe('loadProfiles', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'profiles-'));
  });

  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  function write(family: string, text: string): string {
    mkdirSync(join(folder, family));
    const file = join(folder, family, 'profile.yaml');
    writeFileSync(file, text);
    return file;
  }

  it('reads all shipped families without a fault', () => {
    const { profiles, issues } = loadProfiles();

    assert.deepEqual(issues, []);
    assert.deepEqual([...profiles.keys()], ['cisco-firepower', 'cisco-fmc', 'cisco-ftd', 'linux']);
  });

  it('gives plain data', () => {
    for (const profile of loadProfiles().profiles.values())
      assert.deepEqual(JSON.parse(JSON.stringify(profile)), profile);
  });

  it('finds the family of a model', () => {
    const kinds = loadProfiles().profiles.get('cisco-firepower')?.identity.kinds ?? [];
    const kindOf = (model: string): string | undefined =>
      kinds.find((one) => new RegExp(one.model, 'i').test(model))?.kind;

    assert.equal(kindOf('Secure Firewall Management Center for VMware'), 'fmc');
    assert.equal(kindOf('Cisco Firepower Management Center 4600'), 'fmc');
    assert.equal(kindOf('Cisco Firepower 2110 Threat Defense'), 'ftd');
    assert.equal(kindOf('Cisco Secure Firewall Threat Defense for VMware'), 'ftd');
    assert.equal(kindOf('NGIPSv'), undefined);
  });

  it('lets a family of a site extend a shipped one, and replace it', () => {
    write('acme-box', 'extends: linux\ntitle: Acme\ncommands:\n  hello: echo {name}\n  clock: null\n');
    write(
      'linux',
      'extends: posix\ntitle: Our Linux\ndialogue:\n  states: { root: { prompt: "^# $" } }\n  moves: {}\n',
    );

    const { profiles, issues } = loadProfiles({ extraFolders: [folder] });

    assert.deepEqual(issues, []);
    assert.equal(profiles.get('linux')?.title, 'Our Linux');
    assert.equal(profiles.get('acme-box')?.commands['hello'], 'echo {name}');
    assert.equal(profiles.get('acme-box')?.commands['clock'], undefined);
    assert.equal(profiles.get('acme-box')?.dialogue.states['root']?.prompt, '^# $');
  });

  it('names every fault of every file, with its place', () => {
    const one = write('one', 'extends: linux\ntitle: 5\ncommands:\n  bad: echo "{name}"\nunknown: 1\n');
    const two = write(
      'two',
      [
        'extends: linux',
        'title: Two',
        'dialogue:',
        '  states:',
        '    odd: { prompt: "(" }',
        '  moves:',
        '    lost: { from: nowhere, send: x, to: [root] }',
      ].join('\n'),
    );
    const three = write('three', 'title: [\n');
    const four = write(
      'four',
      'extends: linux\ntitle: Four\ncommands:\n  bad: echo "{name}"\ndialogue:\n  goal: heaven\n',
    );

    const texts = loadProfiles({ extraFolders: [folder] }).issues.map(formatIssue);

    const has = (file: string, line: number, part: string): void =>
      assert.ok(
        texts.some((text) => text.startsWith(`${file}:${line}:`) && text.includes(part)),
        `${file}:${line} ${part}\n${texts.join('\n')}`,
      );
    has(one, 2, 'title');
    has(one, 5, 'unknown');
    has(two, 5, 'not a valid regular expression');
    has(three, 2, 'Flow sequence');
    has(four, 4, 'stands inside quotes');
    has(four, 6, 'no state "heaven"');
  });

  it('names a missing parent and a family that extends itself', () => {
    write('orphan', 'extends: nobody\ntitle: Orphan\n');
    write('ring', 'extends: ring\ntitle: Ring\n');

    const texts = loadProfiles({ folder, extraFolders: [] }).issues.map(formatIssue).join('\n');

    assert.match(texts, /there is no family "nobody"/);
    assert.match(texts, /a family extends itself/);
    assert.ok(shippedFamilies.endsWith('families'));
  });
});

describe('fillCommand', () => {
  it('quotes each value for the shell', () => {
    assert.equal(
      fillTemplate('cat {path}.new ${HOME} | awk "{print $1}"', { path: "it's; rm -rf /" }),
      `cat 'it'\\''s; rm -rf /'.new \${HOME} | awk "{print $1}"`,
    );
  });

  it('knows the paths of the profile', () => {
    const profile = loadProfiles().profiles.get('cisco-fmc');
    assert.ok(profile);

    assert.equal(
      fillCommand(profile, 'caDates'),
      "openssl x509 -dates -noout -in '/etc/sf/ca_root/cacert.pem'",
    );
    assert.throws(
      () => fillCommand(profile, 'noSuchCommand'),
      (error) => error instanceof RunbookError && error.code === 'ENGINE_INTERNAL',
    );
    assert.throws(() => fillCommand(profile, 'verifyAgainst', { ca: '/x' }), /No value for \{path\}/);
  });
});
