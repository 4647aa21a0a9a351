import assert from 'node:assert/strict';
import { formatIssue } from '../../../errors/index.ts';
import { checkRunbook, loadRunbook, runbookNames } from '../../../loader/index.ts';
import { temporaryFolder } from './temporary-folder.ts';

const head = `apiVersion: runbook/v1
name: sample
version: 1
title: Sample
families: { manager: cisco-fmc, device: cisco-ftd }
phases: [{ id: seen, title: seen, ifStopped: Nothing was changed. }]
columns: { manager: {}, device: {} }
`;

function faults(text: string, families?: string[]): string[] {
  const loaded = checkRunbook(text, 'r.yaml', families === undefined ? {} : { families });
  return loaded.ok ? [] : loaded.issues.map(formatIssue);
}

/** Faults of a runbook with one manager stage of these steps (each begins in line 13). */
function stepFaults(...steps: string[]): string[] {
  return faults(`${head}stages:
  - id: look
    title: Look
    on: manager
    steps:
${steps.map((step) => `      - ${step}`).join('\n')}
`);
}

describe('loadRunbook', () => {
  const write = temporaryFolder();

  it('finds the runbooks of the package by name, all of them whole', () => {
    assert.ok(runbookNames().includes('renew-sftunnel-ca'));
    for (const name of runbookNames()) {
      const loaded = loadRunbook(name);
      assert.deepEqual(loaded.ok ? [] : loaded.issues.map(formatIssue), []);
      assert.equal(loaded.ok && loaded.runbook.name, name);
    }
  });

  it('names what there is when a name is not known, and what is wrong with a path', () => {
    const issues = (name: string): string[] => {
      const loaded = loadRunbook(name);
      return loaded.ok ? [] : loaded.issues.map(formatIssue);
    };
    assert.match(
      issues('renew-sftunel-ca')[0] ?? '',
      /no runbook "renew-sftunel-ca" \(did you mean "renew-sftunnel-ca"\?\)/,
    );
    assert.match(issues('zzz')[0] ?? '', /runbooks by name: .*renew-sftunnel-ca/);
    assert.deepEqual(issues('/nowhere/x.yaml'), ['/nowhere/x.yaml: there is no such runbook']);
    assert.match(
      issues(write('latin.yaml', Buffer.from('title: x\nname: Ger\xe4t\n', 'latin1')))[0] ?? '',
      /latin\.yaml:2:1: the runbook is not UTF-8/,
    );
  });

  it('reports every fault of a file at once, in the order of the file', () => {
    const text = `apiVersion: runbook/v1
name: Bad Name
version: 0
titel: x
families: { manager: cisco-fcm }
inputs:
  mode: { type: choice, choices: [a, b], default: c, title: Mode }
  n: { type: number, default: [1], title: N }
phases:
  - { id: one, title: one, ifStopped: Nothing. }
  - { id: one, title: two, ifStopped: Nothing. }
columns: { manager: {}, device: {} }
stages:
  - id: first
    title: First
    on: manger
    steps:
      - { id: a, do: readIdentty, wehn: x }
  - id: second
    title: Second
    on: devices
    title: twice
    steps:
      - { id: x, phase: two, do: inspectDevice }
`;
    assert.deepEqual(faults(text, ['cisco-fmc']), [
      'r.yaml:1:1: title is missing',
      'r.yaml:2:7: name: "Bad Name" is not valid (small letters, digits and hyphens, beginning with a letter)',
      'r.yaml:3:10: version must be at least 1',
      'r.yaml:4:1: unknown key "titel" (did you mean "title"?)',
      'r.yaml:5:11: families.device is missing, and a stage is on devices',
      'r.yaml:5:22: there is no device family "cisco-fcm" (did you mean "cisco-fmc"?)',
      'r.yaml:7:51: the default "c" is not among the choices a, b',
      'r.yaml:8:31: default must be a text or a number or true or false, this is a list',
      'r.yaml:11:11: a second phase is called "one"',
      'r.yaml:16:9: on must be one of entries, manager, devices, this is "manger" (did you mean "manager"?)',
      'r.yaml:18:22: there is no action "readIdentty" (did you mean "readIdentity"?)',
      'r.yaml:18:35: unknown key "wehn" (did you mean "when"?)',
      'r.yaml:22:5: this key stands twice in the same block',
      'r.yaml:24:25: the phase "two" is not declared under phases',
    ]);
  });

  it('tells syntax errors of YAML with their place', () => {
    assert.match(faults('a: [1, 2\nb: 3\n')[0] ?? '', /^r\.yaml:2:1: not valid YAML/);
    assert.match(faults(`${head}---\na: 1\n`)[0] ?? '', /more than one document/);
    assert.ok(faults('').includes('r.yaml:1:1: stages is missing'));
    assert.match(faults('just text')[0] ?? '', /^r\.yaml:1:1: the file must be a block of keys/);
  });

  it('judges a step as the one kind it wants to be', () => {
    assert.deepEqual(
      stepFaults('{ id: a, poll: readIdentity, until: "true", every: 10 minutes, limit: 1h }'),
      [
        'r.yaml:13:9: message is missing',
        'r.yaml:13:60: every: "10 minutes" is not valid (a number and a unit: 500ms, 90s, 15m, 4h, 2d)',
      ],
    );
    assert.deepEqual(stepFaults('{ id: a, message: hm }'), [
      'r.yaml:13:9: a step needs one of do, assert, poll, approve, manual',
    ]);
    assert.deepEqual(stepFaults('{ id: a, do: readIdentity, assert: "true" }'), [
      'r.yaml:13:9: a step is only one of do, assert; make steps of their own',
    ]);
    assert.deepEqual(stepFaults('text'), [
      'r.yaml:13:9: a step is a block with id and one of do, assert, poll, approve, manual',
    ]);
    assert.deepEqual(stepFaults('{ id: a, assert: "true", message: m, severity: bloc }'), [
      'r.yaml:13:56: severity must be one of block, accept, warn, this is "bloc" (did you mean "block"?)',
    ]);
  });

  it('places a fault inside an expression where it stands, in each form of text', () => {
    const expression = 'inputs.a && inputs.b';
    for (const [step, places] of [
      [`{ id: a, do: readIdentity, when: ${expression} }`, ['13:42', '13:54']],
      [`{ id: a, do: readIdentity, when: "${expression}" }`, ['13:43', '13:55']],
      [
        `id: a\n        do: readIdentity\n        when: >-\n          inputs.a\n          && inputs.b`,
        ['16:11', '17:14'],
      ],
      [
        `id: a\n        do: readIdentity\n        when: |\n          inputs.a\n            && inputs.b`,
        ['16:11', '17:16'],
      ],
      [`{ id: a, approve: 'it''s ok: \${inputs.a} \${ inputs.b }' }`, ['13:40', '13:53']],
    ] as const) {
      assert.deepEqual(
        stepFaults(step).map((fault) => /:(\d+:\d+): inputs/.exec(fault)?.[1]),
        places,
        step,
      );
    }
  });

  it('makes a digest of the content, not of the layout', () => {
    const body = `stages: [{ id: look, title: Look, on: manager, steps: [{ id: a, do: readIdentity }] }]\n`;
    const digest = (text: string): string => {
      const loaded = checkRunbook(text, 'r.yaml');
      assert.ok(loaded.ok, loaded.ok ? '' : loaded.issues.map(formatIssue).join('\n'));
      return loaded.digest;
    };
    const lines = head.trimEnd().split('\n').reverse().join('\n');
    assert.match(digest(head + body), /^sha256:[0-9a-f]{64}$/);
    assert.equal(digest(head + body), digest(`# other\n${lines}\n${body}`));
    assert.notEqual(digest(head + body), digest((head + body).replace('title: Look', 'title: Watch')));
  });
});
