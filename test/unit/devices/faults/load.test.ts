import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadProfiles } from '../../../../devices/index.ts';
import { formatIssue } from '../../../../errors/index.ts';

const entry = (title: string): string =>
  [
    `    title: ${title}`,
    "    seen: { log: ['odd line'] }",
    '    cause: ours',
    '    do: [look]',
    "    tac: 'at {box}: {line}'",
    '    source: { text: us, mark: inferred }',
  ].join('\n');

describe('faults.yaml', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'faults-'));
  });

  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  function write(family: string, name: string, text: string): void {
    mkdirSync(join(folder, family), { recursive: true });
    writeFileSync(join(folder, family, name), text);
  }

  it('adds to the faults of the family that is extended, and takes away with null', () => {
    write('our-ftd', 'profile.yaml', 'extends: cisco-ftd\ntitle: Ours\n');
    write('our-ftd', 'faults.yaml', `faults:\n  ours:\n${entry('Ours')}\n  no-ssh: null\n`);

    const { profiles, issues } = loadProfiles({ extraFolders: [folder] });
    const ids = (family: string): string[] => profiles.get(family)?.faults.map(({ id }) => id) ?? [];

    assert.deepEqual(issues, []);
    assert.ok(ids('our-ftd').includes('ours') && ids('our-ftd').includes('certificate-expired'));
    assert.ok(!ids('our-ftd').includes('no-ssh'));
    assert.ok(ids('cisco-ftd').includes('no-ssh') && !ids('cisco-ftd').includes('ours'));
  });

  it('names every fault of the file with its place', () => {
    write('our-ftd', 'profile.yaml', 'extends: cisco-ftd\ntitle: Ours\n');
    write(
      'our-ftd',
      'faults.yaml',
      [
        'faults:',
        '  one:',
        entry('One').replace('odd line', '('),
        '  two:',
        entry('Two').replace('{line}', '{secret}'),
        '  three:',
        entry('Three').replace("{ log: ['odd line'] }", '{ codes: [NO_SUCH_CODE] }'),
        '    extra: 1',
      ].join('\n'),
    );

    const { issues } = loadProfiles({ extraFolders: [folder] });
    const lines = issues.map((issue) => formatIssue(issue).replace(folder, ''));

    assert.equal(lines.length, 4, lines.join('\n'));
    assert.match(lines.join('\n'), /faults\.yaml:4:19: .*not a valid regular expression/);
    assert.match(lines.join('\n'), /faults\.yaml:14:10: .*unknown placeholder: secret/);
    assert.match(lines.join('\n'), /faults\.yaml:18:21: .*not a known error code/);
    assert.match(lines.join('\n'), /faults\.yaml:23:12: .*[Uu]nrecognized key/);
  });
});
