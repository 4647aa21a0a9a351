import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { formatIssue } from '../../../errors/index.ts';
import { canonicalJson, defaultSettings, loadSettings, schemas } from '../../../loader/index.ts';
import { temporaryFolder } from './temporary-folder.ts';

describe('loadSettings', () => {
  const write = temporaryFolder();
  const faults = (text: string): string[] => {
    const loaded = loadSettings(write('s.yaml', text));
    return loaded.ok ? [] : loaded.issues.map((issue) => formatIssue({ ...issue, file: 's.yaml' }));
  };

  it('has a default for everything', () => {
    assert.deepEqual(loadSettings(), { ok: true, settings: defaultSettings });
    assert.deepEqual(loadSettings(write('s.yaml', '# nothing\n')), { ok: true, settings: defaultSettings });
    assert.equal(defaultSettings.readTaskTable, false);
    assert.equal(defaultSettings.verify.parkAfter, '15m');
  });

  it('keeps the defaults beside what a file says', () => {
    const loaded = loadSettings(write('s.yaml', 'lanes: 8\nverify: { every: 1s }\nprofilesDir: families\n'));
    assert.ok(loaded.ok);
    assert.equal(loaded.settings.lanes, 8);
    assert.deepEqual(loaded.settings.verify, {
      warnAfter: '5m',
      parkAfter: '15m',
      every: '1s',
      secondLookAfter: '2m',
    });
    assert.match(loaded.settings.profilesDir ?? '', /^\/.*families$/);
  });

  it('names each fault', () => {
    assert.deepEqual(
      faults('lanes: 0\nverfy: {}\nkeyTransferThroughTerminal: yes\nsshPorts: [22, ssh]\nverfy: 3\n'),
      [
        's.yaml:1:8: lanes must be at least 1',
        's.yaml:2:1: unknown key "verfy" (did you mean "verify"?)',
        's.yaml:3:29: keyTransferThroughTerminal must be one of ask, allow, refuse, this is "yes"',
        's.yaml:4:16: sshPorts[1] must be a number, this is a text',
        's.yaml:5:1: this key stands twice in the same block',
      ],
    );
    assert.match(faults('lanes: [')[0] ?? '', /^s\.yaml:\d+:\d+: not valid YAML/);
  });
});

describe('the rollout of a site', () => {
  const write = temporaryFolder();

  it('is read with numbers and percentages, and several windows', () => {
    const loaded = loadSettings(
      write(
        's.yaml',
        "rollout: { waves: [1, 10%, 100%], budget: 5%, windows: [{ cron: '0 22 * * *', for: 6h, zone: UTC }] }\n",
      ),
    );
    assert.ok(loaded.ok);
    assert.deepEqual(loaded.settings.rollout, {
      waves: [1, '10%', '100%'],
      budget: '5%',
      windows: [{ cron: '0 22 * * *', for: '6h', zone: 'UTC' }],
    });
  });

  it('names each fault with its place', () => {
    const text = [
      'rollout:',
      '  waves: [1, 0%, 10.5]',
      '  budget: 101%',
      '  windows:',
      "    - { cron: '0 22 * *', for: 6h, zone: UTC }",
      "    - { cron: '61 22 * * *', for: 6h, zone: UTC }",
      "    - { cron: '0 22 * * *', for: 6h, zone: Europe/Berlon }",
      "    - { cron: '0 22 30 2 *', for: 6h, zone: UTC }",
      "    - { cron: '0 22 * * *', for: 9d, zone: UTC }",
      "    - { cron: '0 22 * * *', for: 6h }",
      '  window: none',
      '',
    ].join('\n');
    const loaded = loadSettings(write('s.yaml', text));
    assert.ok(!loaded.ok);
    const faults = loaded.issues.map((issue) => formatIssue({ ...issue, file: 's.yaml' }));
    for (const [place, what] of [
      ['s.yaml:2:14: ', /sizes of waves/],
      ['s.yaml:2:18: ', /sizes of waves/],
      ['s.yaml:3:11: ', /a budget is/],
      ['s.yaml:5:15: ', /"0 22 \* \*": five fields/],
      ['s.yaml:6:15: ', /minute/],
      ['s.yaml:7:44: ', /"Europe\/Berlon" is no time zone/],
      ['s.yaml:8:15: ', /never opens/],
      ['s.yaml:9:34: ', /7 days at most/],
      ['s.yaml:10:7: ', /zone is missing/],
      ['s.yaml:11:3: ', /unknown key "window" \(did you mean "windows"\?\)/],
    ] as const)
      assert.match(faults.find((fault) => fault.startsWith(place)) ?? faults.join('\n'), what, place);
    assert.equal(faults.length, 10);
  });
});

describe('schemas', () => {
  it('describes every file a person writes, strictly', () => {
    const made = schemas({ extra: z.strictObject({ a: z.string() }) }) as Record<
      string,
      Record<string, unknown>
    >;
    assert.deepEqual(Object.keys(made), ['runbook', 'inventory', 'fleet', 'settings', 'extra']);
    for (const schema of Object.values(made)) {
      assert.equal(schema['additionalProperties'], false);
      assert.equal(schema['$schema'], 'https://json-schema.org/draft/2020-12/schema');
    }
    assert.equal(made['settings']?.['required'], undefined);
    const names = Object.keys(made['settings']?.['properties'] as object);
    assert.deepEqual(
      names.filter(
        (name) =>
          !JSON.stringify((made['settings']?.['properties'] as Record<string, object>)[name]).includes(
            '"description"',
          ),
      ),
      [],
    );
  });
});

describe('canonicalJson', () => {
  it('does not depend on the order of keys', () => {
    assert.equal(
      canonicalJson({ b: [1, { d: null, c: 'ä' }], a: undefined }),
      '{"b":[1,{"c":"ä","d":null}]}',
    );
    assert.equal(
      canonicalJson(
        JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')),
      ).startsWith('{"bin"'),
      true,
    );
  });
});
