import assert from 'node:assert/strict';
import { formatIssue } from '../../../errors/index.ts';
import { checkRunbook } from '../../../loader/index.ts';

/** The lines of a runbook without a manager whose only device stage has these steps. */
function runbook(steps: string, more = ''): string {
  return `apiVersion: runbook/v1
name: probe
version: 1
title: A runbook
families: { device: linux }
phases: [{ id: done, title: done, ifStopped: Nothing. }]
columns: { device: {} }
inputs: { word: { type: string, default: '', title: Word } }
${more}stages:
  - { id: identify, title: Who, on: entries, steps: [{ id: who, do: identifyEntry }] }
  - id: work
    title: Work
    on: devices
    steps:
${steps}`;
}

function faults(text: string): string[] {
  const loaded = checkRunbook(text, 'r.yaml');
  return loaded.ok ? [] : loaded.issues.map(formatIssue);
}

describe('a runbook without a manager', () => {
  it('holds', () => {
    assert.deepEqual(faults(runbook(`      - { id: look, do: observe, with: { command: 'true' } }\n`)), []);
  });

  it('has no stage on a manager, and no facts of one', () => {
    const text = runbook(
      `      - { id: look, assert: manager.name == "", message: M }\n  - { id: gate, title: G, on: manager, steps: [{ id: go, approve: Go }] }\n`,
    );

    assert.match(faults(text).join('\n'), /manager\.name: this runbook has no manager, see families/);
    assert.match(faults(text).join('\n'), /families\.manager is missing, and this stage is on manager/);
  });

  it('names at least one family', () => {
    assert.match(
      faults(
        runbook('      - { id: look, assert: "true", message: M }\n').replace('{ device: linux }', '{}'),
      ).join('\n'),
      /name the family of the manager, of the devices, or both/,
    );
  });
});

describe('the parameters of actions that fit any box', () => {
  const cases: Record<string, readonly [string, RegExp]> = {
    'a value inside a command': [
      "{ id: a, do: observe, with: { command: 'cat ${inputs.word}' } }",
      /r\.yaml:15:\d+: command: a command holds no \$\{…\}: write \$name/,
    ],
    'an unknown key': [
      "{ id: a, do: runCommand, with: { command: ls, prob: 'true' } }",
      /unknown key "prob".*did you mean "?probe/,
    ],
    'a missing one': ['{ id: a, do: backUpFiles, with: { set: x } }', /paths is missing/],
    'a path that is none': ['{ id: a, do: readFile, with: { path: etc/passwd } }', /an absolute path/],
    'a pattern that is none': [
      "{ id: a, do: observe, with: { command: ls, shows: '(' } }",
      /not a valid regular expression/,
    ],
    'two places of a certificate': [
      '{ id: a, do: readCertificate, with: { path: /a, file: b } }',
      /exactly one of/,
    ],
    'no parameters at all': ['{ id: a, do: tlsHandshake }', /port is missing/],
    'a command that cannot be taken back, without approval': [
      '{ id: a, do: runCommandOnce, with: { command: reboot } }',
      /"runCommandOnce" cannot be undone, and no approve step stands before it/,
    ],
    'a poll that changes': [
      "{ id: a, poll: runCommand, with: { command: ls }, until: 'true', every: 1s, limit: 2s, message: M }",
      /poll repeats its action, and "runCommand" changes the box/,
    ],
  };
  for (const [name, [step, expected]] of Object.entries(cases))
    it(`are checked: ${name}`, () => {
      assert.match(faults(runbook(`      - ${step}\n`)).join('\n'), expected);
    });

  it('may be expressions', () => {
    const step =
      "{ id: a, do: putFiles, with: { set: x, files: [{ path: '${inputs.word}', from: '${inputs.word}' }] } }";
    assert.deepEqual(faults(runbook(`      - ${step}\n`)), []);
  });
});
