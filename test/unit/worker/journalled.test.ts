import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

import { MockActivityEnvironment } from '@temporalio/testing';
import { goThrough } from '../../../activities/stretch.ts';
import { RunbookError } from '../../../errors/index.ts';
import { actions, type ActionName, type ActionSpec, type JsonObject } from '../../../language/index.ts';
import { Journal } from '../../../supervisor/index.ts';
import { journalled } from '../../../worker/journalled.ts';
import type { ActionInput, ActionResult } from '../../../workflows/contract.ts';

const input: ActionInput = {
  run: { workflowId: 'renew/1', runId: 'r' },
  inventory: { inventory: 'devices.csv', digest: '' },
  target: { name: 'fmc01', address: '192.0.2.1:22', uuid: 'u' },
  step: 'generate/step',
  attempt: 1,
  params: { password: 'geheim' },
};

describe('the worker, by its journal', () => {
  let journal: Journal;
  let folder: string;
  let during: string[];

  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'runbook-journal-'));
    journal = new Journal(folder);
  });

  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  const left = (): string[] => journal.entries().map(({ action, failed }) => failed?.code ?? action);
  const execute = async (action: ActionName, facts: object | Error = {}): Promise<void> => {
    during = [];
    await journalled(journal)(action, input, () => {
      during = left();
      return facts instanceof Error ? Promise.reject(facts) : Promise.resolve({ facts: facts as JsonObject });
    }).catch((thrown: unknown) => {
      assert.equal(thrown, facts);
    });
  };

  it('writes down a change while it lasts, and no look', async () => {
    await execute('deliverCerts');
    assert.deepEqual([during, left()], [['deliverCerts'], []]);
    await execute('inspectDevice');
    assert.deepEqual([during, left()], [[], []]);
  });

  it('keeps a started generation until it was followed to its end', async () => {
    await execute('launchGenerateCerts');
    assert.deepEqual(left(), ['launchGenerateCerts']);
    await execute('probeGeneration', { outcome: 'done' });
    assert.deepEqual(left(), ['launchGenerateCerts'], 'that it was started does not end it');
    await execute('awaitGenerateCerts');
    assert.deepEqual([during, left()], [['awaitGenerateCerts'], []]);
  });

  it('keeps what gave up or was cut off until the probe knows how it stands', async () => {
    await execute('awaitGenerateCerts', new RunbookError('SESSION_LOST', 'gone'));
    assert.deepEqual(left(), ['SESSION_LOST']);
    await execute('awaitGenerateCerts', new Error('the worker shuts down'));
    assert.deepEqual(left(), ['awaitGenerateCerts']);
    for (const outcome of ['running', 'unknown']) await execute('probeGeneration', { outcome });
    assert.deepEqual(left(), ['awaitGenerateCerts']);
    await execute('probeGeneration', { outcome: 'not-done' });
    assert.deepEqual(left(), []);
  });

  it('strikes out what has changed nothing and comes again by itself', async () => {
    await execute('awaitGenerateCerts', new RunbookError('GENERATE_CRITICAL_TASK', 'a backup runs'));
    assert.deepEqual(left(), []);
  });

  it('strikes out a change while the looks after it go on', async () => {
    const watch = journalled(journal);
    const seen: [string, string[]][] = [];
    const then = {
      id: 'deliver',
      facts: {},
      steps: [
        { id: 'look', when: 'device.deliver.ok', do: 'checkRestart' as const },
        { id: 'never', assert: '!device.look.ok' },
        { id: 'more', do: 'verifyTunnel' as const },
      ],
    };
    const result = await new MockActivityEnvironment().run<[], ActionResult, () => Promise<ActionResult>>(
      () =>
        goThrough('deliverCerts', { ...input, then }, (name, given) =>
          watch(name, given, () => {
            seen.push([given.step, left()]);
            return Promise.resolve({ facts: { ok: true } });
          }),
        ),
    );
    assert.deepEqual(seen, [
      ['generate/step', ['deliverCerts']],
      ['generate/look', []],
    ]);
    assert.deepEqual(result.then, [{ id: 'look', result: { facts: { ok: true } } }]);
  });

  it('writes nothing of the parameters', async () => {
    await execute('launchGenerateCerts');
    assert.doesNotMatch(JSON.stringify(journal.entries()), /geheim/);
  });
});

describe('every action that changes something', () => {
  for (const [name, spec] of Object.entries<ActionSpec>(actions)) {
    if (spec.effect === 'read') continue;
    it(`${name} says what it leaves when it is cut off`, () => {
      assert.match(spec.ifCutOff ?? '', /\. .*\.$/);
      assert.doesNotMatch(spec.ifCutOff ?? '', /\n/);
    });
  }
});
